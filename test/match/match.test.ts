import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../subgraphs/connector.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { importCustomers } from '../../subgraphs/hub/identity.ts'
import { tookDeletion } from '../../subgraphs/hub/gone.ts'
import { linkByNumber } from '../../subgraphs/hub/match/number.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [ODOO, NEXT] = ['odoo:main', 'erpnext:main']

interface Review extends Record<'id' | 'state', string> {
  score: number
  reasons: string[]
  customer: Record<'id' | 'name', string>
  other: Record<'id' | 'name', string> | null
}

describe('customers that may be the same', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, NEXT] })
    await house.poll()
  })
  afterAll(() => house.close())

  const sql = <T extends object>(text: string, values: unknown[] = []) =>
    rows<T>(house.hub.db.em(), text, values)
  const open = (connection: string) => house.hub.directory.find('default', connection)!
  /** Takes records in as a poll does, and gives the ids of their golden records. */
  const take = async (connection: string, ...records: Customer[]) => {
    await importCustomers(house.hub.db, open(connection), records)
    const all = records.map(({ id }) => house.hub.catalogue.hubId(connection, 'customer', id))
    return (await Promise.all(all)).map((id) => id ?? '')
  }
  const queue = async (all = false) => {
    const query = `query ($open: Boolean!) { matchCandidates(open: $open) { nodes {
      id score reasons state customer { id name } other { id name } } } }`
    const { data, errors } = await house.ask<{ matchCandidates: { nodes: Review[] } }>(query, { open: !all })
    expect(errors).toBeUndefined()
    return data.matchCandidates.nodes
  }
  const about = async (id: string) => (await queue()).filter(({ customer }) => customer.id === id)
  const MERGE = `mutation ($keep: ID!, $gone: ID!, $dryRun: Boolean!) { mergeCustomers(keep: $keep, gone: $gone, dryRun: $dryRun) {
    moved { records orders invoices payments operations conflicts keys } customer { id email records { __typename } } } }`
  const merge = async (keep: string, gone: string, dryRun = false) => {
    const { data, errors } = await house.ask<{
      mergeCustomers: {
        moved: Record<string, number>
        customer: { id: string; email: string; records: object[] }
      }
    }>(MERGE, { keep, gone, dryRun })
    expect(errors).toBeUndefined()
    return data.mergeCustomers
  }
  const split = async (id: string, records: string[] = []) => {
    const query = `mutation ($id: ID!, $records: [ID!]!) { splitCustomer(id: $id, records: $records) { customer { id } split { id } } }`
    return house.ask<{ splitCustomer: { customer: { id: string }; split: { id: string } } }>(query, {
      id,
      records,
    })
  }
  const customer = async (id: string) => {
    const query = `query ($id: ID!) { customer(id: $id) { id name email records { id } } }`
    const { data, errors } = await house.ask<{
      customer: { id: string; name: string; email: string; records: { id: string }[] } | null
    }>(query, { id })
    expect(errors).toBeUndefined()
    return data.customer
  }

  it('are one where both ERPs give the same tax id or e-mail, without a question to anybody', async () => {
    const both = `select hub_id from external_ref where kind = 'customer' group by hub_id having count(*) = 2`
    expect((await sql(both)).length).toBeGreaterThan(40)
    const [one] = await take(ODOO, { id: 'm1', name: 'Zimtstern', phone: '+49 30 5550199', country: 'DE' })
    const [other] = await take(NEXT, {
      id: 'm1',
      name: 'Zimtstern AG',
      phone: '030 555 01 99',
      country: 'DE',
    })
    expect(other).toBe(one)
    expect(await about(one ?? '')).toEqual([])
  })

  it('wait for a person where they are only likely the same, and are asked about once', async () => {
    const [old, fresh] = [
      (await take(ODOO, { id: 'm2', name: 'Nordlicht Werkstätten', country: 'DE' }))[0],
      (await take(NEXT, { id: 'm2', name: 'Nordlicht Werkstaetten GmbH', country: 'DE' }))[0],
    ]
    expect(fresh).not.toBe(old)
    const [question, ...others] = await about(fresh ?? '')
    expect(others).toEqual([])
    expect(question).toMatchObject({ state: 'OPEN', other: { id: old }, reasons: ['The name is the same.'] })
    expect(question?.score).toBeGreaterThanOrEqual(0.7)
    expect(question?.score).toBeLessThan(0.95)
    await take(NEXT, { id: 'm2', name: 'Nordlicht Werkstaetten GmbH', country: 'DE' })
    expect(await about(fresh ?? '')).toHaveLength(1)
  })

  it('are never linked by an e-mail of a department or a telephone where their tax ids are not the same', async () => {
    const shared = { email: 'ada@halle.example', phone: '+493055512', name: 'Halle Sieben' }
    const [one] = await take(ODOO, { id: 'm3', ...shared, taxId: 'DE100000001' })
    const [other] = await take(NEXT, { id: 'm3', ...shared, taxId: 'DE100000002' })
    expect(other).not.toBe(one)
    const [question] = await about(other ?? '')
    expect(question?.reasons).toContain('The tax ids are not the same.')
  })

  it('become one by a person’s SAME, and stay two for ever by DIFFERENT', async () => {
    const decide = `mutation ($id: ID!, $decision: MatchDecision!) { decideMatch(id: $id, decision: $decision) { state decidedBy } }`
    const [old] = await take(
      ODOO,
      { id: 'm4', name: 'Weidenhof Gartenbau' },
      { id: 'm5', name: 'Sandbank Reederei' },
    )
    const [fresh, other] = await take(
      NEXT,
      { id: 'm4', name: 'Weidenhof Gartenbau' },
      { id: 'm5', name: 'Sandbank Reederei' },
    )
    const [first] = await about(fresh ?? '')
    const said = await house.ask<{ decideMatch: object }>(decide, { id: first?.id, decision: 'SAME' })
    expect(said.data.decideMatch).toEqual({ state: 'SAME', decidedBy: 'anonymous' })
    expect(await customer(fresh ?? '')).toMatchObject({ id: old, records: [{}, {}] })
    const [second] = await about(other ?? '')
    await house.ask(decide, { id: second?.id, decision: 'DIFFERENT' })
    await take(NEXT, { id: 'm5', name: 'Sandbank Reederei', country: 'DE' })
    expect(await about(other ?? '')).toEqual([])
    expect((await customer(other ?? ''))?.id).toBe(other)
    const again = await house.ask(decide, { id: second?.id, decision: 'DIFFERENT' })
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' })
  })

  it('are linked from the score on that an operator set, and by numbers that were declared to be the same', async () => {
    const set = `mutation ($policy: MatchPolicyInput!) { setMatchPolicy(policy: $policy) { autoLink review sharedNumbers } }`
    const wrong = await house.ask(set, { policy: { autoLink: 0.5, review: 0.8 } })
    expect(wrong.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION', field: 'policy.review' })
    const foreign = { autoLink: 0.95, review: 0.7, sharedNumbers: [[ODOO, 'xero:other']] }
    expect((await house.ask(set, { policy: foreign })).errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
    })
    const numbers = { id: 'm6', name: 'Eins', number: 'K-900001' }
    const [one] = await take(ODOO, numbers)
    const [apart] = await take(NEXT, { ...numbers, id: 'm6', name: 'Zwei' })
    expect(apart).not.toBe(one)
    const policy = { autoLink: 0.84, review: 0.7, sharedNumbers: [[ODOO, NEXT]] }
    expect((await house.ask(set, { policy })).data).toEqual({ setMatchPolicy: policy })
    const [linked] = await take(NEXT, { ...numbers, id: 'm7', name: 'Drei' })
    expect(linked).toBe(one)
    const [named] = await take(ODOO, { id: 'm8', name: 'Blaue Laterne' })
    expect(await take(NEXT, { id: 'm8', name: 'Blaue Laterne' })).toEqual([named])
    await house.ask(set, { policy: { autoLink: 0.95, review: 0.7 } })
  })

  it('take everything along when they are merged, show it before, and the old id stays good', async () => {
    const [keep = ''] = await take(ODOO, { id: 'm9', name: 'Taubenschlag' })
    const [gone = ''] = await take(NEXT, { id: 'm9', name: 'Ganz anders', email: 'post@taube.example' })
    for (const [table, prefix] of [
      ['sales_order', 'ord'],
      ['invoice', 'inv'],
      ['payment', 'pay'],
    ])
      await sql(
        `insert into ${table} (id, tenant, connection, native_id, customer) values (?, 'default', ?, ?, ?)`,
        [`${prefix}_m9`, NEXT, `${prefix} m9`, gone],
      )
    await sql(
      `insert into operation (id, tenant, connection, object, action, status, reference, input, customer)
       values ('op_m9', 'default', ?, 'CUSTOMER', 'UPDATE', 'DONE', 'm9', ?::jsonb, ?)`,
      [NEXT, JSON.stringify({ customer: gone }), gone],
    )
    const conflicts = `insert into conflict (id, tenant, customer, connection, field)
      values ('cfl_m9', 'default', ?, ?, 'name'), ('cfl_m9k', 'default', ?, ?, 'name')`
    await sql(conflicts, [gone, NEXT, keep, NEXT])
    const counts = { records: 1, orders: 1, invoices: 1, payments: 1, operations: 1, conflicts: 1, keys: 0 }
    expect((await merge(keep, gone, true)).moved).toEqual(counts)
    expect((await customer(gone))?.id).toBe(gone)
    const merged = await merge(keep, gone)
    expect(merged).toMatchObject({ moved: counts, customer: { id: keep, email: 'post@taube.example' } })
    expect(merged.customer.records).toHaveLength(2)
    expect(await customer(gone)).toMatchObject({ id: keep, name: 'Taubenschlag' })
    const { data } = await house.ask<{ orders: { nodes: { id: string }[] } }>(
      'query ($id: ID!) { orders(filter: { customer: $id }) { nodes { id } } }',
      { id: gone },
    )
    expect(data.orders.nodes).toEqual([{ id: 'ord_m9' }])
    const [op] = await sql("select customer, input->>'customer' as named from operation where id = 'op_m9'")
    expect(op).toEqual({ customer: keep, named: keep })
    const upsert = `mutation ($input: UpsertCustomerInput!) { upsertCustomer(input: $input, idempotencyKey: "m9") {
      customer { id name } problems { message } } }`
    const changed = await house.ask<{ upsertCustomer: object }>(upsert, {
      input: { id: gone, name: 'Taubenschlag Nord', connections: [] },
    })
    expect(changed.data.upsertCustomer).toEqual({
      customer: { id: keep, name: 'Taubenschlag Nord' },
      problems: [],
    })
  })

  it('are two again with all that was theirs when the merge is undone by the old id, and are not asked about', async () => {
    const [keep = ''] = await take(ODOO, { id: 'm10', name: 'Uferpromenade', taxId: 'DE300000001' })
    const [gone = ''] = await take(NEXT, { id: 'm10', name: 'Strandhaus', taxId: 'DE300000002' })
    await sql(
      `insert into sales_order (id, tenant, connection, native_id, customer) values ('ord_m10', 'default', ?, 'm10', ?)`,
      [NEXT, gone],
    )
    await merge(keep, gone)
    const { data, errors } = await split(gone)
    expect(errors).toBeUndefined()
    expect(data.splitCustomer).toEqual({ customer: { id: keep }, split: { id: gone } })
    expect(await customer(gone)).toMatchObject({ id: gone, name: 'Strandhaus', records: [{}] })
    expect(await sql(`select customer from sales_order where id = 'ord_m10'`)).toEqual([{ customer: gone }])
    expect(
      (await queue(true)).find((row) => row.customer.id === gone && row.other?.id === keep),
    ).toMatchObject({
      state: 'DIFFERENT',
    })
  })

  it('may be several records of one ERP: all are shown, the first is written to, and each can be split off', async () => {
    const [one = ''] = await take(ODOO, { id: 'm11', name: 'Zweigstelle', taxId: 'DE400000001' })
    const [same] = await take(ODOO, { id: 'm12', name: 'Zweigstelle Süd', taxId: 'DE400000001' })
    expect(same).toBe(one)
    const shown = await customer(one)
    expect(shown?.records).toHaveLength(2)
    const [known] = await house.hub.catalogue.customers('default', [one])
    expect(known?.natives).toEqual({ [ODOO]: 'm11' })
    const all = await split(one, shown?.records.map(({ id }) => id) ?? [])
    expect(all.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION', field: 'records' })
    const { data } = await split(one, [shown?.records[1]?.id ?? ''])
    expect(data.splitCustomer.customer.id).toBe(one)
    expect((await customer(data.splitCustomer.split.id))?.records).toHaveLength(1)
    const foreign = await split(one, [shown?.records[1]?.id ?? ''])
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', field: 'records.0' })
  })

  it('are one when the ERP merged their records: the documents of the vanished one name the other', async () => {
    const [doc] = await sql<{ id: string; buyer: string }>(
      `select native_id as id, content->>'customer' as buyer from mirror where connection = ? and kind = 'order'
       and content->>'customer' is not null order by native_id limit 1`,
      [ODOO],
    )
    const heir = (await house.hub.catalogue.hubId(ODOO, 'customer', doc?.buyer ?? '')) ?? ''
    const [gone = ''] = await take(ODOO, { id: 'm13', name: 'Bald vereint' })
    await sql(
      `insert into mirror (connection, kind, native_id, tenant, content, hash) values (?, 'customer', 'm13', 'default', '{}', 'm13')`,
      [ODOO],
    )
    await sql(
      `update mirror set content = jsonb_set(content, '{customer}', '"m13"') where connection = ? and kind = 'order' and native_id = ?`,
      [ODOO, doc?.id],
    )
    await tookDeletion(house.hub, open(ODOO), 'customer', 'm13', 'poll')
    await house.settle()
    expect((await customer(gone))?.id).toBe(heir)
  })

  it('are one where a source names the number that its customer has in an ERP, unless several have it', async () => {
    const upsert = `mutation ($input: UpsertCustomerInput!, $key: ID!) {
      upsertCustomer(input: $input, idempotencyKey: $key) { customer { id } } }`
    const known = async (name: string) => {
      const input = { name, connections: [] }
      const { data } = await house.ask<{ upsertCustomer: { customer: { id: string } } }>(upsert, {
        input,
        key: name,
      })
      return data.upsertCustomer.customer.id
    }
    const [holder] = await take(ODOO, { id: 'm14', name: 'Kaffeerösterei', number: 'K-900014' })
    const buyer = await known('Ada Lovelace')
    const named = { native: 'crm 14', number: 'K-900014' }
    expect(await linkByNumber(house.hub, open(NEXT), buyer, named)).toBe(holder)
    expect((await customer(buyer))?.id).toBe(holder)
    await take(NEXT, { id: 'm15', name: 'Ganz woanders', number: 'K-900014' })
    const other = await known('Grace Hopper')
    expect(await linkByNumber(house.hub, open(NEXT), other, named)).toBe(other)
  })

  it('are moved in every table that names a customer', async () => {
    const found = await sql<{ name: string }>(
      `select c.conrelid::regclass::text as name from pg_constraint c
       where c.contype = 'f' and c.confrelid = 'customer'::regclass order by 1`,
    )
    expect(found.map(({ name }) => name)).toEqual([
      'conflict',
      'customer_alias',
      'customer_field',
      'invoice',
      'payment',
      'sales_order',
    ])
  })
})

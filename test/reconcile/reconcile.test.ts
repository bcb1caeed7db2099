import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '../../subgraphs/hub/access.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [ODOO, NEXT] = ['odoo:main', 'erpnext:main']

interface Row {
  kind: string
  leftRecord: string | null
  rightRecord: string | null
  field: string | null
  leftValue: unknown
  rightValue: unknown
  message: string
  mend: { name: string; variables: Record<string, unknown> } | null
}
interface Report {
  state: string
  counts: { kind: string; count: number }[]
  problem: { message: string } | null
  rows: { nodes: Row[] }
}

let house: TestHouse
const REPORT = `state problem { message } counts { kind count } rows(kinds: $kinds, first: 500) { nodes {
  kind leftRecord rightRecord field leftValue rightValue message mend { name variables } } }`
const FAULTS = ['MISSING', 'ORPHAN', 'DUPLICATE', 'DIFFERENT']

/** Compares two sides to the end. */
async function compared(
  right: string | null,
  objects: string[],
  fresh: boolean,
  left = ODOO,
): Promise<Report> {
  const start = `mutation ($left: ID!, $right: ID, $objects: [SyncObject!]!, $fresh: Boolean!) {
    startReconcile(left: $left, right: $right, objects: $objects, fresh: $fresh) { id state } }`
  const started = await house.ask<{ startReconcile: { id: string } }>(start, { left, right, objects, fresh })
  expect(started.errors).toBeUndefined()
  const { id } = started.data.startReconcile
  await house.settle()
  // Where workers run, one of them may have taken the job.
  await expect.poll(async () => (await reportOf(id, [])).state, { timeout: 60_000 }).not.toBe('RUNNING')
  return reportOf(id, FAULTS)
}

async function reportOf(id: string, kinds: string[] | null): Promise<Report> {
  const query = `query ($id: ID!, $kinds: [ReconcileKind!]) { reconcile(id: $id) { ${REPORT} } }`
  const { data, errors } = await house.ask<{ reconcile: Report }>(query, { id, kinds })
  expect(errors).toBeUndefined()
  return data.reconcile
}

const brief = ({ kind, leftRecord, rightRecord, field }: Row) =>
  [kind, leftRecord, rightRecord, field].join(' ').trim()

describe('a comparison of 10,000 records with 10,000', () => {
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, NEXT] })
  }, 60_000)
  afterAll(() => house.close())

  const execute = (sql: string, values: unknown[] = []) => house.hub.db.em().execute(sql, values)
  const fill = async () => {
    const content = (
      n: string,
    ) => `jsonb_build_object('name', 'Kunde ' || ${n} || ' GmbH', 'number', 'C-' || ${n},
      'email', 'einkauf@firma' || ${n} || '.example', 'phone', '+4930' || (1000000 + ${n}),
      'taxId', 'DE' || (200000000 + ${n}), 'country', 'DE', 'currency', 'EUR')`
    const mirror = `insert into mirror (connection, kind, native_id, tenant, content, hash)
      select ?, 'customer', ? || n, 'default', ${content('n')}, '' from generate_series(1, 10000) as n`
    await execute(mirror, [ODOO, 'L'])
    await execute(mirror, [NEXT, 'R'])
    await execute(`insert into customer (id, tenant, name, name_key)
      select 'cus_' || n, 'default', 'Kunde ' || n || ' GmbH', 'kunde ' || n from generate_series(1, 8000) as n`)
    // The last 2,000 are met by their tax id alone.
    const refs = `insert into external_ref (connection, kind, native_id, tenant, hub_id)
      select ?, 'customer', ? || n, 'default', 'cus_' || n from generate_series(1, 8000) as n`
    await execute(refs, [ODOO, 'L'])
    await execute(refs, [NEXT, 'R'])
  }
  /** Fifty faults; gives how each must be reported. */
  const plant = async (): Promise<string[]> => {
    const faults: string[] = []
    const set = 'update mirror set content = content || ?::jsonb where connection = ? and native_id = ?'
    const drop = 'delete from mirror where connection = ? and native_id = ?'
    for (let nth = 0; nth < 10; nth += 1) {
      const [missing, orphan, twin] = [100 + nth * 950, 150 + nth * 950, 200 + nth * 950]
      await execute(drop, [NEXT, `R${missing}`])
      await execute(drop, [ODOO, `L${orphan}`])
      faults.push(`MISSING L${missing}`, `ORPHAN  R${orphan}`)
      const again = `insert into mirror (connection, kind, native_id, tenant, content, hash)
        select connection, kind, native_id || 'b', tenant, content || '{"taxId": null}', '' from mirror
        where connection = ? and native_id = ?`
      await execute(again, [NEXT, `R${twin}`])
      faults.push(`DUPLICATE  R${twin}b email`)
      const [one, other] = [250 + nth * 950, 300 + nth * 950]
      await execute(set, [JSON.stringify({ phone: '+49301' }), NEXT, `R${one}`])
      faults.push(`DIFFERENT L${one} R${one} phone`)
      await execute(set, [JSON.stringify({ email: null }), NEXT, `R${other}`])
      faults.push(`DIFFERENT L${other} R${other} email`)
    }
    // The same in another spelling is no fault.
    await execute(set, [
      JSON.stringify({ taxId: 'de 200 000 005', email: 'EINKAUF@firma5.example' }),
      NEXT,
      'R5',
    ])
    return faults
  }

  it('finds exactly the 50 planted faults', { timeout: 120_000 }, async () => {
    await fill()
    const faults = await plant()
    expect(faults).toHaveLength(50)
    const report = await compared(NEXT, ['CUSTOMER'], false)
    expect(report).toMatchObject({ state: 'DONE', problem: null })
    expect(report.rows.nodes.map(brief).toSorted()).toEqual(faults.toSorted())
    expect(report.counts).toEqual([
      { kind: 'DIFFERENT', count: 20 },
      { kind: 'DUPLICATE', count: 10 },
      { kind: 'MISSING', count: 10 },
      { kind: 'ORPHAN', count: 10 },
      { kind: 'TOTAL', count: 1 },
    ])
    expect(await rows(house.hub.db.em(), 'select id from reconcile_record')).toEqual([])
  })

  it('gives each row the mutation that mends it, or says what a person has to do', async () => {
    const { nodes } = (await compared(NEXT, ['CUSTOMER'], false)).rows
    const of = (kind: string) => nodes.filter((row) => row.kind === kind)
    expect(of('DIFFERENT').find(({ leftRecord }) => leftRecord === 'L250')?.mend).toMatchObject({
      name: 'upsertCustomer',
      variables: { input: { id: 'cus_250', connections: [NEXT], phone: '+49301000250' } },
    })
    expect(of('MISSING')[0]?.mend).toMatchObject({
      name: 'upsertCustomer',
      variables: { input: { id: 'cus_100', connections: [NEXT], name: 'Kunde 100 GmbH' } },
    })
    expect(of('ORPHAN').find(({ rightRecord }) => rightRecord === 'R150')?.mend?.variables).toMatchObject({
      input: { id: 'cus_150', connections: [ODOO] },
    })
    expect(of('DUPLICATE').every(({ mend, message }) => mend === null && message.includes('Merge'))).toBe(
      true,
    )
  })

  it('shows nothing of a connection that the key does not reach, and starts only for an admin', async () => {
    const started = await house.ask<{ startReconcile: { id: string } }>(
      `mutation { startReconcile(left: "${ODOO}", right: "${NEXT}", objects: [CUSTOMER]) { id } }`,
    )
    const { id } = started.data.startReconcile
    const as = (more: object) => house.contexts.make({ ...ANONYMOUS, ...more }, undefined, undefined, 'test')
    const code = async (query: string, more: object) =>
      (await house.ask(query, {}, as(more))).errors?.[0]?.extensions?.code
    expect(await code(`{ reconcile(id: "${id}") { id } }`, { connections: [ODOO] })).toBe('NOT_FOUND')
    expect(await code(`{ reconcile(id: "${id}") { id } }`, { scopes: ['read:order'] })).toBe('FORBIDDEN')
    const start = `mutation { startReconcile(left: "${ODOO}", right: "${NEXT}", objects: [CUSTOMER]) { id } }`
    expect(await code(start, { scopes: ['read:sync'] })).toBe('FORBIDDEN')
    expect(await code(start, { connections: [ODOO] })).toBe('NOT_FOUND')
    expect(await code(start.replace('CUSTOMER', 'QUOTE'), {})).toBe('VALIDATION')
  })
})

describe('a live comparison over HTTP', () => {
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, NEXT] })
    await house.poll()
  }, 120_000)
  afterAll(() => house.close())

  const open = (id: string) => {
    const found = house.hub.directory.find('default', id)
    if (!found) throw new Error(id)
    return found
  }
  const natives = async (nth: number) => {
    const sql = `select jsonb_object_agg(connection, native_id) as by from external_ref where kind = 'customer'
      group by hub_id having count(*) = 2 order by hub_id offset ? limit 1`
    return (await rows<{ by: Record<string, string> }>(house.hub.db.em(), sql, [nth]))[0]?.by ?? {}
  }

  it(
    'finds what was changed in one ERP and what is only in the other, and mends by its own mutations',
    {
      timeout: 120_000,
    },
    async () => {
      const first = (await compared(NEXT, ['CUSTOMER', 'PRODUCT'], true)).rows.nodes.map(brief)
      const by = await natives(3)
      await open(ODOO).erp.customer?.update?.({ id: by[ODOO] ?? '' }, { phone: '+493012345' }, null)
      house.sandboxes.sandbox('erpnext').act({ do: 'addCustomer', name: 'Neu AG', email: 'neu@neu.example' })
      const second = (await compared(NEXT, ['CUSTOMER', 'PRODUCT'], true)).rows.nodes
      const news = second.filter((row) => !first.includes(brief(row)))
      expect(news.map(({ kind, field }) => `${kind} ${field}`).toSorted()).toEqual([
        'DIFFERENT phone',
        'ORPHAN null',
      ])
      const mend = news.find(({ kind }) => kind === 'DIFFERENT')?.mend
      expect(mend?.name).toBe('upsertCustomer')
      house.work()
      const send = `mutation ($input: UpsertCustomerInput!, $idempotencyKey: ID!) {
      upsertCustomer(input: $input, idempotencyKey: $idempotencyKey, waitMs: 30000) { operations { status } problems { message } } }`
      const sent = await house.ask<{ upsertCustomer: object }>(send, mend?.variables)
      expect(sent.data.upsertCustomer).toEqual({ operations: [{ status: 'DONE' }], problems: [] })
      const third = (await compared(NEXT, ['CUSTOMER', 'PRODUCT'], true)).rows.nodes
      expect(third.filter((row) => !first.includes(brief(row))).map(({ kind }) => kind)).toEqual(['ORPHAN'])
    },
  )

  it(
    'compares with the hub: what is new in the ERP is missing here, what is gone there is an orphan',
    {
      timeout: 120_000,
    },
    async () => {
      const first = (await compared(null, ['CUSTOMER'], true)).rows.nodes.map(brief)
      house.sandboxes
        .sandbox('odoo')
        .act({ do: 'addCustomer', name: 'Neuer GmbH', email: 'neuer@neuer.example' })
      await house.hub.db
        .em()
        .execute(
          `insert into customer (id, tenant, name, name_key) values ('cus_gone', 'default', 'Weg', 'weg')`,
        )
      const ref = `insert into external_ref (connection, kind, native_id, tenant, hub_id) values (?, 'customer', '999999', 'default', 'cus_gone')`
      await house.hub.db.em().execute(ref, [ODOO])
      const news = (await compared(null, ['CUSTOMER'], true)).rows.nodes.filter(
        (row) => !first.includes(brief(row)),
      )
      expect(news.map(({ kind, mend }) => [kind, mend?.name])).toEqual([
        ['MISSING', 'resyncRecords'],
        ['ORPHAN', 'markGone'],
      ])
      const gone = `mutation ($connection: ID!, $object: SyncObject!, $record: ID!) {
      markGone(connection: $connection, object: $object, record: $record) }`
      expect((await house.ask(gone, news[1]?.mend?.variables)).data).toEqual({ markGone: true })
      const there = { connection: ODOO, object: 'CUSTOMER', record: (await natives(5))[ODOO] }
      expect((await house.ask(gone, there)).errors?.[0]?.extensions?.code).toBe('CONFLICT')
      const left = (await compared(null, ['CUSTOMER'], true)).rows.nodes.filter(
        (row) => !first.includes(brief(row)),
      )
      expect(left.map(({ kind }) => kind)).toEqual(['MISSING'])
    },
  )

  it('looks an ERP through before it is used, with examples', { timeout: 120_000 }, async () => {
    const act = house.sandboxes.sandbox('odoo')
    act.act({ do: 'addCustomer', name: 'Doppelt GmbH', email: 'doppelt@neu.example' })
    act.act({ do: 'addCustomer', name: 'Doppelt AG', email: 'Doppelt@neu.example' })
    act.act({ do: 'addCustomer', name: 'Falsch GmbH', email: 'keine Adresse' })
    const start = `mutation { auditConnection(connection: "${ODOO}", objects: [PRODUCT, CUSTOMER]) { id } }`
    const { id } = (await house.ask<{ auditConnection: { id: string } }>(start)).data.auditConnection
    await house.settle()
    const state = `{ connectionAudit(id: "${id}") { state } }`
    await expect
      .poll(
        async () =>
          (await house.ask<{ connectionAudit: { state: string } }>(state)).data.connectionAudit.state,
        {
          timeout: 60_000,
        },
      )
      .toBe('DONE')
    interface Fault {
      kind: string
      field: string
      count: number
      examples: { value: unknown }[]
    }
    const { data } = await house.ask<{
      connectionAudit: { result: { object: string; count: number; faults: Fault[] }[] }
    }>(
      `query ($id: ID!) { connectionAudit(id: $id) { state result { object count faults { kind field count examples { record value message } } } } }`,
      { id },
    )
    const [products, customers] = data.connectionAudit.result
    expect([products?.object, customers?.object]).toEqual(['PRODUCT', 'CUSTOMER'])
    expect(products?.count).toBeGreaterThan(100)
    const fault = (kind: string, field: string) =>
      customers?.faults.find((one) => one.kind === kind && one.field === field)
    expect(fault('DUPLICATE', 'email')).toMatchObject({
      count: 2,
      examples: [{ value: 'doppelt@neu.example' }],
    })
    expect(fault('FORMAT', 'email')?.examples.map(({ value }) => value)).toContain('keine Adresse')
    expect(fault('INCOMPLETE', 'country')?.count).toBeGreaterThanOrEqual(1)
  })
})

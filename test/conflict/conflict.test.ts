import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [ODOO, NEXT] = ['odoo:main', 'erpnext:main']

interface Side {
  id: string
  natives: Record<string, string>
}

describe('a customer that several ERPs know', { timeout: 60_000 }, () => {
  let house: TestHouse
  let sides: Side[]
  let used = 0
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, NEXT] })
    await house.poll()
    const sql = `select hub_id as id, jsonb_object_agg(connection, native_id) as natives from external_ref
      where kind = 'customer' group by hub_id having count(*) = 2 order by hub_id`
    sides = await rows<Side>(house.hub.db.em(), sql)
    for (const connection of [ODOO, NEXT]) {
      const insert = `insert into sync_setting (connection, kind, tenant, direction) values (?, 'customer', 'default', 'BOTH')`
      await house.hub.db.em().execute(insert, [connection])
    }
    house.work()
  })
  afterAll(() => house.close())

  /** A customer that no other test touches. */
  const next = (): Side => {
    used += 1
    const side = sides[used]
    if (!side) throw new Error('There are no more customers.')
    return side
  }
  const open = (connection: string) => {
    const found = house.hub.directory.find('default', connection)
    if (!found) throw new Error(connection)
    return found
  }
  const native = (side: Side, connection: string) => side.natives[connection] ?? ''
  const rules = async (list: { field: string; strategy: string; master?: string }[]) => {
    await house.hub.db.em().execute('delete from conflict_rule')
    for (const rule of list) {
      const set = 'mutation ($rule: ConflictRuleInput!) { setConflictRule(rule: $rule) { field } }'
      expect((await house.ask(set, { rule })).errors).toBeUndefined()
    }
  }
  /** Somebody changes it in the ERP, and a webhook tells. */
  const change = async (side: Side, connection: string, fields: object, tell = true) => {
    const id = native(side, connection)
    await open(connection).erp.customer?.update?.({ id }, fields, null)
    if (tell) await importIds(house.hub, open(connection), 'customer', [id], { by: 'webhook' })
  }
  const there = async (side: Side, connection: string) => {
    const [record] = (await open(connection).erp.customers?.byId([native(side, connection)])) ?? []
    return record as { name: string; email: string; phone: string }
  }
  const golden = async ({ id }: Side) => {
    const sql = 'select name, email, phone from customer where id = ?'
    const [row] = await rows<{ name: string; email: string; phone: string }>(house.hub.db.em(), sql, [id])
    return row
  }
  /** All that follows is done: no job and no operation is under way. */
  const quiet = async () => {
    const sql = `select kind as what, state, tries, problem->>'message' as why from job where state = 'WAITING'
      union all select object || ' ' || action, status, tries, problem->>'message' from operation
      where status in ('ACCEPTED', 'RUNNING', 'WAITING')`
    await expect.poll(() => rows(house.hub.db.em(), sql), { timeout: 45_000, interval: 20 }).toEqual([])
  }
  const conflicts = async (side: Side) => {
    const query = '{ conflicts { nodes { id field ours theirs base connection customer { id } } } }'
    const { data } = await house.ask<{
      conflicts: {
        nodes: { id: string; field: string; ours: unknown; theirs: unknown; customer: { id: string } }[]
      }
    }>(query)
    return data.conflicts.nodes.filter(({ customer }) => customer.id === side.id)
  }

  it('takes a change of one ERP into the golden record and to the other ERP, and knows its echo', async () => {
    const side = next()
    await rules([])
    await change(side, ODOO, { phone: '+493055501' })
    await quiet()
    expect(await golden(side)).toMatchObject({ phone: '+493055501' })
    expect(await there(side, NEXT)).toMatchObject({ phone: '+493055501' })
    await importIds(house.hub, open(NEXT), 'customer', [native(side, NEXT)], { by: 'poll' })
    await quiet()
    const sql = `select connection, direction from operation where customer = ? order by created_at, id`
    expect(await rows(house.hub.db.em(), sql, [side.id])).toEqual([
      { connection: ODOO, direction: 'IN' },
      { connection: NEXT, direction: 'OUT' },
    ])
  })

  it('never counts a field that one side left alone', async () => {
    const side = next()
    await rules([])
    await change(side, NEXT, { email: 'neu@kunde.example' }, false)
    await change(side, ODOO, { phone: '+493055502' })
    await importIds(house.hub, open(NEXT), 'customer', [native(side, NEXT)], { by: 'webhook' })
    await quiet()
    expect(await golden(side)).toMatchObject({ phone: '+493055502', email: 'neu@kunde.example' })
    expect(await there(side, ODOO)).toMatchObject({ phone: '+493055502', email: 'neu@kunde.example' })
    expect(await conflicts(side)).toEqual([])
  })

  it('finds what an ERP changed itself right before it writes there, though nobody told', async () => {
    const side = next()
    await rules([])
    await change(side, NEXT, { email: 'leise@kunde.example' }, false)
    await change(side, ODOO, { phone: '+493055511' })
    await quiet()
    const both = { phone: '+493055511', email: 'leise@kunde.example' }
    for (const record of [await golden(side), await there(side, ODOO), await there(side, NEXT)])
      expect(record).toMatchObject(both)
  })

  it('asks a person before it writes over what an ERP changed itself, though nobody told', async () => {
    const side = next()
    await rules([{ field: '*', strategy: 'MANUAL' }])
    await change(side, NEXT, { phone: '+493055512' }, false)
    await change(side, ODOO, { phone: '+493055513' })
    await quiet()
    expect(await there(side, NEXT)).toMatchObject({ phone: '+493055512' })
    const [conflict, ...others] = await conflicts(side)
    expect(others).toEqual([])
    expect(conflict).toMatchObject({ field: 'phone', ours: '+493055513', theirs: '+493055512' })
  })

  it('lets the master of a field win, and gives the other side its value back', async () => {
    const side = next()
    await rules([{ field: 'phone', strategy: 'FIELD_MASTER', master: NEXT }])
    const before = await golden(side)
    await change(side, ODOO, { phone: '+493055503' })
    await quiet()
    expect(await golden(side)).toEqual(before)
    expect(await there(side, ODOO)).toMatchObject({ phone: before?.phone })
    await change(side, NEXT, { phone: '+493055504' })
    await quiet()
    expect(await there(side, ODOO)).toMatchObject({ phone: '+493055504' })
  })

  it('lets a master system win for every field', async () => {
    const side = next()
    await rules([{ field: '*', strategy: 'MASTER_SYSTEM', master: ODOO }])
    const before = await golden(side)
    await change(side, NEXT, { phone: '+493055505', email: 'anders@kunde.example' })
    await quiet()
    expect(await golden(side)).toEqual(before)
    expect(await there(side, NEXT)).toMatchObject({ phone: before?.phone, email: before?.email })
  })

  it('lets the last write win when both sides changed the field', async () => {
    const side = next()
    await rules([{ field: '*', strategy: 'LAST_WRITE_WINS' }])
    await change(side, ODOO, { phone: '+493055506' }, false)
    await change(side, NEXT, { phone: '+493055507' })
    await importIds(house.hub, open(ODOO), 'customer', [native(side, ODOO)], { by: 'webhook' })
    await quiet()
    const values = [await golden(side), await there(side, ODOO), await there(side, NEXT)]
    expect(new Set(values.map((one) => one?.phone)).size).toBe(1)
  })

  it('asks a person when both sides changed the field, and writes what was decided to all sides', async () => {
    const side = next()
    await rules([{ field: '*', strategy: 'MANUAL' }])
    await house.hub.db.em().execute("update sync_setting set direction = 'IN'")
    await change(side, ODOO, { phone: '+493055508' })
    await quiet()
    await change(side, NEXT, { phone: '+493055509' })
    await quiet()
    await house.hub.db.em().execute("update sync_setting set direction = 'BOTH'")
    const [conflict, ...others] = await conflicts(side)
    expect(others).toEqual([])
    expect(conflict).toMatchObject({ field: 'phone', ours: '+493055508', theirs: '+493055509' })
    const decide = `mutation ($id: ID!) { resolveConflict(id: $id, take: CUSTOM, value: "+493055510") { state decidedBy } }`
    const answer = await house.ask<{ resolveConflict: { state: string } }>(decide, { id: conflict?.id })
    expect(answer.data.resolveConflict.state).toBe('DECIDED')
    await quiet()
    for (const connection of [ODOO, NEXT])
      expect(await there(side, connection)).toMatchObject({ phone: '+493055510' })
    const again = await house.ask(decide, { id: conflict?.id })
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' })
  })

  it('says who decides on a field, who changed it last, and what other rules would have done', async () => {
    await rules([{ field: 'phone', strategy: 'FIELD_MASTER', master: NEXT }])
    const side = sides[1]
    const query = `query ($id: ID!) { masterOf(customer: $id, field: "phone") { strategy master isRule changedBy }
      simulateConflictRules(rules: [{ field: "*", strategy: MANUAL }]) { looked different { field now then } } }`
    const { data } = await house.ask<{
      masterOf: object
      simulateConflictRules: { looked: number; different: { then: string }[] }
    }>(query, { id: side?.id })
    expect(data.masterOf).toEqual({ strategy: 'FIELD_MASTER', master: NEXT, isRule: true, changedBy: ODOO })
    expect(data.simulateConflictRules.looked).toBeGreaterThan(5)
    expect(data.simulateConflictRules.different.every(({ then }) => then === 'ASK')).toBe(true)
  })

  it('refuses a rule that names no field, no master or a foreign connection, and changes nothing', async () => {
    await rules([])
    const set = 'mutation ($rule: ConflictRuleInput!) { setConflictRule(rule: $rule) { field } }'
    const codes = []
    for (const rule of [
      { field: 'shoeSize', strategy: 'MANUAL' },
      { field: 'phone', strategy: 'FIELD_MASTER' },
      { field: 'phone', strategy: 'FIELD_MASTER', master: 'sap:other' },
      { field: 'phone', strategy: 'MASTER_SYSTEM', master: ODOO },
    ])
      codes.push((await house.ask(set, { rule })).errors?.[0]?.extensions?.code)
    expect(codes).toEqual(['VALIDATION', 'MISSING_REQUIRED_FIELD', 'NOT_FOUND', 'VALIDATION'])
    expect(await rows(house.hub.db.em(), 'select * from conflict_rule')).toEqual([])
  })
})

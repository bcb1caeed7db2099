import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import type { Customer } from '../../subgraphs/records.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [NEXT, ODOO] = ['erpnext:main', 'odoo:main']
const WAIT = { timeout: 20_000, interval: 30 }

describe('a rollback of what mappings translated', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [NEXT], settings: { maxPushMs: 400, backoffMs: 20 } })
    await house.poll()
    house.work()
  })
  afterAll(() => house.close())

  it('gives the golden record its old word back where the ERP has its own again', async () => {
    const sql = `select c.id, c.name, r.native_id as native, c.customer_group as was from customer c
      join external_ref r on r.hub_id = c.id and r.kind = 'customer' where c.customer_group is not null order by c.id`
    type Known = { id: string; name: string; native: string; was: string }
    const all = await rows<Known>(house.hub.db.em(), sql)
    const [one] = all
    const other = all.find(({ was }) => was !== one?.was)?.was ?? ''
    if (!one || !other) throw new Error('All customers are of one group.')
    const save = 'mutation ($input: FieldMappingInput!) { saveFieldMapping(input: $input) { id } }'
    const valueMap = [
      { hub: 'A', erp: one.was },
      { hub: 'B', erp: other },
    ]
    const mapping = { connection: NEXT, object: 'CUSTOMER', hubField: 'group', erpField: 'group', valueMap }
    expect((await house.ask(save, { input: mapping })).errors).toBeUndefined()
    await house.ask(`mutation { applyMappings(connection: "${NEXT}", object: CUSTOMER) }`)
    const golden = async () =>
      (
        await rows<{ word: string }>(
          house.hub.db.em(),
          'select customer_group as word from customer where id = ?',
          [one.id],
        )
      )[0]?.word
    await expect.poll(golden, WAIT).toBe('A')
    const there = async () => {
      const erp = house.hub.directory.find('default', NEXT)?.erp
      const [live] = (await erp?.customers?.byId([one.native])) ?? []
      return (live as Customer).group
    }
    const upsert = `mutation ($input: UpsertCustomerInput!) { upsertCustomer(input: $input, idempotencyKey: "b", waitMs: 20000) {
      operations { id status } } }`
    type Upserted = { upsertCustomer: { operations: { id: string; status: string }[] } }
    const input = { id: one.id, name: one.name, group: 'B', connections: [NEXT] }
    const { operations } = (await house.ask<Upserted>(upsert, { input })).data.upsertCustomer
    expect([operations[0]?.status, await there(), await golden()]).toEqual(['DONE', other, 'B'])
    await house.ask(`mutation { startRollback(input: { operation: "${operations[0]?.id}" }) { id } }`)
    await expect.poll(there, WAIT).toBe(one.was)
    await expect.poll(golden, WAIT).toBe('A')
  })
})

describe('a rollback with what followed', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, NEXT], settings: { maxPushMs: 400, backoffMs: 20 } })
    const both = `mutation { setSync(connection: "${ODOO}", object: CUSTOMER, input: { direction: BOTH }) { direction } }`
    await house.ask(both)
    const rule = `mutation { setConflictRule(rule: { field: "phone", strategy: FIELD_MASTER, master: "${NEXT}" }) { field } }`
    await house.ask(rule)
    await house.poll()
    house.work()
  })
  afterAll(() => house.close())

  const open = (id: string) => {
    const found = house.hub.directory.find('default', id)
    if (!found) throw new Error(id)
    return found
  }
  const phone = async (connection: string, id: string) => {
    const [live] = (await open(connection).erp.customers?.byId([id])) ?? []
    return (live as Customer).phone
  }

  it(
    'takes a change out of the golden record and of every ERP that it was carried to, not of the one it came from',
    { timeout: 60_000 },
    async () => {
      const sql = `select c.id, c.phone, jsonb_object_agg(r.connection, r.native_id) as natives from customer c
      join external_ref r on r.hub_id = c.id and r.kind = 'customer' group by c.id having count(*) = 2 order by c.id limit 1`
      type Known = { id: string; phone: string; natives: Record<string, string> }
      const [known] = await rows<Known>(house.hub.db.em(), sql)
      if (!known) throw new Error('Nobody is known to both.')
      const [next, odoo] = [known.natives[NEXT] ?? '', known.natives[ODOO] ?? '']
      const before = await phone(ODOO, odoo)
      await open(NEXT).erp.customer?.update?.({ id: next }, { phone: '+493077777' }, null)
      await importIds(house.hub, open(NEXT), 'customer', [next], { by: 'webhook' })
      await expect.poll(() => phone(ODOO, odoo), WAIT).toBe('+493077777')
      const told = `select i.id from operation o join operation i on i.id = o.cause
      where o.connection = ? and o.direction = 'OUT' and o.customer = ? and o.status = 'DONE' and i.direction = 'IN'`
      const cause = async () => (await rows<{ id: string }>(house.hub.db.em(), told, [ODOO, known.id]))[0]?.id
      await expect.poll(cause, WAIT).toBeTruthy()
      const input = { operation: await cause(), following: true }
      const start = 'mutation ($input: RollbackInput!) { startRollback(input: $input) { id } }'
      const { data, errors } = await house.ask<{ startRollback: { id: string } }>(start, { input })
      expect(errors).toBeUndefined()
      const report = `query ($id: ID!) { rollback(id: $id) { state restored skipped rows { nodes { connection object state } } } }`
      const state = async () => {
        const { data: asked } = await house.ask<{ rollback: { state: string } }>(report, data.startRollback)
        return asked.rollback
      }
      await expect.poll(async () => (await state()).state, WAIT).toBe('DONE')
      expect(await state()).toMatchObject({ restored: 2, skipped: 0 })
      expect(await phone(ODOO, odoo)).toBe(before)
      expect(await phone(NEXT, next)).toBe('+493077777')
      const golden = await rows<{ phone: string }>(
        house.hub.db.em(),
        'select phone from customer where id = ?',
        [known.id],
      )
      expect(golden).toEqual([{ phone: known.phone }])
    },
  )
})

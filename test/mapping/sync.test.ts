import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [ODOO, NEXT] = ['odoo:main', 'erpnext:main']
const SAVE = 'mutation ($input: FieldMappingInput!) { saveFieldMapping(input: $input) { id } }'
const DELETE = 'mutation ($id: ID!) { deleteFieldMapping(id: $id) { id } }'

interface Side {
  id: string
  natives: Record<string, string>
}
interface Attribute {
  key: string
  value: string | null
}

describe('field mappings in the sync of customers', () => {
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
  const map = async (input: object, connection = ODOO) => {
    const whole = { connection, object: 'CUSTOMER', ...input }
    const { data, errors } = await house.ask<{ saveFieldMapping: { id: string } }>(SAVE, { input: whole })
    expect(errors).toBeUndefined()
    return data.saveFieldMapping.id
  }
  const clear = async () => {
    const found = await rows<{ id: string }>(house.hub.db.em(), 'select id from field_mapping')
    for (const { id } of found) expect((await house.ask(DELETE, { id })).errors).toBeUndefined()
  }
  const change = async (side: Side, connection: string, fields: object) => {
    const id = native(side, connection)
    await open(connection).erp.customer?.update?.({ id }, fields, null)
    await importIds(house.hub, open(connection), 'customer', [id], { by: 'webhook' })
  }
  const attributes = (list: Attribute[] | null | undefined): Record<string, string | null> =>
    Object.fromEntries((list ?? []).map(({ key, value }) => [key, value ?? null]))
  const there = async (side: Side, connection: string) => {
    const [record] = (await open(connection).erp.customers?.byId([native(side, connection)])) ?? []
    return attributes((record as { customAttributes: Attribute[] }).customAttributes)
  }
  const golden = async ({ id }: Side) => {
    const query = '($id: ID!) { customer(id: $id) { phone group customAttributes { key value } } }'
    const { data } = await house.ask<{
      customer: { phone: string; group: string; customAttributes: Attribute[] }
    }>(`query ${query}`, { id })
    const { customAttributes, ...rest } = data.customer
    return { ...rest, ...attributes(customAttributes) }
  }
  const quiet = async () => {
    const sql = `select (select count(*) from job where state = 'WAITING')::int
      + (select count(*) from operation where status in ('ACCEPTED', 'RUNNING', 'WAITING'))::int as n`
    const left = async () => (await rows<{ n: number }>(house.hub.db.em(), sql))[0]?.n
    await expect.poll(left, { timeout: 25_000, interval: 20 }).toBe(0)
  }
  const log = (side: Side) => {
    const sql = `select connection, direction, status, problem->>'code' as code, problem->>'field' as field from operation
      where customer = ? order by created_at, id`
    return rows<{ direction: string }>(house.hub.db.em(), sql, [side.id])
  }
  const apply = async (connection: string) => {
    const query = `mutation ($connection: ID!) { applyMappings(connection: $connection, object: CUSTOMER) }`
    const { data } = await house.ask<{ applyMappings: number }>(query, { connection })
    await quiet()
    return data.applyMappings
  }

  it("brings a value from one ERP's custom field through the golden record into another ERP's, by value maps", async () => {
    const side = next()
    await map({
      hubField: 'custom.rating',
      erpField: 'x_abc_class',
      type: 'PICKLIST',
      valueMap: [
        { hub: 'top', erp: 'A' },
        { hub: 'usual', erp: 'B' },
        { hub: 'small', erp: 'C' },
      ],
      unmapped: 'REFUSE',
    })
    await map(
      {
        hubField: 'custom.rating',
        erpField: 'custom_abc_class',
        type: 'PICKLIST',
        valueMap: [
          { hub: 'top', erp: 'B' },
          { hub: 'usual', erp: 'C' },
          { hub: 'small', erp: 'A' },
        ],
      },
      NEXT,
    )
    // Both ERPs have the same letter at first, and mean something else by it.
    const at = 'ABC'.indexOf((await there(side, ODOO)).x_abc_class ?? 'A')
    const letter = (steps: number) => 'ABC'[(at + steps) % 3] ?? ''
    const meant = (steps: number) => ['top', 'usual', 'small'][(at + steps) % 3]
    await change(side, ODOO, { customAttributes: [{ key: 'x_abc_class', value: letter(1) }] })
    await quiet()
    expect(await golden(side)).toMatchObject({ rating: meant(1) })
    expect(await there(side, NEXT)).toMatchObject({ custom_abc_class: letter(2) })
    await change(side, NEXT, { customAttributes: [{ key: 'custom_abc_class', value: letter(0) }] })
    await quiet()
    expect(await golden(side)).toMatchObject({ rating: meant(2) })
    expect(await there(side, ODOO)).toMatchObject({ x_abc_class: letter(2) })
    expect(await log(side)).toEqual([
      { connection: ODOO, direction: 'IN', status: 'DONE', code: null, field: null },
      { connection: NEXT, direction: 'OUT', status: 'DONE', code: null, field: null },
      { connection: NEXT, direction: 'IN', status: 'DONE', code: null, field: null },
      { connection: ODOO, direction: 'OUT', status: 'DONE', code: null, field: null },
    ])
    await clear()
  })

  it('leaves the custom fields of one ERP alone when another changes its own, without a mapping', async () => {
    const side = next()
    await change(side, ODOO, { customAttributes: [{ key: 'x_route', value: 'R-77' }] })
    await change(side, NEXT, { customAttributes: [{ key: 'custom_route', value: 'N-77' }] })
    await quiet()
    expect(await golden(side)).toMatchObject({ x_route: 'R-77', custom_route: 'N-77' })
    expect((await log(side)).every(({ direction }) => direction === 'IN')).toBe(true)
  })

  it('transforms a canonical field both ways, and a changed mapping counts for the next change', async () => {
    const side = next()
    const input = {
      hubField: 'custom.tour',
      erpField: 'x_route',
      transformIn: '"T/" & $lowercase(value)',
      transformOut: '$uppercase($substringAfter(value, "T/"))',
    }
    const id = await map(input)
    await change(side, ODOO, { customAttributes: [{ key: 'x_route', value: 'NORTH' }] })
    await quiet()
    expect(await golden(side)).toMatchObject({ tour: 'T/north' })
    const upsert = `mutation ($input: UpsertCustomerInput!, $key: ID!) { upsertCustomer(input: $input, idempotencyKey: $key) {
      problems { message } } }`
    const { data } = await house.ask<{ customer: { name: string } }>(
      'query ($id: ID!) { customer(id: $id) { name } }',
      {
        id: side.id,
      },
    )
    const custom = [{ key: 'tour', value: 'T/south' }]
    const given = { id: side.id, name: data.customer.name, connections: [ODOO], customAttributes: custom }
    await house.ask(upsert, { input: given, key: 'tour' })
    await quiet()
    expect(await there(side, ODOO)).toMatchObject({ x_route: 'SOUTH' })
    await map({ ...input, id, transformIn: '"S/" & value', transformOut: null })
    await change(side, ODOO, { customAttributes: [{ key: 'x_route', value: 'EAST' }] })
    await quiet()
    expect(await golden(side)).toMatchObject({ tour: 'S/EAST' })
    await clear()
  })

  it('shows a mapping that throws at the operation, changes nothing, keeps nobody back, and goes on once mended', async () => {
    const [poison, other] = [next(), next()]
    const input = { hubField: 'custom.since', erpField: 'x_route', transformIn: '$number(value) + 1' }
    const id = await map(input)
    const before = await golden(poison)
    const [bad, good] = [native(poison, ODOO), native(other, ODOO)]
    await open(ODOO).erp.customer?.update?.(
      { id: bad },
      { phone: '+49301110', customAttributes: [{ key: 'x_route', value: 'no number' }] },
      null,
    )
    await open(ODOO).erp.customer?.update?.(
      { id: good },
      { phone: '+49301111', customAttributes: [{ key: 'x_route', value: '41' }] },
      null,
    )
    await importIds(house.hub, open(ODOO), 'customer', [bad, good], { by: 'webhook' })
    await quiet()
    expect(await golden(other)).toMatchObject({ phone: '+49301111', since: '42' })
    expect(await golden(poison)).toEqual(before)
    expect(await log(poison)).toEqual([
      { connection: ODOO, direction: 'IN', status: 'DEAD', code: 'VALIDATION', field: 'custom.since' },
    ])
    await map({ ...input, id, transformIn: 'value' })
    await apply(ODOO)
    expect(await golden(poison)).toMatchObject({ phone: '+49301110', since: 'no number' })
    expect((await log(poison))[0]).toMatchObject({ direction: 'IN', status: 'DONE', code: null })
    await clear()
  })

  it('refuses a push that cannot be mapped with the field, before anything is sent', async () => {
    const side = next()
    const valueMap = [{ hub: 'top', erp: 'A' }]
    await map({
      hubField: 'custom.rank',
      erpField: 'x_abc_class',
      type: 'PICKLIST',
      valueMap,
      unmapped: 'REFUSE',
    })
    await map({
      hubField: 'custom.endless',
      erpField: 'x_route',
      transformOut: '($f := function($n) { $f($n + 1) }; $f(1))',
    })
    const upsert = `mutation ($input: UpsertCustomerInput!, $key: ID!) { upsertCustomer(input: $input, idempotencyKey: $key) {
      operations { id } problems { code } } }`
    const { data } = await house.ask<{ customer: { name: string } }>(
      'query ($id: ID!) { customer(id: $id) { name } }',
      {
        id: side.id,
      },
    )
    const isWrite = (call: object) => /partner\/write|\\"write\\"/.test(JSON.stringify(call))
    const written = () => house.sandboxes.calls('odoo').filter(isWrite).length
    const before = written()
    for (const [key, value] of [
      ['rank', 'unheard of'],
      ['endless', 'x'],
    ]) {
      const given = {
        id: side.id,
        name: data.customer.name,
        connections: [ODOO],
        customAttributes: [{ key, value }],
      }
      await house.ask(upsert, { input: given, key })
      await quiet()
    }
    expect(written()).toBe(before)
    const pushed = (await log(side)).filter(({ direction }) => direction === 'OUT')
    expect(pushed).toEqual([
      {
        connection: ODOO,
        direction: 'OUT',
        status: 'REFUSED',
        code: 'MAPPING_MISSING',
        field: 'custom.rank',
      },
      { connection: ODOO, direction: 'OUT', status: 'REFUSED', code: 'VALIDATION', field: 'custom.endless' },
    ])
    await clear()
  })

  it('applies new mappings to what was read before, without asking the ERP', async () => {
    const side = next()
    const value = (await there(side, NEXT)).custom_customer_since
    await map(
      { hubField: 'custom.partner_since', erpField: 'custom_customer_since', type: 'DATE', direction: 'IN' },
      NEXT,
    )
    expect(await golden(side)).not.toHaveProperty('partner_since')
    const asked = house.sandboxes.calls('erpnext').length
    expect(await apply(NEXT)).toBeGreaterThan(10)
    expect(house.sandboxes.calls('erpnext').length).toBe(asked)
    expect(value).toMatch(/^\d{4}-/)
    expect(await golden(side)).toMatchObject({ partner_since: value })
    await clear()
  })
})

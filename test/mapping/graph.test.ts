import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { USER, addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ODOO = 'odoo:main'
const SAVE = 'mutation ($input: FieldMappingInput!) { saveFieldMapping(input: $input) { id hubField } }'
const TEST = `query ($input: FieldMappingInput, $id: ID, $record: ID) {
  testFieldMapping(input: $input, id: $id, record: $record) { record before after back
    fields { hubField before after back problem { code field } } } }`
const IMPORT = `mutation ($text: String!, $dryRun: Boolean) { importFieldMappings(text: $text, dryRun: $dryRun) {
  created changed unchanged problems { code field } } }`

interface Tested {
  testFieldMapping: {
    fields: { before: string; after: string | null; back: string | null; problem: { code: string } | null }[]
  }
}
interface Imported {
  importFieldMappings: { created: number; changed: number; unchanged: number; problems: { field: string }[] }
}

describe('field mappings as data', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO] })
    await house.poll()
  })
  afterAll(() => house.close())

  const customer = (input: object) => ({ connection: ODOO, object: 'CUSTOMER', ...input })
  const save = (input: object) => house.ask<{ saveFieldMapping: { id: string } }>(SAVE, { input })
  const kept = async () => {
    const sql = 'select id, hub_field, erp_field, direction from field_mapping order by id'
    return rows<{ id: string }>(house.hub.db.em(), sql)
  }
  const clear = async () => {
    for (const { id } of await kept())
      await house.ask('mutation ($id: ID!) { deleteFieldMapping(id: $id) { id } }', { id })
  }

  it('refuses unknown fields, wrong types, two writers, circles and unreadable expressions, naming the field', async () => {
    const first = await save(customer({ hubField: 'custom.a', erpField: 'x_route', direction: 'IN' }))
    expect(first.errors).toBeUndefined()
    await save(customer({ hubField: 'custom.b', erpField: 'x_abc_class', type: 'PICKLIST', direction: 'IN' }))
    await save(
      customer({ hubField: 'custom.a', erpField: 'x_abc_class', type: 'PICKLIST', direction: 'OUT' }),
    )
    const before = await kept()
    const pick = { hubField: 'custom.c', erpField: 'x_abc_class', type: 'PICKLIST', direction: 'IN' }
    const twice = ['x', 'y'].map((hub) => ({ hub, erp: 'A' }))
    const flag = { hubField: 'custom.c', erpField: 'x_newsletter', type: 'BOOLEAN' }
    const wrong: [object, string][] = [
      [customer({ hubField: 'shoeSize', erpField: 'x_route' }), 'hubField'],
      [customer({ hubField: 'custom.c', erpField: 'x_none' }), 'erpField'],
      [customer({ hubField: 'custom.c', erpField: 'street' }), 'erpField'],
      [customer({ hubField: 'custom.c', erpField: 'number', direction: 'OUT' }), 'erpField'],
      [customer({ hubField: 'custom.c', erpField: 'x_customer_since', type: 'NUMBER' }), 'type'],
      [customer({ ...flag, transformIn: '$(' }), 'transformIn'],
      [customer({ hubField: 'custom.a', erpField: 'email', direction: 'IN' }), 'hubField'],
      [customer({ ...pick, direction: 'OUT' }), 'erpField'],
      // a goes out into the class, which comes in as b: b must not go out into the route, which comes in as a.
      [customer({ hubField: 'custom.b', erpField: 'x_route', direction: 'OUT' }), 'hubField'],
      [customer({ ...pick, valueMap: [{ hub: 'x', erp: 'Z' }] }), 'valueMap.0.erp'],
      [customer({ ...pick, valueMap: twice }), 'valueMap.1'],
      [customer({ ...pick, unmapped: 'DEFAULT' }), 'default'],
      [{ connection: ODOO, object: 'PRODUCT', hubField: 'name', erpField: 'name' }, 'direction'],
      [
        { connection: ODOO, object: 'INVOICE', hubField: 'custom.x', erpField: 'number', direction: 'IN' },
        'hubField',
      ],
      [{ connection: 'odoo:other', object: 'CUSTOMER', hubField: 'phone', erpField: 'phone' }, 'connection'],
    ]
    const told = []
    for (const [input] of wrong) told.push((await save(input)).errors?.[0]?.extensions?.field)
    expect(told).toEqual(wrong.map(([, field]) => field))
    expect(await kept()).toEqual(before)
    await clear()
  })

  it('shows the fields of an ERP with what can be mapped, and suggests with score and reason, always the same', async () => {
    const at = `connection: "${ODOO}", object: CUSTOMER`
    const query = `query { nativeFields(${at}) { name type custom mappable options { value } }
      suggestFieldMappings(${at}) { hubField erpField type score reason } }`
    interface Answer {
      nativeFields: { name: string; mappable: boolean; options: { value: string }[] | null }[]
      suggestFieldMappings: { hubField: string; erpField: string; score: number; reason: string }[]
    }
    const ask = async () => (await house.ask<Answer>(query)).data
    const { nativeFields, suggestFieldMappings } = await ask()
    const of = (name: string) => nativeFields.find((field) => field.name === name)
    expect(of('x_abc_class')).toMatchObject({ type: 'PICKLIST', mappable: true })
    expect(of('x_abc_class')?.options?.map(({ value }) => value)).toEqual(['A', 'B', 'C'])
    expect(of('phone')).toMatchObject({ mappable: true })
    expect(of('street')).toMatchObject({ mappable: false })
    const found = suggestFieldMappings.find(({ erpField }) => erpField === 'x_customer_since')
    expect(found).toMatchObject({ hubField: 'custom.customer_since' })
    for (const { score, reason } of suggestFieldMappings)
      expect([score > 0 && score <= 1, reason]).toEqual([true, expect.stringMatching(/\w/)])
    expect(await ask()).toEqual({ nativeFields, suggestFieldMappings })
  })

  it('shows a real record before and after, both ways, with the problem of each field', async () => {
    const valueMap = ['A', 'B', 'C'].map((erp) => ({ hub: `class ${erp}`, erp }))
    const input = customer({ hubField: 'custom.class', erpField: 'x_abc_class', type: 'PICKLIST', valueMap })
    const tried = async (given: object) =>
      (await house.ask<Tested>(TEST, { input: given })).data.testFieldMapping.fields[0]
    const field = await tried(input)
    expect(field).toMatchObject({ after: `class ${field?.before}`, back: field?.before, problem: null })
    const bad = customer({ hubField: 'custom.n', erpField: 'x_route', transformIn: '$number(value)' })
    expect(await tried(bad)).toMatchObject({
      after: null,
      problem: { code: 'VALIDATION', field: 'custom.n' },
    })
    const lacks = {
      ...input,
      valueMap: [{ hub: 'x', erp: field?.before === 'A' ? 'B' : 'A' }],
      unmapped: 'REFUSE',
    }
    expect((await tried(lacks))?.problem).toMatchObject({ code: 'MAPPING_MISSING' })
    expect(await kept()).toEqual([])
  })

  it('exports all mappings as one text and imports them whole, or none of them', async () => {
    await save(customer({ hubField: 'custom.route', erpField: 'x_route', transformIn: '$uppercase(value)' }))
    await save({ connection: ODOO, object: 'ORDER', hubField: 'custom.channel', erpField: 'x_channel' })
    const exported = async () =>
      (await house.ask<{ exportFieldMappings: string }>('{ exportFieldMappings }')).data.exportFieldMappings
    const text = await exported()
    await clear()
    const run = async (given: string, dryRun = false) =>
      (await house.ask<Imported>(IMPORT, { text: given, dryRun })).data.importFieldMappings
    expect(await run(text, true)).toMatchObject({ created: 2, problems: [] })
    expect(await kept()).toEqual([])
    const { created, problems } = await run(text.replace('x_channel', 'x_gone'))
    expect([created, problems[0]?.field]).toEqual([0, 'mappings.1.erpField'])
    expect(await kept()).toEqual([])
    expect(await run(text)).toMatchObject({ created: 2, changed: 0 })
    expect(await run(text)).toMatchObject({ created: 0, changed: 0, unchanged: 2 })
    const other = text.replace('$uppercase', '$lowercase')
    expect(await run(other)).toMatchObject({ changed: 1, unchanged: 1 })
    expect(JSON.parse(await exported())).toEqual(JSON.parse(other))
    const none = await house.ask(IMPORT, { text: '{"version":1,"mappings":[{"nonsense":1}]}' })
    expect(none.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    await clear()
  })

  it('writes an order with mapped fields, and its dry run shows the same', async () => {
    const urgency = {
      hubField: 'custom.urgency',
      erpField: 'x_priority',
      type: 'PICKLIST',
      unmapped: 'REFUSE',
    }
    await save({ connection: ODOO, object: 'ORDER', ...urgency, valueMap: [{ hub: 'at once', erp: 'high' }] })
    const found = await rows<{ id: string }>(house.hub.db.em(), 'select id from customer order by id limit 1')
    const push = `mutation ($customer: ID!, $value: String!) { pushOrder(dryRun: true, idempotencyKey: "m", input: {
      connection: "${ODOO}", customer: $customer, lines: [{ sku: "DESK-160", quantity: "1" }],
      customAttributes: [{ key: "urgency", value: $value }] }) { plan { body } problems { code field } } }`
    interface Planned {
      pushOrder: { plan: { body: string }[]; problems: { code: string; field: string }[] }
    }
    const run = async (value: string) =>
      (await house.ask<Planned>(push, { customer: found[0]?.id, value })).data.pushOrder
    const good = await run('at once')
    expect(JSON.stringify(good.plan)).toMatch(/x_priority.{1,8}high/)
    expect(JSON.stringify(good.plan)).not.toContain('urgency')
    expect((await run('some day')).problems).toEqual([{ code: 'MAPPING_MISSING', field: 'custom.urgency' }])
    await clear()
  })

  it('fills golden products from custom fields when mappings are applied to what was read', async () => {
    const tariff = { hubField: 'custom.tariff', erpField: 'x_customs_tariff', direction: 'IN' }
    await save({ connection: ODOO, object: 'PRODUCT', ...tariff })
    await house.ask(`mutation { applyMappings(connection: "${ODOO}", object: PRODUCT) }`)
    await house.settle()
    const sql = `select count(*)::int as n from product where custom_attributes @> '[{"key":"tariff"}]'`
    expect((await rows<{ n: number }>(house.hub.db.em(), sql))[0]?.n).toBeGreaterThan(100)
    await clear()
  })

  it('lets nobody see or change mappings without the scope admin, nor those of a foreign connection', async () => {
    const of = async (scopes: typeof USER, connections?: string[]) =>
      house.contexts.of(`Bearer ${await addKey(house, { scopes, connections })}`)
    const [user, other] = [await of(USER), await of(['admin'], ['xero:main'])]
    const { data } = await save(customer({ hubField: 'custom.route', erpField: 'x_route' }))
    const { id } = data.saveFieldMapping
    const list = `{ fieldMappings(connection: "${ODOO}", object: CUSTOMER) { id } }`
    const remove = 'mutation ($id: ID!) { deleteFieldMapping(id: $id) { id } }'
    const code = async (query: string, context: typeof user) =>
      (await house.ask(query, { id }, context)).errors?.[0]?.extensions?.code
    expect([await code(list, user), await code(remove, user)]).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    expect([await code(list, other), await code(remove, other)]).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    expect(await kept()).toHaveLength(1)
    await clear()
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [FIRST, SECOND] = ['lexware:main', 'xero:main']

interface Rule {
  by: string
  field?: string | null
  value: string
  connections: string[]
}

let house: TestHouse
let customer: string
let name: string
beforeAll(async () => {
  house = await openHouse({ only: [FIRST, SECOND, 'qwoty:main'] })
  await house.poll()
  const sql = `select c.id, c.name from customer c where country = 'DE' and home = ? and exists (select from external_ref r
    where r.hub_id = c.id and r.connection = ?) order by name limit 1`
  const [row] = await rows<{ id: string; name: string }>(house.hub.db.em(), sql, [FIRST, SECOND])
  if (!row) throw new Error('Nobody is known to both.')
  customer = row.id
  name = row.name
})
afterAll(() => house.close())
beforeEach(async () => {
  await setRules('ORDER', [])
  await setRules('CUSTOMER', [])
})

async function setRules(object: string, rules: Rule[]) {
  const query = `mutation ($o: RoutedObject!, $r: [RoutingRuleInput!]!) { setRoutingRules(object: $o, rules: $r) { by field value connections } }`
  return house.ask<{ setRoutingRules: Rule[] }>(query, { o: object, r: rules })
}

/** Where an order would go, and what is wrong with it. */
async function route(more: object = {}) {
  const query = `mutation ($i: PushOrderInput!, $k: ID!) { pushOrder(input: $i, idempotencyKey: $k) {
    operation { connection } problems { code field message } } }`
  const i = { customer, lines: [{ sku: 'DESK-60', quantity: '1' }], ...more }
  const { data, errors } = await house.ask<{
    pushOrder: { operation: { connection: string } | null; problems: { code: string; message: string }[] }
  }>(query, { i, k: crypto.randomUUID() })
  expect(errors).toBeUndefined()
  return data.pushOrder.operation?.connection ?? data.pushOrder.problems
}

describe('an order', () => {
  it('goes to the home of its customer where no rule is meant', async () => {
    expect(await route()).toBe(FIRST)
    await setRules('ORDER', [{ by: 'COUNTRY', value: 'FR', connections: [SECOND] }])
    expect(await route()).toBe(FIRST)
  })

  it('goes where a rule says: by company, country, currency or a field, in any writing', async () => {
    for (const [rule, more] of [
      [{ by: 'COMPANY', value: name.toUpperCase() }, {}],
      [{ by: 'COUNTRY', value: 'de' }, {}],
      [{ by: 'CURRENCY', value: 'EUR' }, { currency: 'EUR' }],
      [
        { by: 'FIELD', field: 'region', value: ' North ' },
        { customAttributes: [{ key: 'region', value: 'north' }] },
      ],
    ] as const) {
      const set = await setRules('ORDER', [{ ...rule, connections: [SECOND] }])
      expect(set.errors).toBeUndefined()
      expect([rule.by, await route(more)]).toEqual([rule.by, SECOND])
    }
  })

  it('follows the first rule that matches, and what the request names before any rule', async () => {
    const rules = [
      { by: 'CURRENCY', value: 'USD', connections: [FIRST] },
      { by: 'COUNTRY', value: 'DE', connections: [SECOND] },
      { by: 'COMPANY', value: name, connections: [FIRST] },
    ]
    const { data } = await setRules('ORDER', rules)
    expect(data.setRoutingRules).toEqual(rules.map((rule) => ({ field: null, ...rule })))
    expect(await route()).toBe(SECOND)
    await setRules('ORDER', rules.toReversed())
    expect(await route()).toBe(FIRST)
    await setRules('ORDER', rules)
    expect(await route({ connection: FIRST })).toBe(FIRST)
  })

  it('is refused, and goes nowhere else, while the ERP of its rule rests', async () => {
    await setRules('ORDER', [{ by: 'COUNTRY', value: 'DE', connections: [SECOND] }])
    await house.ask('mutation ($id: ID!) { pauseConnection(id: $id) { state } }', { id: SECOND })
    expect(await route()).toMatchObject([{ code: 'UNAVAILABLE' }])
    await house.ask('mutation ($id: ID!) { resumeConnection(id: $id) { state } }', { id: SECOND })
    expect(await route()).toBe(SECOND)
  })
})

describe('a new customer', () => {
  it('goes to the first ERP, or to all that its rule names', async () => {
    const upsert = async (text: string, country: string) => {
      const query = `mutation ($i: UpsertCustomerInput!, $k: ID!) { upsertCustomer(input: $i, idempotencyKey: $k) {
        operations { connection } problems { message } } }`
      const { data } = await house.ask<{ upsertCustomer: { operations: { connection: string }[] } }>(query, {
        i: { name: text, country },
        k: crypto.randomUUID(),
      })
      return data.upsertCustomer.operations.map(({ connection }) => connection)
    }
    await setRules('CUSTOMER', [{ by: 'COUNTRY', value: 'FR', connections: [SECOND, FIRST] }])
    expect(await upsert('Quintessenz Ofenbau', 'DE')).toEqual([FIRST])
    expect((await upsert('Violette Horlogerie', 'FR')).toSorted()).toEqual([FIRST, SECOND].toSorted())
  })
})

describe('rules', () => {
  it('that could never do what they say are refused with their place, and nothing is changed', async () => {
    const good = { by: 'COUNTRY', value: 'DE', connections: [SECOND] }
    await setRules('ORDER', [good])
    const other = { ...good, value: 'FR' }
    const faults: [Rule, code: string, field: string][] = [
      [{ ...other, connections: ['foreign:one'] }, 'NOT_FOUND', 'connections.0'],
      [{ ...other, connections: [] }, 'MISSING_REQUIRED_FIELD', 'connections'],
      [{ ...other, connections: ['qwoty:main'] }, 'NOT_SUPPORTED', 'connections.0'],
      [{ ...good, value: 'XX' }, 'VALIDATION', 'value'],
      [{ ...good, by: 'CURRENCY', value: 'EURO' }, 'VALIDATION', 'value'],
      [{ ...good, value: ' ' }, 'MISSING_REQUIRED_FIELD', 'value'],
      [{ ...good, value: 'de' }, 'VALIDATION', 'value'],
      [{ ...good, by: 'FIELD' }, 'MISSING_REQUIRED_FIELD', 'field'],
      [{ ...other, field: 'region' }, 'VALIDATION', 'field'],
    ]
    for (const [bad, code, field] of faults) {
      const { errors } = await setRules('ORDER', [good, bad])
      expect(errors?.[0]?.extensions).toMatchObject({ code, field: `rules.1.${field}` })
    }
    const { data } = await house.ask<{ routingRules: Rule[] }>('{ routingRules(object: ORDER) { value } }')
    expect(data.routingRules).toEqual([{ value: 'DE' }])
  })
})

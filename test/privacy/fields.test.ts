import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ODOO = 'odoo:main'

let house: TestHouse
beforeAll(async () => {
  house = await openHouse({ only: [ODOO] })
}, 240_000)
afterAll(() => house.close())

const allow = (object: string, fields: string[] | null) =>
  house.ask<{ setAllowedFields: { fields: string[] | null; known: string[] } }>(
    `mutation ($object: SyncObject!, $fields: [String!]) { setAllowedFields(connection: "${ODOO}", object: $object, fields: $fields) { fields known } }`,
    { object, fields },
  )
const names = (kind: string) =>
  rows<{ name: string }>(
    house.hub.db.em(),
    'select distinct jsonb_object_keys(content) as name from mirror where kind = ? order by 1',
    [kind],
  ).then((found) => found.map(({ name }) => name))

describe('the fields that may be kept', () => {
  it('are the only ones of what is read, from the first reading on', async () => {
    const { data, errors } = await allow('CUSTOMER', ['name', 'country'])
    expect(errors).toBeUndefined()
    expect(data.setAllowedFields).toMatchObject({
      fields: ['name', 'country'],
      known: expect.arrayContaining(['email', 'addresses', 'phone']),
    })
    await house.poll()
    expect(await names('customer')).toEqual(['country', 'currency', 'name', 'number'])
    const sql = `select count(*) filter (where email is not null or phone is not null or tax_id is not null
      or addresses <> '[]' or email_key is not null)::int as known, count(name)::int as named from customer`
    expect(await rows(house.hub.db.em(), sql)).toEqual([{ known: 0, named: 60 }])
  })

  it('are the only ones in the log of changes and of our own writes', async () => {
    const open = house.hub.directory.find('default', ODOO)
    const [first] = await rows<{ id: string; native: string; name: string }>(
      house.hub.db.em(),
      'select c.id, r.native_id as native, c.name from customer c join external_ref r on r.hub_id = c.id order by 2 limit 1',
    )
    if (!first || !open) throw new Error('There is no customer.')
    await open.erp.customer?.update?.({ id: first.native }, { phone: '+49301234567', country: 'AT' }, null)
    await importIds(house.hub, open, 'customer', [first.native], { by: 'webhook' })
    house.work()
    const input = { id: first.id, name: first.name, phone: '+49307654321' }
    await house.ask(
      `mutation ($input: UpsertCustomerInput!) { upsertCustomer(input: $input, idempotencyKey: "log", waitMs: 20000) { problems { message } } }`,
      { input },
    )
    const logged = await rows<{ direction: string; before: object; after: object }>(
      house.hub.db.em(),
      "select direction, before, after from operation where object = 'CUSTOMER' order by created_at",
    )
    expect(logged.map(({ direction }) => direction)).toEqual(['IN', 'OUT'])
    expect(logged[0]?.after).toMatchObject({ country: 'AT' })
    for (const { before, after } of logged)
      for (const name of Object.keys({ ...before, ...after }))
        expect(['id', 'updatedAt', 'country', 'currency', 'name', 'number']).toContain(name)
    const answers = await rows<{ exchanges: { response: { body: string } }[] }>(
      house.hub.db.em(),
      'select exchanges from attempt',
    )
    expect(answers.length).toBe(1)
    for (const { exchanges } of answers)
      for (const { response } of exchanges) expect(response.body).toBe('•••')
  })

  it('cut what was kept before, without a line in the log that says it changed', async () => {
    expect(await names('order')).toEqual(expect.arrayContaining(['customerName', 'total']))
    await allow('ORDER', ['total', 'orderedOn'])
    await expect.poll(() => names('order'), { timeout: 20_000 }).not.toContain('customerName')
    const left = await names('order')
    expect(left).toEqual(expect.arrayContaining(['total', 'lines', 'customer', 'state']))
    await house.hub.db.em().execute('update poll set next_at = now(), cursor = null')
    await house.poll()
    expect(await rows(house.hub.db.em(), "select id from operation where object = 'ORDER'")).toEqual([])
    expect(await names('order')).toEqual(left)
  })

  it('must be fields that there are', async () => {
    const { errors } = await allow('CUSTOMER', ['name', 'shoeSize'])
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('shoeSize'),
      extensions: { code: 'VALIDATION', field: 'fields' },
    })
    const unknown = await house.ask(
      'mutation { setAllowedFields(connection: "odoo:none", object: ORDER, fields: []) { fields } }',
    )
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' })
  })
})

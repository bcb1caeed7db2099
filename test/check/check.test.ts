import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '../../subgraphs/hub/access.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import type { Caller } from '../../subgraphs/caller.ts'
import { readIn } from '../care.ts'
import { type TestHouse, openHouse } from '../whole.ts'

interface Problem {
  code: string
  message: string
  resolution: string
  field: string | null
}
interface Pushed {
  operation: {
    id: string
    status: string
    outcome: string | null
    warnings: Problem[]
    externalId: string
  } | null
  problems: Problem[]
  warnings: Problem[]
}

const PROBLEM = '{ code message resolution field }'
const PUSH = `mutation ($input: PushOrderInput!, $key: ID!, $wait: Int = 0, $dry: Boolean = false) {
  pushOrder(input: $input, idempotencyKey: $key, waitMs: $wait, dryRun: $dry) {
    operation { id status outcome externalId warnings ${PROBLEM} } problems ${PROBLEM} warnings ${PROBLEM} } }`
const SET = `mutation ($check: Check!, $policy: CheckVerdict!, $tolerance: Decimal) {
  setCheckPolicy(connection: "odoo:main", check: $check, policy: $policy, tolerancePercent: $tolerance) { check policy tolerancePercent } }`
const DEMAND = `mutation ($input: ConnectionPolicyInput!) {
  setConnectionPolicy(connection: "odoo:main", input: $input) { booksClosedUntil redactFields requiredFields { object fields } } }`

let house: TestHouse
let customer = ''
let keys = 0

beforeAll(async () => {
  house = await openHouse({ only: ['odoo:main'], settings: { maxPushMs: 100 } })
  await readIn(house, 'odoo:main', 120, 10)
  const sql =
    "select c.id from customer c join external_ref r on r.hub_id = c.id where c.currency = 'EUR' order by r.native_id limit 1"
  const [row] = await rows<{ id: string }>(house.hub.db.em(), sql)
  customer = row?.id ?? ''
}, 240_000)
afterAll(() => house.close())

async function asked<T>(query: string, variables: object, caller?: Caller): Promise<T> {
  const context = caller && house.contexts.make(caller, undefined, undefined, 'test')
  const { data, errors } = await house.ask<T>(query, variables as Record<string, unknown>, context)
  expect(errors).toBeUndefined()
  return data
}
async function push(
  input: object,
  more: { wait?: number; dry?: boolean; key?: string; caller?: Caller } = {},
) {
  const { wait = 0, dry = false, caller, key = `check ${(keys += 1)}` } = more
  const variables = { input: { connection: 'odoo:main', customer, ...input }, key, wait, dry }
  return (await asked<{ pushOrder: Pushed }>(PUSH, variables, caller)).pushOrder
}
const set = (check: string, policy: string, tolerance?: string) => asked(SET, { check, policy, tolerance })
const demand = (input: object) => asked(DEMAND, { input })
const told = (problems: Problem[]) => problems.map(({ code, field }) => `${code} ${field}`)
const line = (sku: string, quantity: string, amount?: string) => ({
  sku,
  quantity,
  ...(amount && { unitPrice: { amount, currency: 'EUR' } }),
})

describe('the checks before a push', () => {
  it('ask the ERP for nothing while nobody wants its figures', async () => {
    const before = house.sandboxes.calls('odoo').length
    const { operation, warnings } = await push({ lines: [line('DESK-160', '999999', '0.01')] })
    expect([operation?.status, operation?.outcome, warnings]).toEqual(['ACCEPTED', null, []])
    expect(house.sandboxes.calls('odoo').length).toBe(before)
  })

  it('name everything that is wrong at once, each with its field and what to do', async () => {
    await demand({
      requiredFields: [{ object: 'ORDER', fields: ['purchaseOrderNumber', 'lines.unit'] }],
      maxLengths: [{ field: 'note', characters: 10 }],
      booksClosedUntil: '2999-12-31',
    })
    const input = { note: 'ä'.repeat(11), lines: [line('NO-SUCH', '-1'), line('DESK-160', '1')] }
    for (const dry of [true, false]) {
      const { operation, problems } = await push(input, { dry })
      expect(operation).toBeNull()
      expect(told(problems).toSorted()).toEqual([
        'INVALID_ITEM lines.0.sku',
        'LIMIT_EXCEEDED note',
        'MISSING_REQUIRED_FIELD lines.0.unit',
        'MISSING_REQUIRED_FIELD lines.1.unit',
        'MISSING_REQUIRED_FIELD purchaseOrderNumber',
        'PERIOD_CLOSED orderedOn',
        'VALIDATION lines.0.quantity',
      ])
      expect(problems.every(({ resolution }) => resolution.length > 10)).toBe(true)
    }
  })

  it('take back what was set here when it is set to null, and leave the rest', async () => {
    const input = { requiredFields: null, maxLengths: null, redactFields: ['phone'] }
    const { setConnectionPolicy: left } = await asked<{ setConnectionPolicy: object }>(DEMAND, { input })
    expect(left).toEqual({ booksClosedUntil: '2999-12-31', redactFields: ['phone'], requiredFields: [] })
    await demand({ booksClosedUntil: null, redactFields: null })
    expect((await push({ lines: [line('DESK-160', '1')] }, { dry: true })).problems).toEqual([])
  })

  it('hold quantities against the minimum of the ERP’s item, in its unit', async () => {
    const sql = `update mirror set content = content || '{"minimumQuantity":"24","unit":"H87"}' where kind = 'item' and content->>'sku' = 'DESK-160'`
    await house.hub.db.em().execute(sql)
    const short = await push({ lines: [line('DESK-160', '23')] }, { dry: true })
    expect(told(short.problems)).toEqual(['VALIDATION lines.0.quantity'])
    expect(short.problems[0]?.resolution).toBe('Order at least 24.')
    const dozens = { lines: [{ ...line('DESK-160', '2'), unit: 'DZN' }] }
    expect(
      (await push(dozens, { dry: true })).problems.filter(({ field }) => field?.includes('quantity')),
    ).toEqual([])
    await set('MINIMUM_QUANTITY', 'IGNORE')
    expect((await push({ lines: [line('DESK-160', '23')] }, { dry: true })).problems).toEqual([])
  })

  it('refuse, warn or ignore as an operator says for this connection', async () => {
    const input = { lines: [line('DESK-160', '1', '1.00')] }
    await set('PRICE', 'REFUSE', '2.5')
    expect(told((await push(input, { dry: true })).problems)).toEqual(['VALIDATION lines.0.unitPrice'])
    await set('PRICE', 'WARN', '2.5')
    const warned = await push(input, { key: 'a warning' })
    expect([warned.problems, told(warned.warnings)]).toEqual([[], ['VALIDATION lines.0.unitPrice']])
    expect(warned.operation).toMatchObject({ status: 'ACCEPTED', outcome: 'WARNING' })
    expect((await push(input, { key: 'a warning' })).warnings).toEqual(warned.warnings)
    await set('PRICE', 'WARN', '100')
    expect((await push({ lines: [line('DESK-160', '1', '200')] }, { dry: true })).warnings).toEqual([])
  })

  it('ask for prices, stock and credit of a whole order in three batches', async () => {
    for (const check of ['PRICE', 'STOCK', 'CREDIT']) await set(check, 'WARN')
    const before = house.sandboxes.calls('odoo').length
    const lines = ['60', '80', '100', '120', '140'].map((size) => line(`DESK-${size}`, '1', '250'))
    await push({ lines })
    const five = house.sandboxes.calls('odoo').length - before
    await push({ lines: [...lines, ...lines.map(({ sku }) => line(sku.replace('DESK', 'LAMP'), '1', '45'))] })
    expect(house.sandboxes.calls('odoo').length - before - five).toBeLessThanOrEqual(five)
    expect(five).toBeGreaterThan(0)
  })

  it('add up the lines that take from the same stock, and tell a key that sees levels no quantity', async () => {
    await set('PRICE', 'IGNORE')
    await set('CREDIT', 'IGNORE')
    await set('STOCK', 'REFUSE')
    const lines = [line('DESK-180', '4711'), line('DESK-180', '289')]
    const open = await push({ lines }, { dry: true })
    expect(told(open.problems)).toEqual(['VALIDATION lines.0.quantity'])
    expect(open.problems[0]?.message).toMatch(/: \d+(\.\d+)? of 5000/)
    const levels: Caller = { ...ANONYMOUS, stock: { as: 'LEVELS', lowBelow: '10' } }
    const blind = await push({ lines }, { dry: true, caller: levels })
    expect(blind.problems[0]?.message).toBe('odoo:main has not enough of DESK-180.')
    const unable: Caller = { ...ANONYMOUS, scopes: ['write:order'] }
    expect((await push({ lines }, { dry: true, caller: unable })).problems[0]?.message).not.toMatch(/5000/)
  })

  it('hold the total against the credit that is left', async () => {
    await set('STOCK', 'IGNORE')
    await set('CREDIT', 'REFUSE')
    const much = await push({ lines: [line('DESK-160', '1000', '250')] }, { dry: true })
    expect(told(much.problems)).toEqual(['CREDIT_HOLD customer'])
    const little = await push({ lines: [line('DESK-160', '1', '0.01')] }, { dry: true })
    expect(little.problems).toEqual([])
    const own = await push({ lines: [line('DESK-160', '100000')] }, { dry: true })
    expect(told(own.problems)).toEqual(['CREDIT_HOLD customer'])
  })

  it('let an order pass with a warning when the ERP does not answer in time', async () => {
    await demand({ checkDeadlineMs: 200 })
    house.sandboxes.faults('odoo', [{ do: 'hang', times: 0 }])
    const { operation, problems, warnings } = await push({ lines: [line('DESK-160', '1', '1.00')] })
    house.sandboxes.faults('odoo', [])
    expect([operation?.status, problems]).toEqual(['ACCEPTED', []])
    expect(told(warnings)).toEqual(['DEADLINE_EXCEEDED null'])
    await demand({ checkDeadlineMs: null })
    await set('CREDIT', 'IGNORE')
  })

  it('hold new customers against the fields that the connection requires, and changes only where they clear one', async () => {
    await demand({ requiredFields: [{ object: 'CUSTOMER', fields: ['email', 'country'] }] })
    const UPSERT = `mutation ($input: UpsertCustomerInput!, $key: ID!) { upsertCustomer(input: $input, idempotencyKey: $key, dryRun: true) {
      problems ${PROBLEM} warnings ${PROBLEM} } }`
    const upsert = async (input: object) =>
      (await asked<{ upsertCustomer: Pushed }>(UPSERT, { input, key: `c ${(keys += 1)}` })).upsertCustomer
    const bare = await upsert({ name: 'Ganz neu und anders' })
    expect(told(bare.problems)).toEqual(['MISSING_REQUIRED_FIELD email', 'MISSING_REQUIRED_FIELD country'])
    const cleared = await upsert({ id: customer, name: 'Acme', email: null })
    expect(told(cleared.problems)).toEqual(['MISSING_REQUIRED_FIELD email'])
    await demand({ requiredFields: null })
  })

  it('refuse settings that are none, and keys that may not change them', async () => {
    const bad = await house.ask(DEMAND, { input: { redactFields: ['../x'] } })
    expect(bad.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    const context = house.contexts.make({ ...ANONYMOUS, scopes: ['read:sync'] }, undefined, undefined, 'test')
    const foreign = await house.ask(SET, { check: 'PRICE', policy: 'IGNORE' }, context)
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
  })

  it('leave a warning visible on an operation that went through', async () => {
    await set('PRICE', 'WARN')
    house.work()
    const { operation } = await push({ lines: [line('DESK-160', '1', '1.00')] }, { wait: 20_000 })
    expect(operation).toMatchObject({ status: 'DONE', outcome: 'WARNING' })
    expect(told(operation?.warnings ?? [])).toEqual(['VALIDATION lines.0.unitPrice'])
    await set('PRICE', 'IGNORE')
  })

  it('pass umlauts, very long text, lines of no value and another currency on as they are', async () => {
    const note = `Größe ½″ – “Übermaß” 漢字 🪑 ${'Ä'.repeat(9_000)}`
    const lines = [
      line('DESK-160', '1', '0'),
      { ...line('CHAIR-80', '2'), description: 'Öl & Fett <b>“½”</b>' },
    ]
    const { operation } = await push({ note, lines }, { wait: 20_000 })
    expect(operation?.status).toBe('DONE')
    const usd = "select id from customer where currency = 'USD' order by id limit 1"
    const [buyer] = await rows<{ id: string }>(house.hub.db.em(), usd)
    const dollars = {
      customer: buyer?.id,
      currency: 'USD',
      lines: [{ ...line('DESK-160', '1'), unitPrice: { amount: '12.34', currency: 'USD' } }],
    }
    const other = await push(dollars, { wait: 20_000 })
    expect(other.operation?.status).toBe('DONE')
    const sql = 'select after, input from operation where id in (?, ?) order by created_at'
    const found = await rows<{
      after: { total: object; lines: { unitPrice: { amount: string } }[] }
      input: { note: string }
    }>(house.hub.db.em(), sql, [operation?.id, other.operation?.id])
    expect(found[0]?.input.note).toBe(note)
    expect(Number(found[0]?.after.lines[0]?.unitPrice.amount)).toBe(0)
    expect(found[1]?.after).toMatchObject({ currency: 'USD' })
    const sent = JSON.stringify(house.sandboxes.calls('odoo').map(({ body }) => body))
    expect(sent).toContain('漢字 🪑')
  })
})

import type { ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../subgraphs/caller.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'
import { ADMIN, type Yard, buildYard } from './yard.ts'

const PUSH = `mutation ($input: PushOrderInput!, $key: ID!, $waitMs: Int, $dryRun: Boolean) {
  pushOrder(input: $input, idempotencyKey: $key, waitMs: $waitMs, dryRun: $dryRun) {
    operation { id status connection externalNumber requestedBy order { id } customer { id } }
    order { id number state customer { id } }
    problems { code field message resolution connection } plan { method url headers body } } }`
const CANCEL = `mutation ($order: ID!, $key: ID!) {
  cancelOrder(order: $order, idempotencyKey: $key, waitMs: 8000) {
    operation { status action } order { state } problems { code message connection } } }`
const UPSERT = `mutation ($input: UpsertCustomerInput!, $key: ID!, $dryRun: Boolean) {
  upsertCustomer(input: $input, idempotencyKey: $key, waitMs: 8000, dryRun: $dryRun) {
    operations { status connection object } customer { id name home }
    candidates { id score reasons customer { name } } problems { code field } plan { method url } } }`

interface Pushed {
  pushOrder: {
    operation: { id: string; status: string; connection: string; externalNumber: string | null } | null
    order: { id: string; number: string | null; state: string | null } | null
    problems: { code: string; field: string | null; message: string; connection: string | null }[]
    plan: { method: string; body: string | null }[] | null
  }
}
interface Cancelled {
  cancelOrder: Pushed['pushOrder']
}
interface Upserted {
  upsertCustomer: {
    operations: { status: string; connection: string }[]
    customer: { id: string; name: string } | null
    candidates: { id: string; customer: { name: string } | null }[]
    problems: { code: string }[]
    plan: unknown[] | null
  }
}

describe('the mutations of the write path', () => {
  let yard: Yard
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
    yard = await buildYard({ url: database.url, mounts: ['odoo', 'erpnext'] })
    yard.work()
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  /** The answer to a mutation; throws the first error. */
  async function ask<T>(source: string, variables: object, caller: Caller = ADMIN): Promise<T> {
    const answer: ExecutionResult = await yard.ask(source, { key: yard.key(), ...variables }, caller)
    const [error] = answer.errors ?? []
    if (error) throw error.originalError ?? error
    return answer.data as T
  }

  it('give the ERP number in the same answer when it is quick', async () => {
    const input = await yard.order('odoo')
    const { pushOrder } = await ask<Pushed>(PUSH, { input, waitMs: 8_000 })
    const { operation, order } = pushOrder
    expect(pushOrder).toMatchObject({ problems: [], plan: null })
    expect(operation).toMatchObject({ status: 'DONE', requestedBy: 'admin', order: { id: order?.id } })
    expect(order).toMatchObject({
      number: operation?.externalNumber,
      state: 'OPEN',
      customer: { id: input.customer },
    })
    expect(order?.number).toMatch(/^S\d+/)
  })

  it('answer at once when they need not wait', async () => {
    yard.faults('odoo', { do: 'hold', times: 0 })
    const { pushOrder } = await ask<Pushed>(PUSH, { input: await yard.order('odoo') })
    expect(['ACCEPTED', 'RUNNING']).toContain(pushOrder.operation?.status)
    yard.faults('odoo')
    expect(await yard.ended(pushOrder.operation!.id)).toMatchObject({ status: 'DONE' })
  })

  it('choose the home connection of the customer, and take the number of a customer', async () => {
    const { connection: _none, ...input } = await yard.order('erpnext')
    const home = await ask<Pushed>(PUSH, { input, dryRun: true })
    const number = (await yard.push({ ...input, connection: yard.id('erpnext') })).customer
    expect(home.pushOrder.problems).toEqual([])
    const [ref] = await rows<{ number: string; home: string }>(
      yard.hub.db.em(),
      `select r.number, c.home from external_ref r join customer c on c.id = r.hub_id
        where r.hub_id = ? and r.number is not null`,
      [number],
    )
    const { pushOrder } = await ask<Pushed>(PUSH, {
      input: { ...input, customer: ref!.number },
      waitMs: 8_000,
    })
    expect(pushOrder.problems).toEqual([])
    expect(pushOrder.operation).toMatchObject({
      status: 'DONE',
      connection: ref!.home,
      customer: { id: number },
    })
  })

  it('are refused as data, all problems at once, and show a plan without storing anything', async () => {
    const input = { ...(await yard.order('odoo')), customer: 'nobody', lines: [] }
    const { pushOrder } = await ask<Pushed>(PUSH, { input })
    expect(pushOrder).toMatchObject({ operation: null, order: null, plan: null })
    expect(pushOrder.problems.map(({ code }) => code)).toEqual(['MISSING_REQUIRED_FIELD', 'INVALID_CUSTOMER'])
    const dry = await ask<Pushed>(PUSH, { input: await yard.order('odoo'), dryRun: true })
    expect(dry.pushOrder).toMatchObject({ operation: null, order: null, problems: [] })
    expect(dry.pushOrder.plan?.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('refuse what cannot be read with VALIDATION, and a key that is none', async () => {
    const order = await yard.order('odoo')
    for (const quantity of ['abc', '1e400', '', 5]) {
      const input = { ...order, lines: [{ ...order.lines[0], quantity }] }
      const { errors } = await yard.ask(PUSH, { input, key: 'k' })
      expect(errors?.[0]?.message).toContain('Decimal cannot represent')
    }
    await expect(ask(PUSH, { input: order, key: ' ' })).rejects.toMatchObject({ code: 'VALIDATION' })
    await expect(ask(PUSH, { input: order, key: 'x'.repeat(256) })).rejects.toMatchObject({
      code: 'VALIDATION',
    })
  })

  it('need their scope, and keep a key to its connections and its customer', async () => {
    const input = await yard.order('odoo')
    const [mine, other] = [await yard.customer('odoo', 2), await yard.customer('odoo', 3)]
    await expect(ask(PUSH, { input }, { ...ADMIN, scopes: ['write:customer'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    const elsewhere = await ask<Pushed>(PUSH, { input }, { ...ADMIN, connections: ['erpnext:main'] })
    const unknown = await ask<Pushed>(PUSH, { input: { ...input, connection: 'no:such' } })
    expect(elsewhere.pushOrder).toEqual(unknown.pushOrder)
    const portal: Caller = {
      ...ADMIN,
      scopes: ['write:order', 'read:order', 'read:customer'],
      customer: { id: mine, natives: {} },
    }
    const foreign = await ask<Pushed>(PUSH, { input: { ...input, customer: other } }, portal)
    const nobody = await ask<Pushed>(PUSH, { input: { ...input, customer: 'cus_nobody' } }, portal)
    const shape = ({ pushOrder }: Pushed) => pushOrder.problems.map(({ code, field }) => [code, field])
    expect(shape(foreign)).toEqual(shape(nobody))
    const own = await ask<Pushed>(PUSH, { input: { ...input, customer: mine }, waitMs: 8_000 }, portal)
    expect(own.pushOrder.operation?.status).toBe('DONE')
    const theirs = await yard.push({ ...input, customer: other })
    const cancel = { order: theirs.salesOrder }
    const refused = await ask<Cancelled>(CANCEL, cancel, portal)
    expect(refused).toEqual(await ask<Cancelled>(CANCEL, { order: 'ord_none' }, portal))
    expect(refused.cancelOrder.problems).toMatchObject([{ code: 'NOT_FOUND' }])
    for (const source of ['retryOperation(id: $id)', 'resolveOperation(id: $id, create: true)']) {
      const asked = yard.ask(`mutation ($id: ID!) { ${source} { id } }`, { id: theirs.id }, portal)
      expect((await asked).errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' })
    }
  })

  it('cancel an order, and say what to do by hand where a system cannot', async () => {
    const op = await yard.push(await yard.order('odoo'))
    const done = await ask<Cancelled>(CANCEL, { order: op.salesOrder })
    expect(done.cancelOrder).toMatchObject({
      operation: { status: 'DONE', action: 'CANCEL' },
      order: { state: 'CANCELLED' },
      problems: [],
    })
    const other = await yard.push(await yard.order('erpnext'))
    const open = yard.open('erpnext')
    delete open.erp.order!.undo
    const { cancelOrder } = await ask<Cancelled>(CANCEL, { order: other.salesOrder })
    expect(cancelOrder).toMatchObject({
      operation: null,
      problems: [{ code: 'NOT_SUPPORTED', connection: open.id }],
    })
    expect(cancelOrder.problems[0]?.message).toContain('by hand')
  })

  it('create a customer in the first ERP, show the requests before, and name who may be the same', async () => {
    const input = { name: 'Orchard & Vine', email: 'cellar@orchard.example', country: 'DE' }
    const dry = await ask<Upserted>(UPSERT, { input, dryRun: true })
    expect(dry.upsertCustomer).toMatchObject({ operations: [], customer: null, problems: [] })
    expect(dry.upsertCustomer.plan?.length).toBeGreaterThan(0)
    const { upsertCustomer } = await ask<Upserted>(UPSERT, { input })
    expect(upsertCustomer.problems).toEqual([])
    expect(upsertCustomer.operations).toMatchObject([{ status: 'DONE', connection: yard.id('odoo') }])
    expect(yard.ledger('odoo').customers.filter(({ name }) => name === input.name)).toHaveLength(1)
    const again = await ask<Upserted>(UPSERT, { input: { ...input, email: null } })
    expect(again.upsertCustomer).toMatchObject({
      operations: [],
      customer: null,
      problems: [{ code: 'CONFLICT' }],
      candidates: [{ id: upsertCustomer.customer?.id, customer: { name: input.name } }],
    })
    const blind: Caller = { ...ADMIN, scopes: ['write:customer'] }
    const hidden = await ask<Upserted>(UPSERT, { input }, blind)
    expect(hidden.upsertCustomer.candidates[0]).toMatchObject({ customer: null })
    const order = { ...(await yard.order('odoo')), customer: upsertCustomer.customer!.id }
    const { pushOrder } = await ask<Pushed>(PUSH, { input: order, waitMs: 8_000 })
    expect(pushOrder.operation?.status).toBe('DONE')
  })
})

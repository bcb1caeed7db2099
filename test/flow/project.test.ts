import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { TOKEN } from '../../subgraphs/weclapp/sandbox.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [CRM, WECLAPP, ODOO] = ['customermates:main', 'weclapp:main', 'odoo:main']
const SAVE = `mutation ($input: FlowInput!) { saveFlow(input: $input) { id options { project } } }`
const WON = {
  name: 'Won',
  source: CRM,
  sourceObject: 'QUOTE',
  targetObject: 'ORDER',
  options: { project: true },
}

describe('a won deal that becomes an order and a project', () => {
  let house: TestHouse
  beforeAll(async () => {
    const connection = { createMissingCustomers: true, requiredCustomerFields: [] }
    house = await openHouse({ only: [CRM, WECLAPP, ODOO], connection })
  })
  afterAll(() => house.close())

  it('needs a target that has projects, and says so before anything is kept', async () => {
    const end = async (input: object) => {
      const { code, field } = (await house.ask(SAVE, { input })).errors?.[0]?.extensions ?? {}
      return [code, field]
    }
    expect(await end({ ...WON, target: ODOO })).toEqual(['NOT_SUPPORTED', 'options.project'])
    expect(await end(WON)).toEqual(['MISSING_REQUIRED_FIELD', 'target'])
    expect(await rows(house.hub.db.em(), 'select id from flow')).toEqual([])
  })

  it('is both in weclapp, once for each deal', async () => {
    const { data } = await house.ask<{ saveFlow: { options: object } }>(SAVE, {
      input: { ...WON, target: WECLAPP },
    })
    expect(data.saveFlow.options).toEqual({ project: true })
    await house.poll()
    house.work()
    const sql = `select o.status, o.external_id as id from quote q join operation o on o.sales_order = q.sales_order
      where q.connection = ? and q.state = 'ACCEPTED' order by q.id`
    const made = () => rows<{ status: string; id: string }>(house.hub.db.em(), sql, [CRM])
    await expect
      .poll(async () => (await made()).map(({ status }) => status), { timeout: 20_000 })
      .toEqual(['DONE', 'DONE', 'DONE'])
    await house.poll()
    for (const { id } of await made()) {
      const url = `${house.sandboxes.url('weclapp')}/webapp/api/v2/salesOrder/id/${id}`
      const order = await (await fetch(url, { headers: { AuthenticationToken: TOKEN } })).json()
      expect(order).toMatchObject({ projectModeActive: true, status: 'ORDER_CONFIRMATION_PRINTED' })
    }
    const calls = house.sandboxes.calls('weclapp').filter(({ path }) => path.endsWith('activateProjectView'))
    expect(calls).toHaveLength(3)
  })

  it('is refused in an order that is pushed to a system without projects', async () => {
    const { data } = await house.ask<{ customers: { nodes: { id: string }[] } }>(
      '{ customers(first: 1) { nodes { id } } }',
    )
    const push = `mutation ($input: PushOrderInput!) { pushOrder(input: $input, idempotencyKey: "p1") {
      problems { code field } } }`
    const lines = [{ sku: 'DESK-60', quantity: '1' }]
    const input = { connection: ODOO, customer: data.customers.nodes[0]?.id, lines, project: true }
    const answer = await house.ask<{ pushOrder: { problems: object[] } }>(push, { input })
    expect(JSON.stringify(answer)).toContain('NOT_SUPPORTED')
    expect(
      house.sandboxes
        .sandbox('odoo')
        .ledger()
        .orders.filter(({ ref }) => ref?.startsWith('esg_')),
    ).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '../subgraphs/hub/access.ts'
import { type TestHouse, openHouse } from './whole.ts'

interface Entry {
  id: string
  status: string
  customer: string
  order: string | null
  person: string
  workedOn: string
  startedAt: string | null
  seconds: number
  billable: boolean
  invoiced: boolean
}
const ENTRY = 'id status customer order person workedOn startedAt seconds billable invoiced'

describe('what is read live alone: time that people worked', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: ['weclapp:main', 'quickbooks:main', 'sapbusinessone:main'] })
  })
  afterAll(() => house.close())

  const entries = async (field: string, page = 'first: 3') => {
    const query = `{ ${field} { timeEntries(${page}) { nodes { ${ENTRY} } pageInfo { endCursor hasNextPage } } } }`
    type Page = { nodes: Entry[]; pageInfo: { endCursor: string; hasNextPage: boolean } }
    const { data, errors } = await house.ask<Record<string, { timeEntries: Page }>>(query)
    expect(errors).toBeUndefined()
    return data[field]!.timeEntries
  }

  it('is read live from weclapp, page by page, on the day of the tenant, with the order it was for', async () => {
    const first = await entries('weclapp')
    expect(first.nodes).toHaveLength(3)
    const { nodes, pageInfo } = await entries('weclapp', `first: 500, after: "${first.pageInfo.endCursor}"`)
    expect(pageInfo.hasNextPage).toBe(false)
    const all = [...first.nodes, ...nodes]
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    for (const { status, order, person, seconds, workedOn, startedAt } of all) {
      expect([status, person]).toEqual(['LIVE', '4711'])
      expect([order, seconds % 900]).toEqual([expect.stringMatching(/^\d+$/), 0])
      expect(startedAt?.slice(0, 10)).toBe(workedOn)
    }
    expect(all.some(({ invoiced }) => invoiced)).toBe(true)
  })

  it('is read live from QuickBooks, as a length or from beginning to end without the break', async () => {
    const { nodes } = await entries('quickbooks', 'first: 10')
    expect(
      nodes.map(({ seconds, person, invoiced, billable }) => [seconds, person, invoiced, billable]),
    ).toEqual([
      [9_900, 'Emil Aufbau', true, true],
      [8_100, 'Emil Aufbau', false, true],
      [9_900, 'Emil Aufbau', false, true],
      [8_100, 'Emil Aufbau', false, true],
    ])
    expect(nodes[1]?.startedAt).toBe(`${nodes[1]?.workedOn}T07:00:00.000Z`)
  })

  it('stands beside the money that was spent for customers, with what came back below zero', async () => {
    const query = `{ quickbooks { expenses(first: 10, search: "EXP") { nodes {
      number payee spentOn nativeStatus total { amount currency } lines { description amount { amount } customer billable invoiced } } } } }`
    type Spent = { number: string; total: { amount: string }; lines: { customer: string | null }[] }
    const { data, errors } = await house.ask<{ quickbooks: { expenses: { nodes: Spent[] } } }>(query)
    expect(errors).toBeUndefined()
    const [first, , , last] = data.quickbooks.expenses.nodes
    expect(first).toMatchObject({
      number: 'EXP-1',
      payee: 'Tankstelle Süd',
      nativeStatus: 'CreditCard',
      total: { amount: '61.9', currency: 'EUR' },
      lines: [
        { description: 'Fuel', amount: { amount: '49.9' }, billable: true, invoiced: true },
        { description: 'Parking', customer: null, billable: false, invoiced: false },
      ],
    })
    expect(first?.lines[0]?.customer).toMatch(/^\d+$/)
    expect(last?.total.amount).toBe('-61.9')
  })

  it('stands beside the goods that customers sent back', async () => {
    const query = `{ sapbusinessone { returns(first: 5) { nodes { number customerName cancelled note nativeStatus
      total { currency } lines { sku quantity } } } } }`
    type Back = {
      number: string
      cancelled: boolean
      note: string
      lines: { sku: string; quantity: string }[]
    }
    const { data, errors } = await house.ask<{ sapbusinessone: { returns: { nodes: Back[] } } }>(query)
    expect(errors).toBeUndefined()
    const { nodes } = data.sapbusinessone.returns
    expect(nodes.map(({ cancelled, note }) => [cancelled, note])).toEqual([
      [false, 'Kratzer'],
      [true, 'Kratzer'],
    ])
    expect(nodes[0]?.lines).toEqual([{ sku: expect.stringMatching(/\w/), quantity: '1' }])
  })

  it('is not for keys of one customer, or without the right to read orders', async () => {
    const as = (more: object) => house.contexts.make({ ...ANONYMOUS, ...more }, undefined, undefined, 'test')
    const code = async (more: object) => {
      const query = '{ quickbooks { timeEntries { nodes { id } } } }'
      return (await house.ask(query, {}, as(more))).errors?.[0]?.extensions?.code
    }
    expect(await code({ scopes: ['read:stock'] })).toBe('FORBIDDEN')
    expect(await code({ customer: { id: 'cus_1', natives: { 'quickbooks:main': '101' } } })).toBe('FORBIDDEN')
    expect(await code({})).toBeUndefined()
  })
})

import { ErpError } from '../schema/errors.ts'
import type { Answer, Erp, OrderInput } from '../subgraphs/connector.ts'
import { demo } from '../subgraphs/demo.ts'

/** The demo company of these tests. */
export const DEMO = demo(11)

/** The value of an answer; throws what stands there instead. */
export function value<T>(answer: Answer<T> | undefined): T {
  if (answer instanceof ErpError) throw answer
  if (answer === null || answer === undefined) throw new Error('The answer is null.')
  return answer
}

/** The error that a promise ends with, or that stands in the first row of its answer. */
export async function errorOf(work: Promise<unknown> | undefined): Promise<ErpError> {
  const end = await Promise.resolve(work).then(
    (given) => (Array.isArray(given) ? (given[0] as unknown) : given),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw new Error(`Nothing was refused: ${JSON.stringify(end)}`)
}

/** The ids of items, by their codes. */
export async function itemIds(erp: Erp): Promise<Map<string, string>> {
  const page = await erp.items?.list({ first: 1000, after: null })
  return new Map(page?.rows.map(({ id, sku }) => [sku ?? '', id]))
}

/** The id of the demo customer at that place. */
export async function customerId(erp: Erp, at = 0): Promise<string> {
  const page = await erp.customers?.list({ first: 100, after: null, search: DEMO.customers[at]?.name })
  const found = page?.rows.find(({ email }) => email === DEMO.customers[at]?.email)
  if (!found) throw new Error('The demo has no such customer.')
  return found.id
}

/** An order of two lines. */
export async function orderOf(erp: Erp, more: Partial<OrderInput> = {}): Promise<OrderInput> {
  return {
    customer: await customerId(erp),
    lines: [
      { item: null, sku: 'DESK-60', quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } },
      { item: null, sku: 'LAMP-60', quantity: '1.5' },
    ],
    orderedOn: '2026-11-21',
    ...more,
  }
}

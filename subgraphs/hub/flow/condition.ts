import { LRUCache } from 'lru-cache'
import type { Id, Kind } from '../../records.ts'
import { Expression } from '../../expression.ts'

const compiled = new LRUCache<string, Expression>({ max: 500 })

/** The expression of a text, compiled once. Throws ErpError VALIDATION that says what is wrong and where. */
export function expressionOf(text: string): Expression {
  const known = compiled.get(text)
  if (known) return known
  const made = new Expression(text)
  compiled.set(text, made)
  return made
}

/** When a record of a kind starts a flow that names no condition: it is agreed, delivered, final or paid. */
const DEFAULTS: Partial<Record<Kind, string>> = {
  quote: 'state = "ACCEPTED"',
  order: 'fulfilment = "FULL" or state in ["FULFILLED", "INVOICED"]',
  invoice: 'type != "CREDIT_NOTE" and state in ["OPEN", "PAID"]',
  payment: '$exists(allocations[0])',
}

/** The condition of a flow in words of an expression. */
export function conditionOf(kind: Kind, condition: string | null): string {
  return condition ?? DEFAULTS[kind] ?? 'true'
}

/** Whether a record starts a flow. Throws ErpError VALIDATION for an expression that fails or never ends. */
export async function holds(kind: Kind, condition: string | null, record: object, id: Id): Promise<boolean> {
  return (await expressionOf(conditionOf(kind, condition)).run({ ...record, id })) === true
}

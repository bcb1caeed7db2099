/** What a record says of a person, whatever kind of record it is. Items and their descriptions say nothing of one. */
const PERSONAL = new Set([
  ...['customerName', 'customerEmail', 'customerTaxId', 'email', 'phone', 'taxId', 'addresses', 'address'],
  ...['shipTo', 'billTo', 'note', 'title', 'contact', 'customAttributes'],
])

/** A document without the person in it: amounts, items, states and ids stay. */
export function depersonalised<T>(value: T): T {
  if (Array.isArray(value)) return value.map(depersonalised) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name]) => !PERSONAL.has(name))
  return Object.fromEntries(entries.map(([name, part]) => [name, depersonalised(part as unknown)])) as T
}

import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { matchKeys } from '../identity.ts'

/** What a rule routes. */
export type Routed = 'ORDER' | 'CUSTOMER'
/** By what a rule decides. */
export type By = 'COMPANY' | 'COUNTRY' | 'CURRENCY' | 'FIELD'

/** Where a document goes when something of it has a value. */
export interface Rule {
  by: By
  /** The name of a field, or the key of a custom attribute; only with FIELD. */
  field: string | null
  value: string
  /** An order goes to the first, a new customer to all. */
  connections: string[]
}

/** What is known of an order or customer that rules look at. */
export interface Facts {
  company: string | null | undefined
  country: string | null | undefined
  currency: string | null | undefined
  /** Canonical fields and custom attributes, by their names. */
  fields: Record<string, string | null | undefined>
}

/** The rules of one kind of document, the first that matches wins. */
export function rulesOf(em: Manager, tenant: string, object: Routed): Promise<Rule[]> {
  const sql = `select "by", field, value, connections from routing_rule where tenant = ? and object = ? order by position`
  return rows<Rule>(em, sql, [tenant, object])
}

/** Two texts that say the same value, whatever their case and blanks around. */
function plain(text: string | null | undefined): string {
  return (text ?? '').trim().toLowerCase()
}

/** Whether a rule is meant. A company is compared by its name in any writing, with or without its legal form. */
export function matches({ by, field, value }: Rule, facts: Facts): boolean {
  if (by === 'COMPANY') {
    return (
      Boolean(facts.company) &&
      matchKeys({ name: facts.company }).nameKey === matchKeys({ name: value }).nameKey
    )
  }
  const told = { COUNTRY: facts.country, CURRENCY: facts.currency, FIELD: facts.fields[field ?? ''] }[by]
  return plain(told) !== '' && plain(told) === plain(value)
}

/** A rule that was met, and which of its connections may be used. */
export interface Route {
  rule: Rule
  open: OpenConnection[]
}

/**
 * The first rule that matches and names a connection of the caller; null: no rule is meant, and the default counts.
 * Throws UNAVAILABLE when its connections rest, because another ERP would be the wrong one.
 */
export async function routeFor(
  hub: Hub,
  caller: Caller,
  object: Routed,
  facts: Facts,
): Promise<Route | null> {
  const rules = await rulesOf(hub.db.em(), caller.tenant, object)
  for (const rule of rules) {
    const mine = rule.connections.filter((id) => reaches(caller, id))
    if (mine.length === 0 || !matches(rule, facts)) continue
    const open = mine.flatMap((id) => hub.directory.find(caller.tenant, id) ?? [])
    const able = open.filter(({ erp }) => (object === 'ORDER' ? erp.order : erp.customer))
    if (able.length > 0) return { rule, open: able }
    const told = `A routing rule sends this to ${mine.join(', ')}, which rests or cannot take it.`
    throw new ErpError('UNAVAILABLE', told, { connection: mine[0], field: 'connection' })
  }
  return null
}

/** The values of custom attributes by their keys. */
export function attributesOf(
  attributes: readonly { key: string; value?: string | null }[] | null | undefined,
): Record<string, string | null> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, value ?? null]))
}

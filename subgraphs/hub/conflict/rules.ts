import { type Manager, rows } from '../database.ts'
import type { Field } from './fields.ts'

/** How it is decided who is right. */
export type Strategy = 'FIELD_MASTER' | 'MASTER_SYSTEM' | 'LAST_WRITE_WINS' | 'MANUAL'

/** A rule for one field, or for all fields that have none ("*"). The master is a connection, or "hub". */
export interface Rule {
  field: Field | '*'
  strategy: Strategy
  master: string | null
}

/** The rules of a tenant. */
export function rulesOf(em: Manager, tenant: string): Promise<Rule[]> {
  const sql = 'select field, strategy, master from conflict_rule where tenant = ? order by field'
  return rows<Rule>(em, sql, [tenant])
}

/** The rule for a field, and whether an operator made it: without one the customer's home connection is the master. */
export function ruleFor(rules: Rule[], field: Field, home: string | null): Rule & { isGiven: boolean } {
  const general = field.startsWith('custom.') ? 'customAttributes' : '*'
  const given = [field, general, '*'].map((name) => rules.find((rule) => rule.field === name)).find(Boolean)
  if (given) return { ...given, isGiven: true }
  return { field, strategy: 'FIELD_MASTER', master: home, isGiven: false }
}

/** What is known of one field when one side has changed it. */
export interface Change {
  rule: Rule & { isGiven: boolean }
  /** The connection that changed it. */
  connection: string
  /** Whether the golden record changed too since both sides last agreed. */
  isContested: boolean
  /** When either side changed it, as far as it is known; milliseconds. */
  theirsAt: number
  oursAt: number
}

/** TAKE theirs, KEEP ours and give it back, or ASK a person. */
export type Decision = 'TAKE' | 'KEEP' | 'ASK'

/** Who is right. A field that only one side changed is taken, unless a rule gives it to another master. */
export function decide({ rule, connection, isContested, theirsAt, oursAt }: Change): Decision {
  const isMaster = rule.master === connection
  if (rule.strategy === 'MANUAL') return isContested ? 'ASK' : 'TAKE'
  if (rule.strategy === 'LAST_WRITE_WINS') return !isContested || theirsAt >= oursAt ? 'TAKE' : 'KEEP'
  if (isMaster) return 'TAKE'
  if (isContested || rule.isGiven) return rule.master === null ? 'TAKE' : 'KEEP'
  return 'TAKE'
}

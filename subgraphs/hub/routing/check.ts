import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import type { Hub } from '../hub.ts'
import { settableOf } from '../setting/write.ts'
import type { Routed, Rule } from './rules.ts'

const MAX_RULES = 200
const MAX_TEXT = 200
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))
const REGIONS = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Refuses rules that could never do what they say, naming the first fault and where it stands. */
export async function checkRules(hub: Hub, caller: Caller, object: Routed, rules: Rule[]): Promise<void> {
  if (rules.length > MAX_RULES)
    throw new ErpError('LIMIT_EXCEEDED', `There are at most ${MAX_RULES} rules.`, { field: 'rules' })
  const seen = new Map<string, number>()
  for (const [index, rule] of rules.entries()) {
    const field = `rules.${index}`
    checkValue(rule, field)
    const key = JSON.stringify([rule.by, rule.field, rule.value.trim().toLowerCase()])
    const earlier = seen.get(key)
    if (earlier !== undefined)
      throw bad(
        `Rule ${earlier + 1} has the same condition, so this one would never count.`,
        `${field}.value`,
      )
    seen.set(key, index)
    await checkConnections(hub, caller, object, rule.connections, `${field}.connections`)
  }
}

function bad(told: string, field: string): ErpError {
  return new ErpError('VALIDATION', told, { field })
}

function checkValue({ by, field: name, value }: Rule, field: string): void {
  const text = value.trim()
  if (text === '')
    throw new ErpError('MISSING_REQUIRED_FIELD', 'The value is empty.', { field: `${field}.value` })
  if (text.length > MAX_TEXT) throw bad(`A value has at most ${MAX_TEXT} characters.`, `${field}.value`)
  if (by === 'FIELD' && !name?.trim())
    throw new ErpError('MISSING_REQUIRED_FIELD', 'Name the field.', { field: `${field}.field` })
  if (by !== 'FIELD' && name) throw bad('Only a rule by FIELD names a field.', `${field}.field`)
  if (by === 'CURRENCY' && !CURRENCIES.has(text.toUpperCase()))
    throw bad(`${JSON.stringify(text)} is no currency of ISO 4217.`, `${field}.value`)
  if (by === 'COUNTRY' && !isCountry(text.toUpperCase()))
    throw bad(`${JSON.stringify(text)} is no country of ISO 3166-1 alpha-2.`, `${field}.value`)
}

function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && code !== 'ZZ' && REGIONS.of(code) !== undefined
}

async function checkConnections(
  hub: Hub,
  caller: Caller,
  object: Routed,
  ids: string[],
  field: string,
): Promise<void> {
  if (ids.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'Name at least one connection.', { field })
  if (new Set(ids).size < ids.length) throw bad('A connection is named twice.', field)
  for (const [index, id] of ids.entries()) {
    const at = await settableOf(hub, caller, id).catch(() => null)
    const where = `${field}.${index}`
    if (!at) throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: where })
    const can = at.capabilities.includes(object === 'ORDER' ? 'pushOrder' : 'upsertCustomer')
    const told = `${at.name} takes no ${object === 'ORDER' ? 'orders' : 'customers'}.`
    if (!can) throw new ErpError('NOT_SUPPORTED', told, { field: where })
  }
}

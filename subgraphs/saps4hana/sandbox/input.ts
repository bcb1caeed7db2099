import { milliseconds } from '../../odata2.ts'
import { Refusal } from '../../refusal.ts'
import { unreadable } from './answers.ts'
import { type Entity, type Field, type Row, entityOf } from './types.ts'

const DECIMAL = /^-?\d+(\.\d+)?$/

function value(given: unknown, name: string, { kind, length }: Field): string | boolean | null {
  const wrong = () => unreadable(`Error while parsing the value of property '${name}'`)
  if (kind === 'b') {
    if (typeof given !== 'boolean') throw wrong()
    return given
  }
  if (given === null && (kind === 't' || kind === 'i')) return null
  // A decimal may come as text or as a number.
  if (kind === 'd' && typeof given === 'number') return String(given)
  if (typeof given !== 'string') throw wrong()
  if (kind === 'd' && !DECIMAL.test(given)) throw wrong()
  if ((kind === 't' || kind === 'i') && milliseconds(given) === null) throw wrong()
  if ((kind === 's' || kind === 'a') && given.length > length)
    throw unreadable(
      `Property '${name}' at offset '0' has invalid value '${given.slice(0, 60)}': it may have ${length} signs`,
    )
  return given
}

function fields(given: Record<string, unknown>, entity: Entity, change: boolean): Row {
  const out: Row = {}
  for (const [name, one] of Object.entries(given)) {
    if (entity.navigation.has(name)) {
      if (change)
        throw new Refusal(400, '/IWBEP/CM_MGW_RT/126', `Deep update is not supported for property '${name}'`)
      continue
    }
    const field = entity.fields.get(name)
    if (!field) throw unreadable(`Property '${name}' is invalid for type ${entity.set}Type`)
    if (!field.creatable)
      throw new Refusal(400, '/IWBEP/CM_MGW_RT/025', `Property '${name}' must not be changed`, name)
    if (change && entity.keys.includes(name)) throw unreadable(`Key property '${name}' cannot be changed`)
    out[name] = value(one, name, field)
  }
  return out
}

function isObject(given: unknown): given is Record<string, unknown> {
  return given !== null && typeof given === 'object' && !Array.isArray(given)
}

/** What was sent for a new row, related rows as lists under their names; refused where the type does not fit. */
export function readInput(given: unknown, set: string): Row {
  if (!isObject(given)) throw unreadable('The request body is no entity')
  const entity = entityOf(set)
  const out = fields(given, entity, false)
  for (const [name, link] of entity.navigation) {
    const inner = given[name]
    if (inner === undefined) continue
    const list = isObject(inner) && Array.isArray(inner.results) ? inner.results : inner
    const rows: unknown[] = Array.isArray(list) ? list : [list]
    out[name] = rows.map((one) => readInput(one, link.set))
  }
  return out
}

/** What was sent as a change of a row. */
export function readChange(given: unknown, set: string): Row {
  if (!isObject(given)) throw unreadable('The request body is no entity')
  const inner = isObject(given.d) ? given.d : given
  return fields(inner, entityOf(set), true)
}

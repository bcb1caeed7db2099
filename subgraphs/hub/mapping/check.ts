import { ErpError } from '../../../schema/errors.ts'
import { Expression } from '../../expression.ts'
import { CANONICAL, WITH_CUSTOM, customKey } from './fields.ts'
import type { Discovered, KnownField } from './discover.ts'
import type { Mapping } from './read.ts'
import { typed } from './value.ts'

const MOST = 500
const KEY = /^[A-Za-z_][\w.-]{0,79}$/
const LONGEST = 1_000

function refuse(message: string, field: string): never {
  throw new ErpError('VALIDATION', message, { field })
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80))

/** Checks one mapping against what is known of the ERP. Throws VALIDATION naming the field of the mapping. */
export function checkMapping(mapping: Mapping, known: Discovered): void {
  const { object, direction, hubField } = mapping
  if (direction !== 'IN' && (object === 'PRODUCT' || object === 'INVOICE'))
    refuse(`A mapping of ${object} goes IN only.`, 'direction')
  const field = checkErpField(mapping, known)
  checkHubField(mapping)
  if (field && !typeFits(mapping.type, field.type))
    refuse(`${field.name} is of type ${field.type}, not ${mapping.type}.`, 'type')
  checkTransforms(mapping)
  checkValues(mapping, field)
  const golden = CANONICAL[object][hubField]
  const isPlain = mapping.valueMap.length === 0 && !mapping.transformIn
  if (golden && isPlain && direction !== 'OUT' && !typeFits(golden.type, mapping.type))
    refuse(`${hubField} is of type ${golden.type}, not ${mapping.type}.`, 'type')
}

/** Any value can be read as text, and a pick list is a text with few values. */
function typeFits(wanted: string, is: string): boolean {
  return wanted === is || wanted === 'TEXT' || (wanted === 'PICKLIST' && is === 'TEXT')
}

function checkErpField({ object, erpField, direction }: Mapping, known: Discovered): KnownField | null {
  const field = known.fields.find(({ name }) => name === erpField)
  if (!field && known.isOpen && WITH_CUSTOM.includes(object) && KEY.test(erpField)) return null
  if (!field) return refuse(`The ERP has no field ${quoted(erpField)} here.`, 'erpField')
  if (!field.mappable) refuse(`${erpField} is not among the fields that can be mapped.`, 'erpField')
  if (direction !== 'IN' && !field.writable) refuse(`${erpField} can only be read.`, 'erpField')
  return field
}

function checkHubField({ object, hubField }: Mapping): void {
  const key = customKey(hubField)
  if (key !== null && WITH_CUSTOM.includes(object) && KEY.test(key)) return
  if (key === null && CANONICAL[object][hubField]?.golden) return
  const names = Object.keys(CANONICAL[object]).filter((name) => CANONICAL[object][name]?.golden)
  const custom = WITH_CUSTOM.includes(object) ? ', custom.<key>' : ''
  refuse(`${quoted(hubField)} is none of ${names.join(', ')}${custom}.`, 'hubField')
}

function checkTransforms(mapping: Mapping): void {
  for (const field of ['transformIn', 'transformOut'] as const) {
    const text = mapping[field]
    if (!text) continue
    try {
      new Expression(text)
    } catch (error) {
      if (error instanceof ErpError) refuse(error.message, field)
      throw error
    }
  }
}

function checkValues(mapping: Mapping, field: KnownField | null): void {
  const { valueMap, direction, unmapped, type } = mapping
  if (valueMap.length > LONGEST) refuse(`A value map has at most ${LONGEST} pairs.`, 'valueMap')
  const seen = { hub: new Set<string>(), erp: new Set<string>() }
  for (const [index, pair] of valueMap.entries()) {
    const twice =
      (direction !== 'OUT' && seen.erp.has(pair.erp)) || (direction !== 'IN' && seen.hub.has(pair.hub))
    if (twice)
      refuse(`${quoted(pair.hub)} and ${quoted(pair.erp)} contradict an earlier pair.`, `valueMap.${index}`)
    seen.hub.add(pair.hub)
    seen.erp.add(pair.erp)
    checkOwn(type, field, pair.erp, `valueMap.${index}.erp`)
  }
  if (unmapped !== 'DEFAULT') return
  if (mapping.default === null) refuse('Values that are not named need a default.', 'default')
  if (direction !== 'IN' && valueMap.length > 0 && !seen.hub.has(mapping.default))
    refuse(`The value map does not name the default ${quoted(mapping.default)}.`, 'default')
}

function checkOwn(type: Mapping['type'], field: KnownField | null, value: string, at: string): void {
  const { options } = field ?? {}
  if (options && !options.some((option) => option.value === value))
    refuse(`${quoted(value)} is none of ${options.map((option) => option.value).join(', ')}.`, at)
  try {
    typed(type, value)
  } catch (error) {
    if (error instanceof ErpError) refuse(error.message, at)
    throw error
  }
}

/** Checks that mappings of one tenant fit together. Throws VALIDATION, or LIMIT_EXCEEDED for too many. */
export function checkTogether(mappings: Mapping[]): void {
  const groups = Map.groupBy(mappings, ({ connection, object }) => `${connection} ${object}`)
  for (const group of groups.values()) {
    if (group.length > MOST)
      throw new ErpError('LIMIT_EXCEEDED', `A connection has at most ${MOST} mappings of an object.`, {
        field: 'connection',
      })
    oneWriter(group, 'hubField', 'OUT')
    oneWriter(group, 'erpField', 'IN')
  }
  for (const group of Map.groupBy(mappings, ({ object }) => object).values()) noCycle(group)
}

function oneWriter(group: Mapping[], target: 'hubField' | 'erpField', not: 'IN' | 'OUT'): void {
  const seen = new Set<string>()
  for (const mapping of group.filter(({ direction }) => direction !== not)) {
    const field = mapping[target]
    const way = target === 'hubField' ? 'inwards' : 'outwards'
    if (seen.has(field)) refuse(`Two mappings of ${mapping.connection} write ${field} ${way}.`, target)
    seen.add(field)
  }
}

/** A value must not come back to its field by way of another field of the golden record. */
function noCycle(group: Mapping[]): void {
  const next = new Map<string, Set<string>>()
  for (const out of group.filter(({ direction }) => direction !== 'IN'))
    for (const back of group) {
      const meets = back.connection === out.connection && back.erpField === out.erpField
      if (!meets || back.direction === 'OUT' || back.hubField === out.hubField) continue
      next.set(out.hubField, (next.get(out.hubField) ?? new Set()).add(back.hubField))
    }
  const done = new Set<string>()
  const visit = (field: string, path: string[]): void => {
    if (path.includes(field))
      refuse(`The mappings go round in a circle: ${[...path, field].join(' -> ')}.`, 'hubField')
    if (done.has(field)) return
    for (const one of next.get(field) ?? []) visit(one, [...path, field])
    done.add(field)
  }
  for (const field of next.keys()) visit(field, [])
}

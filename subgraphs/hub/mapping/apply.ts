import { ErpError } from '../../../schema/errors.ts'
import type { CustomAttribute } from '../../../schema/index.ts'
import { CANONICAL, customField, customKey } from './fields.ts'
import type { MappingSet, Ready } from './set.ts'
import { mappingError, shaped, toText, transformed, translated, typed } from './value.ts'

/** A record in the words of the golden records, and why single fields of it are missing. */
export interface Inward<R> {
  record: R
  errors: ErpError[]
}

type Plain = Record<string, unknown>

/** The custom attributes of a record, by key. */
export function attributesOf(record: object): Map<string, string | null> {
  const { customAttributes } = record as { customAttributes?: CustomAttribute[] | null }
  return new Map((customAttributes ?? []).map(({ key, value }) => [key, value ?? null]))
}

function listOf(attributes: Map<string, string | null>): CustomAttribute[] {
  return [...attributes].map(([key, value]) => ({ key, value }))
}

/** The value of a field of the ERP in a canonical record. */
export function erpValue({ object, erpField }: Ready, record: object): unknown {
  if (CANONICAL[object][erpField]) return (record as Plain)[erpField]
  return attributesOf(record).get(erpField)
}

function hubValue(hubField: string, input: object): { value: unknown; isGiven: boolean } {
  const key = customKey(hubField)
  if (key === null) {
    const value = (input as Plain)[hubField]
    return { value, isGiven: value !== undefined }
  }
  const attributes = attributesOf(input)
  return { value: attributes.get(key), isGiven: attributes.has(key) }
}

/** Gives an ErpError its mapping; anything else is no fault of a mapping. */
function named(mapping: Ready, error: unknown): ErpError {
  if (!(error instanceof ErpError)) throw error
  if (error.field === mapping.hubField) return error
  return mappingError(mapping, 'VALIDATION', error.message)
}

async function inwardValue(mapping: Ready, record: object): Promise<string | number | boolean | null> {
  const raw = toText(erpValue(mapping, record))
  const own = raw === null ? null : translated(mapping, typed(mapping.type, raw), 'hub')
  const text = (await transformed(mapping.in, mapping.type, own, record)) ?? mapping.default
  if (text === null && mapping.required)
    throw mappingError(mapping, 'MISSING_REQUIRED_FIELD', 'the ERP has no value, and there is no default.')
  return shaped(mapping, text)
}

/**
 * A canonical record of the ERP in the words of the golden records. What a mapping cannot bring over is left out and
 * told in `errors`.
 */
export async function inwards<R extends object>(set: MappingSet, record: R): Promise<Inward<R>> {
  if (set.isEmpty) return { record, errors: [] }
  const out: Plain = Object.fromEntries(Object.entries(record))
  const attributes = attributesOf(record)
  for (const key of attributes.keys())
    if (set.namesErp(key) || set.namesHub(customField(key))) attributes.delete(key)
  for (const field of Object.keys(out)) if (set.namesHub(field)) delete out[field]
  const errors: ErpError[] = []
  for (const mapping of set.inbound) {
    try {
      const value = await inwardValue(mapping, record)
      const key = customKey(mapping.hubField)
      if (key === null) out[mapping.hubField] = value
      else attributes.set(key, value === null ? null : String(value))
    } catch (error) {
      errors.push(named(mapping, error))
    }
  }
  if (attributes.size > 0 || 'customAttributes' in out) out.customAttributes = listOf(attributes)
  return { record: out as R, errors }
}

async function outwardValue(mapping: Ready, value: unknown, whole: object): Promise<string | null> {
  const own = toText(value) ?? mapping.default
  const text = await transformed(mapping.out, mapping.type, own, whole)
  if (text === null && mapping.required)
    throw mappingError(mapping, 'MISSING_REQUIRED_FIELD', 'there is no value and no default.')
  return text === null ? null : typed(mapping.type, translated(mapping, text, 'erp'))
}

/** What a write carries. */
export interface Outward {
  /** True: a new record, so that fields without a value count too; else only the given fields are written. */
  isNew: boolean
  /** The golden record as far as it is known, for transformations. */
  whole: object
}

/**
 * What is written to the ERP, in its own words. Throws MAPPING_MISSING, VALIDATION or MISSING_REQUIRED_FIELD with the
 * field of the golden record.
 */
export async function outwards<I extends object>(
  set: MappingSet,
  input: I,
  { isNew, whole }: Outward,
): Promise<I> {
  if (set.isEmpty) return input
  const { out, attributes } = untouched(set, input)
  for (const mapping of set.outbound) {
    const { value, isGiven } = hubValue(mapping.hubField, input)
    if (!isGiven && !isNew) continue
    try {
      const text = await outwardValue(mapping, value, { ...whole, ...input })
      if (text === null && !isGiven) continue
      if (CANONICAL[mapping.object][mapping.erpField]) out[mapping.erpField] = text
      else attributes.set(mapping.erpField, text)
    } catch (error) {
      throw named(mapping, error)
    }
  }
  if (attributes.size > 0) out.customAttributes = listOf(attributes)
  else delete out.customAttributes
  return out as I
}

/** The fields that no mapping names. */
function untouched(set: MappingSet, input: object): { out: Plain; attributes: Map<string, string | null> } {
  const out: Plain = { ...input }
  const attributes = attributesOf(input)
  for (const key of attributes.keys()) if (set.namesHub(customField(key))) attributes.delete(key)
  const written = new Set(set.outbound.map(({ erpField }) => erpField))
  for (const field of Object.keys(out)) {
    // Nothing can be created without a name, so it goes as it is unless a mapping writes it.
    if (set.namesHub(field) ? field !== 'name' || written.has(field) : written.has(field)) delete out[field]
  }
  return { out, attributes }
}

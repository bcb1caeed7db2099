import type { OpenConnection } from '../../connections.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { attributesOf } from './apply.ts'
import { type KnownField, discover, mirrored } from './discover.ts'
import { CANONICAL, type FieldType, type MappedObject, customField, customKey } from './fields.ts'
import { mappingRows } from './read.ts'

/** A mapping that seems right, and why. */
export interface Suggestion {
  hubField: string
  erpField: string
  type: FieldType
  direction: 'IN' | 'BOTH'
  /** 0 to 1. */
  score: number
  reason: string
}

interface Candidate {
  hubField: string
  type: FieldType | null
  /** What the golden records have there. */
  samples: Set<string>
}

const LEAST = 0.55
/** What people say for the same thing. */
const SYNONYMS = [
  ['vat', 'tax', 'ust', 'uid', 'steuer'],
  ['mail', 'email'],
  ['phone', 'tel', 'telephone', 'mobile', 'telefon'],
  ['class', 'rating', 'category', 'klasse'],
  ['group', 'segment', 'gruppe'],
  ['comment', 'note', 'remark', 'notes', 'bemerkung'],
  ['po', 'purchase'],
  ['terms', 'payment'],
]
const MEANING = new Map(SYNONYMS.flatMap((words) => words.map((word) => [word, words[0] ?? word] as const)))
/** What vendors put before the names of custom fields. */
const MARKS = new Set(['x', 'custom', 'cf', 'u', 'z', 'zz', 'custbody', 'custentity', 'custitem', 'studio'])

/** The words of a name or label: lower case, without what vendors put before them, synonyms as one. */
export function wordsOf(name: string): string[] {
  const split = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .normalize('NFKD')
  const words = split.split(/[^a-z\d]+/).filter((word) => word && !MARKS.has(word))
  return words.map((word) => MEANING.get(word) ?? word)
}

/** How alike two names are, 0 to 1: pairs of letters in common (Dice), or words in common, whichever is more. */
export function likeness(one: string, other: string): number {
  const [left, right] = [wordsOf(one), wordsOf(other)]
  if (left.length === 0 || right.length === 0) return 0
  const shared = left.filter((word) => right.includes(word)).length
  const words = (2 * shared) / (left.length + right.length)
  return Math.max(words, dice(left.join(''), right.join('')))
}

function dice(one: string, other: string): number {
  if (one === other) return 1
  const pairs = (text: string) =>
    new Set(Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2)))
  const [left, right] = [pairs(one), pairs(other)]
  const shared = [...left].filter((pair) => right.has(pair)).length
  return left.size + right.size === 0 ? 0 : (2 * shared) / (left.size + right.size)
}

function overlap(one: Set<string>, other: Set<string>): number | null {
  if (one.size === 0 || other.size === 0) return null
  const shared = [...one].filter((value) => other.has(value)).length
  return shared / Math.min(one.size, other.size)
}

/** The name of a new custom attribute for a field of an ERP. */
export function slugOf(field: string): string {
  const words = field
    .toLowerCase()
    .normalize('NFKD')
    .split(/[^a-z\d]+/)
  return words.filter((word) => word && !MARKS.has(word)).join('_') || 'field'
}

/** Mappings for the custom fields that have none, the best first. Asks the ERP which fields it has; deterministic. */
export async function suggest(hub: Hub, open: OpenConnection, object: MappedObject): Promise<Suggestion[]> {
  const { fields } = await discover(hub, open, object)
  const taken = await mappingRows(hub.db.em(), open.tenant, { object })
  const own = taken.filter(({ connection }) => connection === open.id)
  const free = fields.filter(
    ({ custom, mappable, name }) => custom && mappable && own.every(({ erpField }) => erpField !== name),
  )
  const candidates = (await candidatesOf(hub, open.tenant, object, taken)).filter(({ hubField }) =>
    own.every((one) => one.hubField !== hubField),
  )
  const samples = samplesOf((await mirrored(hub.db.em(), open, object)).map(({ content }) => content))
  const direction = object === 'PRODUCT' || object === 'INVOICE' ? 'IN' : 'BOTH'
  const all = free.map((field): Suggestion => {
    const { name: erpField, type } = field
    const ranked = candidates
      .map((one) => ({ hubField: one.hubField, ...score(field, one, samples.get(erpField) ?? new Set()) }))
      .toSorted((one, other) => other.score - one.score || (one.hubField < other.hubField ? -1 : 1))
    const [best] = ranked
    if (best && best.score >= LEAST) return { erpField, type, direction, ...best }
    const reason = 'No field of the golden record is like it: a new custom attribute.'
    return { erpField, type, direction, hubField: customField(slugOf(erpField)), score: 0.4, reason }
  })
  return all.toSorted((one, other) => other.score - one.score || (one.erpField < other.erpField ? -1 : 1))
}

function score(
  field: KnownField,
  candidate: Candidate,
  samples: Set<string>,
): { score: number; reason: string } {
  const own = customKey(candidate.hubField) ?? candidate.hubField
  const name = Math.max(likeness(field.name, own), likeness(field.label, own))
  const type =
    candidate.type === null || candidate.type === field.type ? 1 : candidate.type === 'TEXT' ? 0.5 : 0
  const alike = overlap(samples, candidate.samples)
  const total = alike === null ? 0.8 * name + 0.2 * type : 0.6 * name + 0.15 * type + 0.25 * alike
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const parts = [
    `name ${percent(name)}`,
    type === 1 ? 'same type' : type > 0 ? 'type can be read as text' : 'another type',
    alike === null ? 'no values to compare' : `values ${percent(alike)} alike`,
  ]
  return { score: Math.round(total * 100) / 100, reason: parts.join(', ') }
}

function samplesOf(records: object[]): Map<string, Set<string>> {
  const samples = new Map<string, Set<string>>()
  for (const record of records)
    for (const [key, value] of attributesOf(record))
      if (value) samples.set(key, (samples.get(key) ?? new Set()).add(value.toLowerCase()))
  return samples
}

const TABLES: Partial<Record<MappedObject, string>> = { CUSTOMER: 'customer', PRODUCT: 'product' }

/** Canonical fields, and the custom attributes that golden records or other connections have. */
async function candidatesOf(
  hub: Hub,
  tenant: string,
  object: MappedObject,
  taken: { hubField: string; type: FieldType }[],
): Promise<Candidate[]> {
  const table = TABLES[object]
  const sql = `select distinct a->>'key' as key, a->>'value' as value from (
      select custom_attributes from ${table} where tenant = ? order by id limit 500) c,
    jsonb_array_elements(c.custom_attributes) a where a->>'value' is not null limit 5000`
  const found = table ? await rows<{ key: string; value: string }>(hub.db.em(), sql, [tenant]) : []
  const custom = new Map<string, Candidate>()
  for (const { hubField, type } of taken.filter((one) => customKey(one.hubField) !== null))
    custom.set(hubField, { hubField, type, samples: new Set() })
  for (const { key, value } of found) {
    const hubField = customField(key)
    const known = custom.get(hubField)
    // What came in without a mapping has the ERP's own name: that is no field to map to.
    if (known) known.samples.add(value.toLowerCase())
  }
  const canonical = Object.entries(CANONICAL[object])
    .filter(([, { golden }]) => golden)
    .map(([hubField, { type }]): Candidate => ({ hubField, type, samples: new Set() }))
  return [...canonical, ...custom.values()]
}

import { type Manager, rows } from './database.ts'
import { matchKeys } from './identity.ts'
import { fold } from './match/keys.ts'

/** A golden record that may be the same customer. */
export interface Candidate {
  customer: string
  /** From 0 to 1. */
  score: number
  /** Tax id or e-mail are the same: it is the same customer. */
  exact: boolean
  reasons: string[]
}

/** What is compared. */
export interface Known {
  name: string
  email?: string | null
  taxId?: string | null
  country?: string | null
}

/** From this score on a company is shown as a candidate: it passes typing errors, not other names. */
const ALIKE = 0.88
/** A namesake in another country is less likely the same, but still worth a look. */
const ABROAD = 0.1
const MAX_CANDIDATES = 10
const MAX_COMPARED = 2_000

interface Row {
  id: string
  country: string | null
  emailKey: string | null
  taxKey: string | null
  nameKey: string
}

/** Customers that share the beginning or a longer word of the name; comparing with all would be slow. */
const ALIKE_ROWS = `
select id, country, email_key as "emailKey", tax_key as "taxKey", name_key as "nameKey" from customer
where tenant = ? and (tax_key = ? or email_key = ? or left(name_key, 2) = left(?, 2)
  or exists (select from jsonb_array_elements_text(?::jsonb) as w(word) where strpos(name_key, w.word) > 0))
order by (tax_key is not distinct from ? or email_key is not distinct from ?) desc, id limit ${MAX_COMPARED}`

/** Who in the tenant may be the same customer, likeliest first; inside the caller's transaction. */
export async function candidatesFor(em: Manager, tenant: string, wanted: Known): Promise<Candidate[]> {
  const { taxKey, emailKey, nameKey } = matchKeys(wanted)
  const words = JSON.stringify(nameKey.split(' ').filter((word) => word.length > 3))
  const sample = [tenant, taxKey, emailKey, nameKey, words, taxKey, emailKey]
  const found = await rows<Row>(em, ALIKE_ROWS, sample)
  const keys = { taxKey, emailKey, nameKey, country: wanted.country ?? null }
  return found
    .map((row) => compare(keys, row))
    .filter(({ exact, score }) => exact || score >= ALIKE - ABROAD)
    .sort((one, other) => Number(other.exact) - Number(one.exact) || other.score - one.score)
    .slice(0, MAX_CANDIDATES)
}

function compare(wanted: Omit<Row, 'id'>, row: Row): Candidate {
  const same = (one: string | null, other: string | null) => one !== null && one === other
  const reasons: string[] = []
  if (same(wanted.taxKey, row.taxKey)) reasons.push('The tax id is the same.')
  if (same(wanted.emailKey, row.emailKey)) reasons.push('The e-mail is the same.')
  const exact = reasons.length > 0
  const name = nameScore(wanted.nameKey, row.nameKey)
  const alike = name >= ALIKE
  if (alike) reasons.push(name === 1 ? 'The name is the same.' : 'The name is nearly the same.')
  const abroad = wanted.country !== null && row.country !== null && wanted.country !== row.country
  if (alike && abroad) reasons.push(`It is in another country: ${row.country}.`)
  const score = alike ? name - (abroad ? ABROAD : 0) : 0
  return { customer: row.id, score: exact ? 1 : Math.round(score * 1000) / 1000, exact, reasons }
}

/** How alike two normalised company names are, 0 to 1: as written, with umlauts spelled out, in any word order. */
export function nameScore(one: string, other: string): number {
  const [a, b] = [fold(one), fold(other)]
  const sorted = (text: string) => text.split(' ').sort().join(' ')
  return Math.max(similarity(a, b), similarity(sorted(a), sorted(b)))
}

/** Jaro-Winkler similarity, 0 to 1: the share of common letters near each other, better with a common beginning. */
export function similarity(one: string, other: string): number {
  if (one === other) return one === '' ? 0 : 1
  const [a, b] = [[...one], [...other]]
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1)
  const taken = new Set<number>()
  const mine = a.filter((letter, at) => {
    const from = Math.max(0, at - reach)
    const hit = b.findIndex(
      (its, place) => place >= from && place <= at + reach && its === letter && !taken.has(place),
    )
    if (hit >= 0) taken.add(hit)
    return hit >= 0
  })
  if (mine.length === 0) return 0
  const theirs = [...taken].sort((x, y) => x - y).map((at) => b[at])
  const swapped = mine.filter((letter, at) => letter !== theirs[at]).length / 2
  const jaro = (mine.length / a.length + mine.length / b.length + (mine.length - swapped) / mine.length) / 3
  const parts = a.findIndex((letter, at) => letter !== b[at])
  const common = Math.min(4, parts < 0 ? a.length : parts)
  return jaro + common * 0.1 * (1 - jaro)
}

import type { Customer } from '../../connector.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Manager, rows } from '../database.ts'
import { matchKeys } from '../identity.ts'
import { nameBlock } from './keys.ts'
import { type Policy, sharingWith } from './policy.ts'
import { type Sample, type Weighed, weigh } from './score.ts'

/** A golden record that may be the customer of a record. */
export interface Likely extends Weighed {
  customer: string
  /** The score is enough and nothing speaks against it: no person has to look. */
  isSure: boolean
}

type Row = Sample & { id: string; numberIsSame: boolean }

const COLUMNS = `c.id, c.name_key as "nameKey", c.tax_key as "taxKey", c.email_key as "emailKey",
  c.phone_key as "phoneKey", c.country`

const EXACT = `
with near as (
  select id, false as n from customer where tenant = ? and tax_key = ?
  union all select id, false from customer where tenant = ? and email_key = ?
  union all (select id, false from customer where tenant = ? and phone_key = ? limit 50)
  union all select hub_id, true from external_ref where tenant = ? and kind = 'customer' and number = ? and not deleted
    and connection in (select jsonb_array_elements_text(?::jsonb)))
select ${COLUMNS}, bool_or(near.n) as "numberIsSame" from near join customer c on c.id = near.id
group by c.id order by c.id`

const ALIKE = `
select ${COLUMNS}, false as "numberIsSame" from customer c
where c.tenant = ? and c.name_block && array(select jsonb_array_elements_text(?::jsonb)) limit 300`

/** At most so many doubts about one record are shown to a person. */
const MAX_LIKELY = 3

/** What is compared of a record. */
export function sampleOf(customer: Parameters<typeof matchKeys>[0]): Sample {
  const { nameKey, taxKey, emailKey, phoneKey } = matchKeys(customer)
  return { nameKey, taxKey, emailKey, phoneKey, country: customer.country ?? null }
}

/**
 * Who a record of a connection may be, likeliest first, as far as the tenant's policy wants to know; inside the
 * caller's transaction. Names are only compared where nothing surer was found.
 */
export async function likelyFor(
  em: Manager,
  open: OpenConnection,
  customer: Customer,
  policy: Policy,
): Promise<Likely[]> {
  const sample = sampleOf(customer)
  const sharing = sharingWith(policy, open.id)
  const { tenant } = open
  const found = await rows<Row>(em, EXACT, [
    ...[tenant, sample.taxKey, tenant, sample.emailKey, tenant, sample.phoneKey],
    ...[tenant, sharing.length > 0 ? (customer.number ?? null) : null, JSON.stringify(sharing)],
  ])
  const exact = weighed(sample, found, policy)
  if (exact.some(({ isSure }) => isSure)) return exact
  const words = nameBlock(sample.nameKey)
  if (words.length === 0) return exact
  const alike = await rows<Row>(em, ALIKE, [tenant, JSON.stringify(words)])
  const ids = new Set(exact.map((one) => one.customer))
  const more = weighed(sample, alike, policy).filter((one) => !ids.has(one.customer))
  return [...exact, ...more].sort(byScore).slice(0, MAX_LIKELY)
}

function weighed(sample: Sample, found: Row[], policy: Policy): Likely[] {
  const all = found.map((row): Likely => {
    const said = weigh(sample, row, row.numberIsSame)
    return { ...said, customer: row.id, isSure: !said.isContradicted && said.score >= policy.autoLink }
  })
  return all
    .filter(({ score }) => score >= policy.review)
    .sort(byScore)
    .slice(0, MAX_LIKELY)
}

function byScore(one: Likely, other: Likely): number {
  return Number(other.isSure) - Number(one.isSure) || other.score - one.score
}

/** The one that a record is linked to by itself; null where none is sure, or several equally are. */
export function linkOf([first, second]: Likely[]): string | null {
  if (!first?.isSure) return null
  return second?.isSure && second.score === first.score ? null : first.customer
}

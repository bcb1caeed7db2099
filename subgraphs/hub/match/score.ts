import { nameScore } from '../duplicates.ts'
import { isGroupAddress } from './keys.ts'

/** What is held against each other of two customers, normalised. */
export interface Sample {
  nameKey: string
  taxKey: string | null
  emailKey: string | null
  phoneKey: string | null
  country: string | null
}

/** How likely two samples are the same customer. */
export interface Weighed {
  /** From 0 to 1. */
  score: number
  reasons: string[]
  /** Both have a tax id and they are not the same: then nothing links them without a person. */
  isContradicted: boolean
}

/** How sure one sign makes it by itself; several add up as independent signs do. */
const WEIGHTS = { tax: 0.99, number: 0.98, email: 0.95, group: 0.7, phone: 0.72, name: 0.85 }
/** From this likeness on two names are one with typing errors. */
const ALIKE = 0.88
/** A namesake in another country is less likely the same. */
const ABROAD = 0.1
/** What is left of all signs where the tax ids speak against them. */
const CONTRADICTED = 0.8
const MIN_TAX_DIGITS = 7

/** Weighs what two samples have in common; `numberIsSame` where they share a number that means one customer. */
export function weigh(one: Sample, other: Sample, numberIsSame = false): Weighed {
  const signs: number[] = []
  const reasons: string[] = []
  const add = (weight: number, reason: string) => {
    signs.push(weight)
    reasons.push(reason)
  }
  const tax = comparedTax(one.taxKey, other.taxKey)
  if (tax === 'SAME') add(WEIGHTS.tax, 'The tax id is the same.')
  if (numberIsSame) add(WEIGHTS.number, 'The customer number is the same.')
  if (one.emailKey !== null && one.emailKey === other.emailKey) {
    if (isGroupAddress(one.emailKey))
      add(WEIGHTS.group, 'The e-mail is the same; it is that of a department.')
    else add(WEIGHTS.email, 'The e-mail is the same.')
  }
  if (one.phoneKey !== null && one.phoneKey === other.phoneKey)
    add(WEIGHTS.phone, 'The telephone number is the same.')
  const name = likeness(one.nameKey, other.nameKey)
  if (name >= ALIKE) {
    const isAbroad = one.country !== null && other.country !== null && one.country !== other.country
    add(
      WEIGHTS.name * name - (isAbroad ? ABROAD : 0),
      name === 1 ? 'The name is the same.' : 'The name is nearly the same.',
    )
    if (isAbroad) reasons.push(`It is in another country: ${other.country}.`)
  }
  const isContradicted = tax === 'DIFFERENT'
  if (isContradicted && signs.length > 0) reasons.push('The tax ids are not the same.')
  const sure = 1 - signs.reduce((doubt, weight) => doubt * (1 - weight), 1)
  return {
    score: Math.round(sure * (isContradicted ? CONTRADICTED : 1) * 1000) / 1000,
    reasons,
    isContradicted,
  }
}

/** The same tax id with and without its country in front is not known to be the same, and not known to differ. */
function comparedTax(one: string | null, other: string | null): 'SAME' | 'DIFFERENT' | null {
  if (one === null || other === null) return null
  if (one === other) return 'SAME'
  const [short = '', long = ''] = [one, other].sort((a, b) => a.length - b.length)
  const isPart = short.length >= MIN_TAX_DIGITS && long.endsWith(short)
  return isPart ? null : 'DIFFERENT'
}

/** How alike two names are; numbers tell apart what words do not: "Branch 12" is not "Branch 13". */
function likeness(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => name.match(/\d+/g)?.join(' ') ?? '')
  return a !== b && a !== '' && b !== '' ? 0 : nameScore(one, other)
}

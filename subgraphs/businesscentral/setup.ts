import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { currency, guid, text } from './shapes.ts'

const company = z.object({ displayName: text, currencyCode: currency })
const unit = z.object({ id: guid, code: z.string(), internationalStandardCode: text })
const coded = z.object({ id: guid, code: z.string(), displayName: text })

/** Something that people know by code and the API by id. */
export type Coded = z.output<typeof coded>

/** What is set up once in a company and seldom changes. */
export interface Settings {
  companyName: string | null
  /** The local currency, which Business Central itself writes as blank. */
  currency: string
  currencies: Set<string>
  /** Code of a unit -> UN/ECE Rec 20. */
  units: Map<string, string>
  locations: Coded[]
  terms: Coded[]
}

/** Set-up data: read in one call when first needed, again on a miss. */
export class Setup {
  readonly settings: Kept<Settings>

  constructor(client: Client) {
    this.settings = new Kept(() => load(client))
  }

  get(): Promise<Settings> {
    return this.settings.get()
  }

  /** The location with this code; MAPPING_MISSING where there is none. */
  location(code: string): Promise<Coded> {
    return this.#coded('locations', code, 'warehouse')
  }

  /** The payment term with this code or name; MAPPING_MISSING where there is none. */
  term(name: string): Promise<Coded> {
    return this.#coded('terms', name, 'paymentTerms')
  }

  /** Fails with VALIDATION unless the company knows the currency. */
  async checkCurrency(code: string): Promise<void> {
    const known = await this.settings.find(({ currencies }) => currencies.has(code) || undefined)
    if (!known)
      throw new ErpError('VALIDATION', `The company has no currency ${code}.`, { field: 'currency' })
  }

  async #coded(list: 'locations' | 'terms', wanted: string, field: string): Promise<Coded> {
    const name = wanted.trim().toLowerCase()
    const found = await this.settings.find(
      (all) =>
        all[list].find(({ code }) => code.toLowerCase() === name) ??
        all[list].find(({ displayName }) => displayName?.toLowerCase() === name),
    )
    if (found) return found
    throw new ErpError('MAPPING_MISSING', `Business Central has no "${wanted}" for ${field}.`, { field })
  }
}

async function load(client: Client): Promise<Settings> {
  const [info = [], units = [], locations = [], terms = [], currencies = []] = await client.read([
    ['companyInformation', { select: ['displayName', 'currencyCode'] }],
    ['unitsOfMeasure', { select: ['id', 'code', 'internationalStandardCode'] }],
    ['locations', { select: ['id', 'code', 'displayName'] }],
    ['paymentTerms', { select: ['id', 'code', 'displayName'] }],
    ['currencies', { select: ['id', 'code', 'displayName'] }],
  ])
  const { displayName, currencyCode } = shaped(company, info[0], 'The company information')
  if (currencyCode === null)
    throw new ErpError('BAD_ANSWER', 'The company names no currency.', { field: 'currencyCode' })
  const codes = currencies.map((row) => shaped(coded, row, 'A currency').code)
  const known = units.map((row) => shaped(unit, row, 'A unit of measure'))
  const standard = known.flatMap(({ code, internationalStandardCode: iso }): [string, string][] =>
    iso && /^[A-Z0-9]{2,3}$/.test(iso) ? [[code, iso]] : [],
  )
  return {
    companyName: displayName,
    currency: currencyCode,
    currencies: new Set([currencyCode, ...codes]),
    units: new Map([...standard, ...Object.entries(client.config.units)]),
    locations: locations.map((row) => shaped(coded, row, 'A location')),
    terms: terms.map((row) => shaped(coded, row, 'A payment term')),
  }
}

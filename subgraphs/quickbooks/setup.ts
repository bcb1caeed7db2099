import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Company } from '../connector.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import { dayIn } from '../zone.ts'
import type { Client } from './client.ts'
import { countryOf } from './map.ts'
import { id, ref, text } from './shapes.ts'

const info = z.object({
  CompanyInfo: z.object({ CompanyName: text, LegalName: text, Country: text }),
})
const preferences = z.object({
  Preferences: z.object({
    SalesFormsPrefs: z.object({ AllowDiscount: z.boolean().nullish() }).nullish(),
    CurrencyPrefs: z.object({ MultiCurrencyEnabled: z.boolean().nullish(), HomeCurrency: ref }),
  }),
})
const named = z.object({ Id: id, Name: z.string().min(1) })

/** What is set up once in a company and seldom changes. */
export interface Settings {
  name: string
  /** ISO 3166-1 alpha-2; null where it is not told. */
  country: string | null
  /** Home currency, ISO 4217. */
  home: string
  manyCurrencies: boolean
  discounts: boolean
  /** Id of a term -> its name. */
  terms: Map<string, string>
  /** Id of a payment method -> its name. */
  methods: Map<string, string>
}

async function load(client: Client): Promise<Settings> {
  const [company, prefs, [terms = [], methods = []]] = await Promise.all([
    client.get(`companyinfo/${client.company}`),
    client.get('preferences'),
    client.query([{ entity: 'Term' }, { entity: 'PaymentMethod' }]),
  ])
  const { CompanyName, LegalName, Country } = shaped(info, company, 'The company info').CompanyInfo
  const { SalesFormsPrefs: forms, CurrencyPrefs: money } = shaped(
    preferences,
    prefs,
    'The preferences',
  ).Preferences
  const home = money.HomeCurrency?.value ?? ''
  if (!/^[A-Z]{3}$/.test(home))
    throw new ErpError('BAD_ANSWER', 'The preferences name no home currency.', { field: 'HomeCurrency' })
  const names = (rows: unknown[], what: string) =>
    new Map(rows.map((row) => shaped(named, row, what)).map(({ Id, Name }) => [Id, Name]))
  return {
    name: CompanyName ?? LegalName ?? client.company,
    country: countryOf(Country),
    home,
    manyCurrencies: money.MultiCurrencyEnabled === true,
    discounts: forms?.AllowDiscount !== false,
    terms: names(terms, 'A term'),
    methods: names(methods, 'A payment method'),
  }
}

/** Set-up data: read when first needed, again on a miss. */
export class Setup {
  readonly #settings: Kept<Settings>
  readonly #zone: string

  constructor(client: Client) {
    this.#settings = new Kept(() => load(client))
    this.#zone = client.config.timeZone
  }

  get(): Promise<Settings> {
    return this.#settings.get()
  }

  /** Forgets what is kept, so that the next call asks QuickBooks. */
  forget(): void {
    this.#settings.forget()
  }

  /** The calendar day in the zone of the company. */
  today(now = new Date()): string {
    return dayIn(this.#zone, now.getTime())
  }

  /** The id of the term or method with this name; MAPPING_MISSING where there is none. */
  async idOf(list: 'terms' | 'methods', wanted: string): Promise<string> {
    const name = wanted.trim().toLowerCase()
    const found = await this.#settings.find(
      (all) => [...all[list]].find(([, one]) => one.toLowerCase() === name)?.[0],
    )
    if (found) return found
    const field = list === 'terms' ? 'paymentTerms' : 'method'
    throw new ErpError('MAPPING_MISSING', `QuickBooks has no "${wanted.slice(0, 60)}" for ${field}.`, {
      field,
    })
  }
}

/** The connection test: it asks anew, whatever is known already. */
export async function check(setup: Setup): Promise<Company> {
  setup.forget()
  const { name, home } = await setup.get()
  return { name, version: null, currency: home }
}

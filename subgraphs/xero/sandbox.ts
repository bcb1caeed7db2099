import { createHmac } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import type { Change, RawRequest } from '../connector.ts'
import { Answered } from '../refusal.ts'
import type { SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { Access, CLIENT, TENANT } from './sandbox/access.ts'
import { act, ledgerOf } from './sandbox/acts.ts'
import { envelope, guid } from './sandbox/answers.ts'
import { errors } from './sandbox/failures.ts'
import { answerOf, list } from './sandbox/lists.ts'
import { IDS, type SetName, Store } from './sandbox/store.ts'
import { Writes } from './sandbox/writes.ts'

/** How strict the imitation is where the shared checks need more room than a real organisation gives. */
export interface Strictness {
  /** Requests of any minute and day; unlimited when left out. */
  perMinute?: number
  perDay?: number
  /** Whether a sale of more than is on hand is refused; the shared checks sell more than the demo company has. */
  negativeStock?: boolean
  /** The clock, for tests of what lasts some minutes. */
  now?: () => number
}

/** Calls at the same time. */
const PARALLEL = 5
/** How long a call beyond them shall wait; not documented. */
const CONCURRENT_MS = 1_000
const ROOT = '/api.xro/2.0/'
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const READ_ONLY: Record<string, Record<string, unknown>[]> = {
  Currencies: [
    { Code: 'EUR', Description: 'Euro' },
    { Code: 'USD', Description: 'United States Dollar' },
  ],
}

function isSet(name: string): name is SetName {
  return Object.hasOwn(IDS, name)
}

const NOT_FOUND: SandboxAnswer = {
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: "The resource you're looking for cannot be found",
}

/** The limits of an organisation: what is left stands on every answer. */
class Meter {
  readonly #limits: Strictness
  readonly #now: () => number
  #sent: number[] = []

  constructor(limits: Strictness, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  count(): SandboxAnswer | Record<string, string> {
    const { perMinute = Infinity, perDay = Infinity } = this.#limits
    if (perMinute === Infinity && perDay === Infinity) return {}
    const now = this.#now()
    this.#sent = this.#sent.filter((at) => at > now - DAY_MS)
    const minute = this.#sent.filter((at) => at > now - MINUTE_MS)
    if (this.#sent.length >= perDay) return tooMany('day', (this.#sent[0] ?? now) + DAY_MS - now)
    if (minute.length >= perMinute) return tooMany('minute', (minute[0] ?? now) + MINUTE_MS - now)
    this.#sent.push(now)
    return {
      'x-minlimit-remaining': String(perMinute - minute.length - 1),
      'x-daylimit-remaining': String(perDay - this.#sent.length),
    }
  }
}

function tooMany(problem: string, ms: number): SandboxAnswer {
  const headers = { 'retry-after': String(Math.ceil(ms / 1000)), 'x-rate-limit-problem': problem }
  return { status: 429, headers, body: '' }
}

/** An organisation, and everything that answers for it. */
class Organisation {
  readonly store: Store
  readonly access: Access
  readonly #writes: Writes
  readonly #meter: Meter
  readonly #strict: Strictness
  #active = 0

  constructor(store: Store, strict: Strictness) {
    const now = strict.now ?? Date.now
    this.store = store
    this.access = new Access(now)
    this.#writes = new Writes(store, now)
    this.#meter = new Meter(strict, now)
    this.#strict = strict
  }

  async handle(request: SandboxRequest): Promise<SandboxAnswer> {
    const { path } = request
    if (path === '/identity/connect/authorize') return this.access.authorize(request)
    if (path === '/connect/token') return this.access.token(request)
    if (path === '/connections') {
      this.access.checkToken(request)
      return this.access.connections()
    }
    if (!path.startsWith(ROOT)) return NOT_FOUND
    this.access.check(request)
    this.#active += 1
    try {
      if (this.#active > PARALLEL) return tooMany('concurrent', CONCURRENT_MS)
      await turn()
      return this.#counted(request)
    } finally {
      this.#active -= 1
    }
  }

  #counted(request: SandboxRequest): SandboxAnswer {
    const counted = this.#meter.count()
    if (typeof counted.status === 'number') return counted as SandboxAnswer
    const answer = this.#accounting(request)
    return { ...answer, headers: { ...answer.headers, ...(counted as Record<string, string>) } }
  }

  #accounting(request: SandboxRequest): SandboxAnswer {
    const { method, path, headers, query } = request
    // XML is the default.
    if (!headers.accept?.includes('application/json'))
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: '<Response><Status>OK</Status></Response>',
      }
    const [name = '', id, ...more] = path.slice(ROOT.length).split('/').map(decodeURIComponent)
    const note = name === 'CreditNotes' && id !== undefined ? this.store.get(name, id) : undefined
    if (note && method === 'PUT' && more.join('/') === 'Allocations')
      return this.#writes.once(request, () => this.#writes.allocate(note, request))
    if (more.length > 0) return NOT_FOUND
    if (method === 'GET' && name === 'Organisation') return envelope('Organisations', [this.#company()])
    if (method === 'GET' && READ_ONLY[name]) return envelope(name, READ_ONLY[name])
    if (!isSet(name)) return NOT_FOUND
    if (method === 'GET') {
      if (id === undefined) return list(this.store, name, request)
      const row = this.store.get(name, id)
      return row ? answerOf(this.store, name, [row], query) : NOT_FOUND
    }
    if (name === 'Items' || name === 'CreditNotes' || (method !== 'PUT' && method !== 'POST'))
      return NOT_FOUND
    if (method === 'PUT' && id !== undefined) return NOT_FOUND
    const places = query.get('unitdp') === '4' ? 4 : 2
    const manner = { places, negativeStock: this.#strict.negativeStock === true }
    return this.#writes.once(request, () => this.#writes.write(name, id, request, manner))
  }

  #company() {
    const { company, currency } = this.store.demo
    return {
      OrganisationID: TENANT,
      Name: company,
      LegalName: company,
      PaysTax: true,
      Version: 'GLOBAL',
      OrganisationType: 'COMPANY',
      BaseCurrency: currency,
      CountryCode: 'DE',
      IsDemoCompany: true,
      OrganisationStatus: 'ACTIVE',
      Timezone: 'WEUROPESTANDARDTIME',
      ShortCode: '!x0demo',
      PeriodLockDate: '/Date(1767139200000+0000)/',
    }
  }
}

/** The webhook for a change: signed over its bytes with the key of the app. */
function hook(store: Store, { kind, id, at }: Change, secret: string): RawRequest {
  const note = store.rows.CreditNotes.get(id)
  const usual = { customer: 'CONTACT', invoice: 'INVOICE', order: 'INVOICE' }[kind as 'customer']
  const category = note ? 'CREDITNOTE' : usual
  if (!category) throw new ErpError('NOT_SUPPORTED', `Xero sends no webhook for ${kind}.`)
  const set = { CREDITNOTE: 'CreditNotes', CONTACT: 'Contacts', INVOICE: 'Invoices' }[category]
  const event = {
    resourceUrl: `https://api.xero.com${ROOT}${set}/${id}`,
    resourceId: id,
    tenantId: TENANT,
    tenantType: 'ORGANISATION',
    eventCategory: category,
    eventType: 'UPDATE',
    eventDateUtc: (at ?? '').replace(/Z$/, ''),
    ...(note && { data: { Type: note.Type, Status: note.Status } }),
  }
  const whole = { events: [event], firstEventSequence: 1, lastEventSequence: 1, entropy: guid(`${id} ${at}`) }
  const body = Buffer.from(JSON.stringify(whole))
  const signature = createHmac('sha256', secret).update(body).digest('base64')
  return { headers: { 'content-type': 'application/json', 'x-xero-signature': signature }, body, query: {} }
}

/** Makes an imitation that is as strict as wished. */
export function organisation(strict: Strictness): SandboxFactory {
  return (demo) => {
    const whole = new Organisation(new Store(demo), strict)
    const { store, access } = whole
    return {
      async handle(request) {
        try {
          return await whole.handle(request)
        } catch (error) {
          if (error instanceof Answered) return error.answer
          throw error
        }
      },
      ledger: () => ledgerOf(store),
      act: (action) => (action.do === 'expireTokens' ? access.expire() : act(store, action)),
      errors,
      hook: (change, secret) => hook(store, change, secret),
      watch: (listener) => store.watch(listener),
      config: (address) => ({
        url: address,
        identityUrl: address,
        loginUrl: address,
        grant: 'custom',
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        tenantId: TENANT,
        salesAccount: '200',
        paymentAccount: '090',
      }),
    }
  }
}

/** An imitation of Xero: the Accounting API 2.0 of one organisation. */
export const sandbox: SandboxFactory = organisation({})

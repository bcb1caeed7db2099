import { createHmac } from 'node:crypto'
import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Change, RawRequest } from '../connector.ts'
import type { Demo } from '../demo.ts'
import type { Sandbox, SandboxAction, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { ERRORS, type Envelope, KEY, TENANT, give, listed, refuse, refuseField } from './sandbox/answers.ts'
import { type Bill, type Person, bills, people, person, shown, totalOf } from './sandbox/rows.ts'
import { Runs } from './sandbox/runs.ts'

const PLANS = ['STANDARD', 'BUSINESS', 'ENTERPRISE']
const FIELDS = ['name', 'email', 'plan', 'defaultCurrency']

function bodyOf(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text || '{}')
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** One tenant of the demo company: what the billing service and the customer service know. */
class Tenant implements Sandbox {
  readonly errors = ERRORS
  readonly #people: Person[]
  readonly #bills: Bill[]
  readonly #envelopes: Record<'invoices' | 'customers', Envelope>
  readonly #runs = new Runs(() => this.#finalise())
  readonly #notes = new Map<string, { bill: Bill; amount: Big; status: string }>()
  readonly #repeats = new Map<string, { body: string; answer: SandboxAnswer }>()
  #listener: (change: Change) => void = () => undefined
  #touches = 0

  constructor(demo: Demo, envelopes: Record<'invoices' | 'customers', Envelope>) {
    this.#people = people(demo)
    this.#bills = bills(demo, this.#people)
    this.#envelopes = envelopes
  }

  handle(request: SandboxRequest): SandboxAnswer {
    const { authorization, 'x-tenant-id': tenant, 'idempotency-key': key } = request.headers
    if (authorization !== `Bearer ${KEY}`)
      return refuse(401, 'The key is missing, revoked or of another kind')
    if (!tenant) return refuse(400, 'X-Tenant-Id is missing')
    if (tenant !== TENANT) return refuse(404, 'Not found')
    if (request.method === 'GET') return this.#get(request)
    const repeat = key === undefined ? undefined : this.#repeats.get(key)
    if (repeat) {
      return repeat.body === request.body ? repeat.answer : refuse(409, 'The key was used for another body')
    }
    const body = bodyOf(request.body)
    const answer = body ? this.#write(request, body) : refuse(400, 'The body is no JSON object')
    if (key) this.#repeats.set(key, { body: request.body, answer })
    return answer
  }

  #get({ path, query }: SandboxRequest): SandboxAnswer {
    const [, service, , , list, id, extra] = path.split('/').map(decodeURIComponent)
    const what = `${service} ${list}${id === undefined ? '' : '/id'}${extra === undefined ? '' : '/more'}`
    if (what === 'customer customers')
      return listed(this.#people.toReversed(), query, this.#envelopes.customers)
    if (what === 'billing invoices') {
      const customer = query.get('customer_id')
      const rows = this.#bills.filter((bill) => customer === null || bill.customer.id === customer)
      return listed(rows.toReversed().map(shown), query, this.#envelopes.invoices)
    }
    if (what === 'billing bill-runs/id') return this.#runs.get(id ?? '')
    const bill = what === 'billing invoices/id' ? this.#bill(id) : undefined
    const found = bill ? shown(bill) : what === 'customer customers/id' ? this.#person(id) : undefined
    return found ? give(found) : refuse(404, 'Not found')
  }

  #write({ method, path }: SandboxRequest, body: Record<string, unknown>): SandboxAnswer {
    const [, service, , , list, id = '', verb] = path.split('/').map(decodeURIComponent)
    const what = `${method} ${service} ${list}${id && '/id'}${verb ? `/${verb}` : ''}`
    if (what === 'POST customer customers') return this.#create(body)
    if (what === 'DELETE customer customers/id') return this.#archive(id)
    if (what === 'POST billing bill-runs') return this.#runs.create(body)
    if (what === 'POST billing bill-runs/id/execute') return this.#runs.execute(id)
    if (what === 'POST billing credit-notes') return this.#credit(body)
    if (what === 'POST billing credit-notes/id/issue') return this.#advance(id, 'DRAFT', 'ISSUED')
    if (what === 'POST billing credit-notes/id/apply') return this.#advance(id, 'ISSUED', 'APPLIED')
    return refuse(404, 'Not found')
  }

  #create(body: Record<string, unknown>): SandboxAnswer {
    const unknown = Object.keys(body).find((name) => !FIELDS.includes(name))
    if (unknown) return refuseField(unknown, 'is unknown')
    const lacking = FIELDS.find((name) => typeof body[name] !== 'string' || body[name] === '')
    if (lacking) return refuseField(lacking, 'is required')
    const { name, email, plan, defaultCurrency } = body as Record<string, string>
    if (!/^[\w\s\-.()]+$/.test(name ?? ''))
      return refuseField('name', 'contains characters that are not allowed')
    if (!PLANS.includes(plan ?? '')) return refuseField('plan', 'is unknown')
    if (this.#people.some((one) => one.email === email)) return refuse(409, 'The e-mail exists already')
    return give(this.#add({ name, email, plan, defaultCurrency } as Person), 201)
  }

  #add(fields: Pick<Person, 'name' | 'email' | 'plan' | 'defaultCurrency'>): Person {
    const made = person(this.#people.length + 1, fields)
    this.#people.push(made)
    return made
  }

  #archive(id: string): SandboxAnswer {
    const found = this.#person(id)
    if (!found) return refuse(404, 'Not found')
    const open = this.#bills.some(
      ({ customer, status }) => customer.id === id && !['PAID', 'VOID'].includes(status),
    )
    if (open) return refuse(409, 'The customer has open invoices')
    found.status = 'ARCHIVED'
    return give(found)
  }

  /** The pages of the vendor write `invoiceId` and `amount`, its own tool `invoice_id` and `amount_usd`. */
  #credit(body: Record<string, unknown>): SandboxAnswer {
    const bill = this.#bill(String(body.invoiceId ?? body.invoice_id))
    const amount = body.amount ?? body.amount_usd
    if (!bill) return refuse(404, 'Not found')
    if (typeof amount !== 'number' || amount <= 0) return refuseField('amount', 'is required')
    const id = `cn_${this.#notes.size + 1}`
    this.#notes.set(id, { bill, amount: new Big(String(amount)), status: 'DRAFT' })
    return give({ id, invoiceId: bill.id, status: 'DRAFT' }, 201)
  }

  /** A credit over the whole amount makes the invoice PAID. */
  #advance(id: string, from: string, to: string): SandboxAnswer {
    const note = this.#notes.get(id)
    if (!note) return refuse(404, 'Not found')
    if (note.status !== from) return refuse(409, `The credit note is ${note.status}`)
    note.status = to
    if (to === 'APPLIED') {
      const { bill } = note
      bill.credited = bill.credited.plus(note.amount)
      if (bill.credited.plus(bill.paid).gte(totalOf(bill))) bill.status = 'PAID'
      this.#touch(bill)
    }
    return give({ id, status: to })
  }

  /** Drafts become final, and only then does the custom webhook tell them. */
  #finalise(): number {
    const drafts = this.#bills.filter(({ status }) => status === 'DRAFT')
    for (const bill of drafts) {
      bill.status = 'OPEN'
      this.#touch(bill)
      this.#listener({ kind: 'invoice', id: bill.id, deleted: false, at: null })
    }
    return drafts.length
  }

  #touch(bill: Bill): void {
    bill.updatedAt = new Date(Date.parse('2026-11-18T10:20:30Z') + ++this.#touches * 1000).toISOString()
  }

  #bill(id: string | undefined): Bill | undefined {
    return this.#bills.find((bill) => bill.id === id)
  }

  #person(id: string | undefined): Person | undefined {
    return this.#people.find((one) => one.id === id)
  }

  act(action: SandboxAction): void {
    // Keys do not expire, so there is nothing to be done.
    if (action.do === 'expireTokens') return
    if (action.do !== 'addCustomer') throw new Error(`Nobody can do ${action.do} in Aforo.`)
    this.#add({ name: action.name, email: action.email, plan: 'STANDARD', defaultCurrency: 'EUR' })
  }

  watch(listener: (change: Change) => void): void {
    this.#listener = listener
  }

  /** The signature of every second invoice is written in the other way that is seen. */
  hook({ kind, id }: Change, secret: string): RawRequest {
    const bill = kind === 'invoice' ? this.#bill(id) : undefined
    if (!bill) throw new ErpError('NOT_SUPPORTED', 'Aforo sends webhooks for its invoices only.')
    const body = Buffer.from(JSON.stringify({ invoice_id: id, ...shown(bill) }))
    const hex = createHmac('sha256', secret).update(body).digest('hex')
    const signature = Number(id.slice('inv_'.length)) % 2 === 0 ? `sha256=${hex}` : hex.toUpperCase()
    return {
      headers: { 'content-type': 'application/json', 'x-aforo-signature': signature },
      body,
      query: {},
    }
  }

  ledger() {
    return { orders: [], customers: this.#people.map(({ id, name, email }) => ({ id, name, email })) }
  }

  config(url: string): Record<string, unknown> {
    return { url: `${url}/billing`, customerUrl: `${url}/customer`, key: KEY, tenant: TENANT }
  }
}

/** A tenant whose lists come in these envelopes; the published pages show all three. */
export function tenant(envelopes: Record<'invoices' | 'customers', Envelope>): SandboxFactory {
  return (demo) => new Tenant(demo, envelopes)
}

/** A tenant with the demo company's customers, and an invoice in each state. */
export const sandbox = tenant({ invoices: 'wrapped', customers: 'page' })

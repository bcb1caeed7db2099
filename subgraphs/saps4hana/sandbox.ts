import { randomUUID } from 'node:crypto'
import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Change, RawRequest } from '../connector.ts'
import type { Demo } from '../demo.ts'
import { jsonDate } from '../odata2.ts'
import type {
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { LOGON, NO_TOKEN } from './sandbox/answers.ts'
import { AREA, COMPANY, PLANTS, ZONE, partnerRow, productRow, stamp, stockRow } from './sandbox/company.ts'
import { recordRow } from './sandbox/conditions.ts'
import { credit } from './sandbox/documents.ts'
import { ERRORS } from './sandbox/errors.ts'
import { serve } from './sandbox/gateway.ts'
import { State } from './sandbox/state.ts'
import { type Row, row, rowsIn, textIn } from './sandbox/types.ts'

const [USER, PASSWORD] = ['ERP_SUPERGRAPH', 'demo-Passw0rd-S4H']
const [CLIENT, SECRET] = ['sb-demo-client', 'demo-secret-of-client']
const WRITES = new Set(['POST', 'PATCH', 'PUT', 'DELETE', 'MERGE'])
/** So many wrong passwords lock the user, as the usual setting of the system has it. */
const WRONG_PASSWORDS = 5

/** Who may come in: passwords, bearer tokens, and CSRF tokens that count with the cookie of their session alone. */
class Gate {
  readonly #sessions = new Map<string, string>()
  readonly #bearers = new Set<string>()
  #wrong = 0
  #count = 0

  admits({ authorization = '' }: SandboxRequest['headers']): boolean {
    if (authorization.startsWith('Bearer ')) return this.#bearers.has(authorization.slice(7))
    const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8')
    const right =
      authorization.startsWith('Basic ') && given === `${USER}:${PASSWORD}` && this.#wrong < WRONG_PASSWORDS
    if (!right && given.startsWith(`${USER}:`)) this.#wrong += 1
    else if (right) this.#wrong = 0
    return right
  }

  /** A new session with its token, for whoever asks with "Fetch". */
  session(): Record<string, string | string[]> {
    const session = `session-${++this.#count}`
    const token = `token-${this.#count}-${Buffer.from(session).toString('base64')}`
    this.#sessions.set(token, session)
    const cookies = [
      `SAP_SESSIONID_S4H_100=${session}; path=/; secure; HttpOnly`,
      'sap-usercontext=sap-client=100; path=/',
    ]
    return { 'x-csrf-token': token, 'set-cookie': cookies }
  }

  passes({ 'x-csrf-token': token = '', cookie = '' }: SandboxRequest['headers']): boolean {
    const session = this.#sessions.get(token)
    return session !== undefined && cookie.split(/;\s*/).includes(`SAP_SESSIONID_S4H_100=${session}`)
  }

  token({ headers, body }: SandboxRequest): SandboxAnswer {
    const login = `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString('base64')}`
    const granted =
      headers.authorization === login && new URLSearchParams(body).get('grant_type') === 'client_credentials'
    if (!granted)
      return {
        status: 401,
        body: { error: 'invalid_client', error_description: 'Client authentication failed' },
      }
    const token = `demo-bearer-${++this.#count}`
    this.#bearers.add(token)
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: '3600' } }
  }

  expire(): void {
    this.#sessions.clear()
    this.#bearers.clear()
  }
}

function ledger(state: State): Ledger {
  const orders = state.rows('A_SalesOrder').map((order): Ledger['orders'][number] => ({
    id: textIn(order, 'SalesOrder'),
    number: textIn(order, 'SalesOrder'),
    ref: textIn(order, 'YY1_ExtRef_SDH') || textIn(order, 'PurchaseOrderByShipToParty') || null,
    customer: textIn(order, 'SoldToParty'),
    state: textIn(order, 'OverallSDDocumentRejectionSts') === 'C' ? 'cancelled' : 'booked',
    total: textIn(order, 'TotalNetAmount'),
  }))
  const customers = state.rows('A_BusinessPartner').map((partner) => {
    const [address] = rowsIn(partner, 'to_BusinessPartnerAddress')
    const [mail] = address ? rowsIn(address, 'to_EmailAddress') : []
    const names = [1, 2, 3, 4].map((nth) => textIn(partner, `OrganizationBPName${nth}`))
    return {
      id: textIn(partner, 'Customer'),
      name: names.filter(Boolean).join(' '),
      email: mail ? textIn(mail, 'EmailAddress') : null,
    }
  })
  return { orders, customers }
}

function setStock(state: State, sku: string, place: string, quantity: string): void {
  const unit = textIn(state.product(sku) ?? {}, 'BaseUnit') || 'PC'
  const all = state.rows('A_MaterialStock')
  const known = all.find((one) => textIn(one, 'Material') === sku)
  const stock = known ?? row('A_MaterialStock', { Material: sku, MaterialBaseUnit: unit })
  if (!known) all.push(stock)
  const [plant, storage] = place.split('/')
  const others = rowsIn(stock, 'to_MatlStkInAcctMod').filter(
    (one) => one.Plant !== plant || one.StorageLocation !== storage || one.InventoryStockType !== '01',
  )
  const now = new Big(quantity).eq(0) ? [] : [stockRow(sku, unit, place, '01', quantity)]
  stock.to_MatlStkInAcctMod = [...now, ...others]
}

function setPrice(state: State, sku: string, price: string): void {
  const records = state.rows('A_SlsPrcgCndnRecdValidity')
  const unit = textIn(state.product(sku) ?? {}, 'BaseUnit') || 'PC'
  const made = recordRow(9000 + records.length, { Material: sku }, 'EUR', unit, [{ minimum: '1', price }])
  const at = records.findIndex((one) => one.Material === sku && !one.Customer && !one.CustomerPriceGroup)
  records.splice(at < 0 ? records.length : at, at < 0 ? 0 : 1, made)
  state.changed()
}

function byId(state: State, set: string, key: string, id: string): Row | undefined {
  return state.rows(set).find((one) => textIn(one, key) === id)
}

function act(state: State, gate: Gate, action: SandboxAction): void {
  if (action.do === 'expireTokens') gate.expire()
  if (action.do === 'setStock') {
    const at = state.demo.warehouses.findIndex(({ code }) => code === action.warehouse)
    setStock(state, action.sku, PLANTS[at] ?? action.warehouse, action.onHand)
  }
  if (action.do === 'setPrice') setPrice(state, action.sku, action.price)
  if (action.do === 'addItem') {
    state.rows('A_Product').push(productRow(action.sku, action.name, 'H87', 'Neu', {}, state.now()))
    setPrice(state, action.sku, action.price)
  }
  if (action.do === 'addCustomer') {
    const partners = state.rows('A_BusinessPartner')
    const id = Math.max(...partners.map((one) => Number(one.BusinessPartner))) + 1
    partners.push(partnerRow(String(id), action, state.now()))
  }
  if (action.do === 'deleteItem') {
    const product = state.product(action.sku)
    if (product) Object.assign(product, { IsMarkedForDeletion: true, LastChangeDateTime: stamp(state.now()) })
  }
  if (action.do === 'setOrderStatus' || action.do === 'setQuoteStatus') {
    const [set, key] =
      action.do === 'setOrderStatus' ? ['A_SalesOrder', 'SalesOrder'] : ['A_SalesQuotation', 'SalesQuotation']
    const document = byId(state, set, key, action.id)
    if (document && !bill(state, document, action.status)) setStatus(document, action.status, state.now())
  }
}

/**
 * BILLED_HALF: its invoices hold half of each item. BILL_CANCELLED: they were cancelled, and its flow keeps them.
 * CREDITED: a credit memo stands against each of them.
 */
function bill(state: State, order: Row, status: string): boolean {
  if (!['BILLED_HALF', 'BILL_CANCELLED', 'CREDITED'].includes(status)) return false
  const numbers = rowsIn(order, 'to_SubsequentProcFlowDoc').map((one) => textIn(one, 'SubsequentDocument'))
  for (const one of [...state.rows('A_BillingDocument')]) {
    if (!numbers.includes(textIn(one, 'BillingDocument'))) continue
    if (status === 'CREDITED') credit(state, one)
    if (status === 'BILL_CANCELLED') one.BillingDocumentIsCancelled = true
    if (status !== 'BILLED_HALF') continue
    for (const item of rowsIn(one, 'to_Item'))
      item.BillingQuantity = new Big(textIn(item, 'BillingQuantity')).div(2).toFixed()
  }
  return true
}

/** LOCKED: a person has it open. DELIVERED: a delivery left the house. Anything else is the overall status. */
function setStatus(document: Row, status: string, at: number): void {
  if (status === 'LOCKED') document.locked = true
  else if (status === 'DELIVERED') document.OverallTotalDeliveryStatus = 'B'
  else document.OverallSDProcessStatus = status
  Object.assign(document, {
    LastChangeDateTime: stamp(at),
    LastChangeDate: jsonDate(new Date(at).toISOString().slice(0, 10)),
  })
}

const EVENTS: Partial<Record<Change['kind'], string>> = {
  item: 'Product',
  customer: 'BusinessPartner',
  order: 'SalesOrder',
  invoice: 'BillingDocument',
  quote: 'SalesQuotation',
}

/** A business event as the event mesh delivers it: unsigned, to an address that carries the secret. */
function eventOf({ kind, id, deleted, at }: Change, secret: string): RawRequest {
  const name = EVENTS[kind]
  if (!name) throw new ErpError('NOT_SUPPORTED', `There are no events of ${kind}s.`)
  const body = {
    type: `sap.s4.beh.${name.toLowerCase()}.v1.${name}.${deleted ? 'Deleted' : 'Changed'}.v1`,
    specversion: '1.0',
    source: '/default/sap.s4.beh/CLNT100',
    id: randomUUID(),
    time: at ?? new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { [name]: id },
  }
  const headers = { 'content-type': 'application/cloudevents+json' }
  return { headers, body: Buffer.from(JSON.stringify(body)), query: { secret } }
}

/** A small SAP Gateway with the services of sales over the demo company. */
export const sandbox: SandboxFactory = (demo: Demo, url): Sandbox => {
  const state = new State(demo)
  const gate = new Gate()
  return {
    handle(request) {
      if (request.path === '/sap/bc/sec/oauth2/token') return gate.token(request)
      if (!gate.admits(request.headers)) return LOGON
      if (WRITES.has(request.method) && !gate.passes(request.headers)) return NO_TOKEN
      const answer = serve(request, state, url())
      if (!/^fetch$/i.test(request.headers['x-csrf-token'] ?? '')) return answer
      return { ...answer, headers: { ...answer.headers, ...gate.session() } }
    },
    ledger: () => ledger(state),
    act: (action) => act(state, gate, action),
    errors: ERRORS,
    hook: eventOf,
    config: (address) => ({
      url: address,
      user: USER,
      password: PASSWORD,
      salesOrganization: AREA.SalesOrganization,
      companyCode: COMPANY,
      timeZone: ZONE,
      amountDiscount: 'HB00',
    }),
  }
}

/** How the imitation is reached with a token instead of a user. */
export function withToken(address: string): Record<string, unknown> {
  return {
    user: undefined,
    password: undefined,
    tokenUrl: `${address}/sap/bc/sec/oauth2/token`,
    clientId: CLIENT,
    clientSecret: SECRET,
  }
}

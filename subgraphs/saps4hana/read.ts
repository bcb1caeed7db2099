import { ErpError } from '../../schema/errors.ts'
import type {
  Answer,
  Credit,
  Customer,
  FieldKind,
  Id,
  Invoice,
  Item,
  ListAsk,
  Order,
  Page,
  Quote,
  Read,
} from '../connector.ts'
import { type Step, inSteps } from '../cursor.ts'
import type { Json } from '../json.ts'
import { type Query, allOf, literal } from '../odata.ts'
import { rowOf, shaped } from '../shape.ts'
import { billedOf } from './billed.ts'
import type { Client, Service } from './client.ts'
import { type OwnFields, withOwn } from './custom.ts'
import { creditOf, invoiceOf, orderOf, quoteOf } from './documents.ts'
import { areaOf, customerOf, itemOf, unpadded } from './map.ts'
import * as shapes from './shapes.ts'

const MAX_PAGE = 100

/** Where a search looks: a field of a set, whose rows name the wanted key. */
interface Searched {
  set?: string
  field: string
  /** Kept in upper case. */
  upper?: true
}

/** A set of rows: where it stands, which field is its key, what is read with it, and what its rows mean. */
export interface Source<T> {
  service: Service
  set: string
  key: string
  keyLength: number
  expand: string
  filter?: string
  /** The kind of record, where it has custom fields. */
  own?: FieldKind
  searched: Searched[]
  map(rows: Json[]): Promise<(T | ErpError)[]>
}

function field(row: Json, name: string): string {
  const value = row !== null && typeof row === 'object' && !Array.isArray(row) ? row[name] : null
  return typeof value === 'string' ? value : ''
}

function keyOf<T>({ key }: Source<T>, row: Json): string {
  const value = unpadded(field(row, key))
  if (value) return value
  throw new ErpError('BAD_ANSWER', `A row has no ${key}.`, { field: key })
}

/** Reads one kind. Pages follow the key, so a row that is inserted meanwhile moves no other. */
export function reader<T>(client: Client, own: OwnFields, plain: Source<T>): Read<T> {
  return {
    async byId(ids) {
      const source = ids.length > 0 ? await withOwn(plain, own) : plain
      const found = await byKey(client, source, ids)
      return ids.map((id): Answer<T> => found.get(unpadded(id)) ?? null)
    },
    list: async (ask) => list(client, await withOwn(plain, own), ask),
  }
}

async function byKey<T>(client: Client, source: Source<T>, ids: Id[]): Promise<Map<Id, T | ErpError>> {
  const asked = ids.map(unpadded).filter((id) => id !== '' && id.length <= source.keyLength)
  if (asked.length === 0) return new Map()
  const query = { expand: source.expand, filter: source.filter }
  const rows = await client.rowsOf(source.service, source.set, source.key, asked, query)
  const mapped = await source.map(rows)
  return new Map(rows.map((row, index) => [keyOf(source, row), mapped[index] as T | ErpError]))
}

/** A search goes through one field after the other; what an earlier one has told is left out. */
async function list<T>(client: Client, source: Source<T>, ask: ListAsk): Promise<Page<T>> {
  const text = ask.search?.trim() || null
  const places: (Searched | null)[] = text === null ? [null] : source.searched
  const { rows, next } = await inSteps(ask, { steps: places.length, most: MAX_PAGE }, (step) =>
    page(client, source, { text, places, ...step }),
  )
  const mapped = await source.map(rows)
  const refused = mapped.find((row) => row instanceof ErpError)
  if (refused) throw refused
  return { rows: mapped as T[], next }
}

interface Look extends Step {
  text: string | null
  places: (Searched | null)[]
}

async function page<T>(
  client: Client,
  source: Source<T>,
  { text, places, at, last, size }: Look,
): Promise<{ rows: Json[]; end: string | null }> {
  const where = places[at]
  const looked = where && text !== null ? (where.upper ? text.toUpperCase() : text) : null
  const elsewhere = Boolean(where?.set)
  const filter = allOf(
    elsewhere ? undefined : source.filter,
    where && looked !== null ? `substringof(${literal(looked)},${where.field})` : undefined,
    last === '' ? undefined : `${source.key} gt ${literal(last)}`,
  )
  const query: Query = { filter, orderby: source.key, top: size }
  const answer = await client.page(
    source.service,
    where?.set ?? source.set,
    elsewhere ? { ...query, select: [source.key, where?.field ?? ''] } : { ...query, expand: source.expand },
  )
  // What a filter takes for a wildcard is only a letter to us, so each row is looked at.
  const holds = (row: Json, one: Searched | null | undefined) =>
    !one || text === null || field(row, one.field).toLowerCase().includes(text.toLowerCase())
  const hits = answer.rows.filter((row) => holds(row, where))
  const rows = elsewhere ? await whole(client, source, hits) : hits
  const told = places.slice(0, at).filter((one) => !one?.set)
  const fresh = rows.filter((row) => told.every((one) => !holds(row, one)))
  const tail = answer.rows.at(-1)
  const more = tail !== undefined && (answer.rows.length >= size || answer.next !== null)
  return { rows: fresh, end: more ? keyOf(source, tail) : null }
}

async function whole<T>(client: Client, source: Source<T>, hits: Json[]): Promise<Json[]> {
  const keys = [...new Set(hits.map((row) => keyOf(source, row)))]
  if (keys.length === 0) return []
  const query = { expand: source.expand, filter: source.filter, orderby: source.key }
  return client.rowsOf(source.service, source.set, source.key, keys, query)
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}

function each<T>(map: (row: Json) => T): (rows: Json[]) => Promise<(T | ErpError)[]> {
  return (rows) => Promise.resolve(rows.map((row) => rowOf(() => map(row))))
}

/** Items: every product, sold in our sales area or not. */
export function items({ config }: Client): Source<Item> {
  return {
    service: 'API_PRODUCT_SRV',
    set: 'A_Product',
    own: 'item',
    key: 'Product',
    keyLength: 40,
    expand: 'to_Description,to_SalesDelivery',
    searched: [
      { field: 'Product', upper: true },
      { set: 'A_ProductDescription', field: 'ProductDescription' },
    ],
    map: each((row) => itemOf(shaped(shapes.product, row, 'A product'), config)),
  }
}

/** What is read with a business partner. */
export const PARTNER =
  'to_BusinessPartnerAddress/to_EmailAddress,to_BusinessPartnerAddress/to_PhoneNumber,to_BusinessPartnerTax,to_Customer/to_CustomerSalesArea'

/** Customers: business partners with a customer number, which documents name. */
export function customers({ config }: Client): Source<Customer> {
  return {
    service: 'API_BUSINESS_PARTNER',
    set: 'A_BusinessPartner',
    own: 'customer',
    key: 'Customer',
    keyLength: 10,
    expand: PARTNER,
    filter: "Customer ne ''",
    searched: [{ field: 'OrganizationBPName1' }, { field: 'Customer', upper: true }],
    map: each((row) => customerOf(shaped(shapes.partner, row, 'A business partner'), config)),
  }
}

/** Orders of our sales organization. */
export function orders(client: Client): Source<Order> {
  const { config } = client
  const partners = config.partnerAddresses ? ',to_Partner/to_Address' : ''
  return {
    service: 'API_SALES_ORDER_SRV',
    set: 'A_SalesOrder',
    own: 'order',
    key: 'SalesOrder',
    keyLength: 10,
    expand: `to_Item/to_PricingElement,to_Text,to_SubsequentProcFlowDoc${partners}`,
    filter: `SalesOrganization eq ${literal(config.salesOrganization)}`,
    searched: [{ field: 'SalesOrder' }, { field: 'PurchaseOrderByCustomer' }],
    async map(rows) {
      const natives = rows.map((row) => rowOf(() => shaped(shapes.order, row, 'An order')))
      const good = natives.flatMap((one) => (one instanceof ErpError ? [] : [one]))
      const billed = await billedOf(client, good)
      return natives.map((one) => (one instanceof ErpError ? one : orderOf(one, billed, config)))
    },
  }
}

/** Quotations of our sales organization. */
export function quotes({ config }: Client): Source<Quote> {
  return {
    service: 'API_SALES_QUOTATION_SRV',
    set: 'A_SalesQuotation',
    key: 'SalesQuotation',
    keyLength: 10,
    expand: 'to_Item/to_PricingElement',
    filter: `SalesOrganization eq ${literal(config.salesOrganization)}`,
    searched: [{ field: 'SalesQuotation' }, { field: 'PurchaseOrderByCustomer' }],
    map: each((row) => quoteOf(shaped(shapes.quotation, row, 'A quotation'), config, today())),
  }
}

const CUBE = 'A_OperationalAcctgDocItemCube'
const ACCOUNT = Object.keys(shapes.accountItem.shape)

/** Items of customers' accounts in our company code, where `field` is one of the values. */
async function account(client: Client, field: string, values: string[], filter?: string) {
  const company = `CompanyCode eq ${literal(client.config.companyCode)} and FinancialAccountType eq 'D'`
  const query = { select: ACCOUNT, filter: allOf(company, filter) }
  const rows = await client.rowsOf('API_OPLACCTGDOCITEMCUBE_SRV', CUBE, field, values, query)
  return rows.map((row) => shaped(shapes.accountItem, row, 'An item of an account'))
}

/** Billing documents, with what is open of them from the accounts. */
export function invoices(client: Client): Source<Invoice> {
  return {
    service: 'API_BILLING_DOCUMENT_SRV',
    set: 'A_BillingDocument',
    key: 'BillingDocument',
    keyLength: 10,
    expand: 'to_Item',
    filter: `SalesOrganization eq ${literal(client.config.salesOrganization)}`,
    searched: [{ field: 'BillingDocument' }],
    async map(rows) {
      const natives = rows.map((row) => rowOf(() => shaped(shapes.billing, row, 'A billing document')))
      const numbers = natives.flatMap((one) => {
        return one instanceof ErpError || !one.AccountingDocument ? [] : [one.AccountingDocument]
      })
      const [own, payments] = await Promise.all([
        account(client, 'AccountingDocument', numbers),
        account(client, 'InvoiceReference', numbers),
      ])
      return natives.map((one) => {
        if (one instanceof ErpError) return one
        const mine = own.filter(
          (item) => item.AccountingDocument === one.AccountingDocument && item.FiscalYear === one.FiscalYear,
        )
        const paid = payments.filter((item) => item.InvoiceReference === one.AccountingDocument)
        return invoiceOf(one, [...mine, ...paid], client.config, today())
      })
    },
  }
}

/** What customers owe, from the open items of their accounts, and whether orders are blocked. */
export async function credits(client: Client, ids: Id[]): Promise<Answer<Credit>[]> {
  const asked = ids.map(unpadded).filter((id) => id !== '' && id.length <= 10)
  if (asked.length === 0) return ids.map(() => null)
  const [people, open] = await Promise.all([
    client.rowsOf('API_BUSINESS_PARTNER', 'A_BusinessPartner', 'Customer', asked, { expand: PARTNER }),
    account(client, 'Customer', asked, "ClearingAccountingDocument eq ''"),
  ])
  const found = new Map(
    people.map((row) => [
      unpadded(field(row, 'Customer')),
      rowOf(() => {
        const native = shaped(shapes.partner, row, 'A business partner')
        const area = areaOf(native, client.config)
        const blocked = native.to_Customer.OrderIsBlockedForCustomer ?? area?.OrderIsBlockedForCustomer
        const own = open.filter(
          ({ Customer: id }) => id !== null && unpadded(id) === unpadded(native.Customer),
        )
        return creditOf(own, area?.Currency ?? null, Boolean(blocked) || native.BusinessPartnerIsBlocked)
      }),
    ]),
  )
  return ids.map((id) => found.get(unpadded(id)) ?? null)
}

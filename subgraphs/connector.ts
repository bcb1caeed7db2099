import type { z } from 'zod'
import type { Money, OrderStatus, PaymentStatus } from '../schema/index.ts'
import type { Http } from './http.ts'
import type { Capability } from './capability.ts'
import type {
  Answer,
  Credit,
  Cursor,
  Customer,
  CustomerInput,
  Expense,
  GoodsReturn,
  Id,
  Invoice,
  InvoiceInput,
  Item,
  Kind,
  Order,
  OrderInput,
  Payment,
  PaymentInput,
  PriceAsk,
  PriceReading,
  Quote,
  Read,
  StockAsk,
  StockReading,
  TimeEntry,
} from './records.ts'

export * from './capability.ts'
export * from './records.ts'

/** What was written: the ERP's id, and its number and link where it has them. */
export interface Ref {
  id: Id
  number?: string | null
  url?: string | null
  version?: string | null
}

/** What an earlier attempt left behind: `done` only when nothing is missing (a draft is not done). */
export interface Found {
  ref: Ref
  /** How many steps of the write are complete, starting at 1 for "created". */
  step: number
  done: boolean
}

/** A request as it will go out; secrets redacted, ids of earlier steps as {{1.id}}. */
export interface WireRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string | null
}

/**
 * Writing one kind of record so that nothing is lost or doubled. `ref` is our reference; it is written into a
 * field of the ERP that `find` can search, for life.
 */
export interface Write<I> {
  /** How sure we can be after an uncertain send: a provider key, an exact look-up, candidates, or nothing. */
  proof: 'key' | 'lookup' | 'candidates' | 'none'
  /** How long the provider remembers a key, in milliseconds; only with proof "key". */
  keyTtlMs?: number
  /** How long after the commit `find` may still miss the record, in milliseconds. */
  findLagMs: number
  /** How long the ERP may still commit after we stopped waiting, in milliseconds. */
  maxPushMs: number
  /** The exact requests `create` would send. May read, never writes. Throws ErpError VALIDATION and its kin. */
  plan(input: I, ref: string): Promise<WireRequest[]>
  find?(ref: string): Promise<Found | null>
  create(input: I, ref: string): Promise<Ref>
  resume?(found: Ref, step: number, input: I): Promise<Ref>
  update?(ref: Ref, change: Partial<I>, version: string | null): Promise<Ref>
  /** Whether a written order can be a project as well. */
  projects?: true
  /** Cancels or voids. Idempotent: undoing twice is done. Verifies the state afterwards. */
  undo?(ref: Ref): Promise<void>
}

/** One thing that changed in the ERP. */
export interface Change {
  kind: Kind
  id: Id
  deleted: boolean
  /** When it changed, UTC. */
  at: string | null
  /** False: nothing of it is written down, so it is not read again; what is kept of it is dropped. */
  reread?: boolean
}

/** A page of changes and the cursor that continues behind it. */
export interface ChangePage {
  changes: Change[]
  cursor: Cursor
}

/** An inbound webhook as it arrived; `body` is the raw bytes. Header names are lower case. */
export interface RawRequest {
  headers: Record<string, string | undefined>
  body: Buffer
  query: Record<string, string>
}

/** What the connection test tells an operator. */
export interface Company {
  name: string
  /** The ERP's version, where it tells. */
  version: string | null
  currency: string | null
}

/** One connected company. A part that is left out is something this system cannot do. */
export interface Erp {
  check(): Promise<Company>
  items?: Read<Item>
  customers?: Read<Customer>
  orders?: Read<Order>
  invoices?: Read<Invoice>
  payments?: Read<Payment>
  quotes?: Read<Quote>
  /** Time that people worked; read live alone. */
  timeEntries?: Read<TimeEntry>
  /** Goods that customers sent back; read live alone. */
  returns?: Read<GoodsReturn>
  /** Money that was spent; read live alone. */
  expenses?: Read<Expense>
  /** The whole batch in the fewest calls; same order and length. */
  stock?(asks: StockAsk[]): Promise<Answer<StockReading>[]>
  /** The whole batch in the fewest calls; same order and length. */
  prices?(asks: PriceAsk[]): Promise<Answer<PriceReading>[]>
  credit?(customers: Id[]): Promise<Answer<Credit>[]>
  order?: Write<OrderInput>
  customer?: Write<CustomerInput>
  invoice?: Write<InvoiceInput>
  payment?: Write<PaymentInput>
  /** Telling a source what became of what it gave us. */
  tell?: Tell
  /** The fields of a kind of record as the ERP's own metadata names them; custom ones are marked. */
  fields?(kind: FieldKind): Promise<NativeField[]>
  /** Pages of what changed since the cursor (null: from the beginning), oldest first, then ends. */
  changes?(kind: Kind, since: Cursor | null): AsyncIterable<ChangePage>
  hook?: Hook
  /** Ends what the ERP keeps open for us, such as sessions, when the connection ends. Never throws. */
  close?(): Promise<void>
}

/** The kinds of record whose fields can be mapped. */
export type FieldKind = 'item' | 'customer' | 'order'

/**
 * A field of the ERP. A custom one is read and written as a custom attribute: its `name` is the attribute's key, and
 * a value is text, a boolean "true" or "false", a date ISO 8601.
 */
export interface NativeField {
  name: string
  label: string
  type: 'TEXT' | 'NUMBER' | 'DATE' | 'BOOLEAN' | 'PICKLIST'
  required: boolean
  custom: boolean
  /** The values of a pick list: what is stored, and what people read. */
  options: { value: string; label: string }[] | null
}

/** What became of a quote or deal in the ERPs. What is null is not known yet and is left as it is. */
export interface QuoteNews {
  orderNumber: string | null
  orderState: OrderStatus | null
  /** Why no order could be made; an empty text clears an earlier failure. */
  failure: string | null
  invoiceNumber: string | null
  payment: PaymentStatus | null
}

/** What the ERPs say of a customer's money. What is null is not known and is left as it is. */
export interface Standing {
  balance: Money | null
  overdue: Money | null
  creditLimit: Money | null
  onHold: boolean | null
  dunningLevel: number | null
}

/** Telling a source of quotes and deals; into fields that an operator named, each time the same is harmless. */
export interface Tell {
  quote?(id: Id, news: QuoteNews): Promise<void>
  customer?(id: Id, standing: Standing): Promise<void>
}

/** Webhooks of the ERP. */
export interface Hook {
  verify(raw: RawRequest, secret: string): boolean
  read(raw: RawRequest): Change[] | Promise<Change[]>
  /** What the ERP calls this delivery, so that one that comes twice is worked once; null where it does not say. */
  delivery?(raw: RawRequest): string | null | Promise<string | null>
  /** The body to answer at once where the vendor first asks for a proof of the address; null for a webhook. */
  greet?(raw: RawRequest): string | null
  /** Makes the ERP send its webhooks to `url`, or prolongs it; gives the instant when that ends, UTC. */
  subscribe?(url: string, secret: string): Promise<string>
}

/** What a vendor allows, and how long we wait. */
export interface Limits {
  /** Requests at the same time. */
  parallel: number
  /** Requests per second, over any second, or over as many as make a part of one whole; absent where there is no such limit. */
  perSecond?: number
  /** Requests over any minute; background work leaves a fifth of them to others. */
  perMinute?: number
  /** Requests over any 24 hours, as far as this process has sent them; background work leaves a fifth. */
  perDay?: number
  /** Rows or asks per call at most; larger batches are cut by the caller. */
  batch: number
  /** Milliseconds before a request is given up. */
  timeoutMs: number
}

/** Limits and times to live (milliseconds, by kind of read) of one configuration; an operator's settings win. */
export interface Pace {
  limits: Partial<Limits>
  ttlMs: Record<string, number>
}

/** How a person signs in, where the vendor has an authorization code flow. */
export interface SignIn {
  /** What stands in its query is kept. */
  authorizeUrl: string
  tokenUrl: string
  scopes: string[]
  clientId: string
  /** Left out for a public client. */
  clientSecret?: string
  /** Where the token endpoint reads the client's id and secret: a header of basic authentication when left out. */
  secretIn?: 'header' | 'form'
  /** What the vendor adds to the way back -> the field of the configuration that it fills, where that is empty. */
  fromCallback?: Record<string, string>
}

/** One kind of system. Everything the graph, the worker and the docs know of it comes from here. */
export interface Connector<C extends z.ZodType = z.ZodType> {
  /** The folder's name and the prefix of ids: "netsuite". */
  system: string
  /** The prefix of its GraphQL types: "NetSuite". */
  name: string
  /** The field of Query under which its own lists stand: "netsuite". */
  field: string
  /** Whether it is a system of record, a source of quotes and deals, or a target that documents are handed to. */
  role: 'erp' | 'source' | 'target'
  /** What an operator fills in; `.meta({ secret: true })` marks secrets, `.describe()` is the help text. */
  config: C
  limits: Limits
  /** Which parts `connect` gives, for the systems query: known without a connection. */
  capabilities: Capability[]
  /** What a person has to do in the ERP where `undo` is missing: capability -> sentence. */
  manual?: Partial<Record<Capability, string>>
  /** What this one configuration says of its limits and times to live, where they are not the same for all. */
  paceOf?(config: z.output<C>): Pace
  /** Null where this configuration has no person signing in. */
  signIn?(config: z.output<C>): SignIn | null
  connect(config: z.output<C>, http: Http): Erp
}

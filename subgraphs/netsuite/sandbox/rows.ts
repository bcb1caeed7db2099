/** A reference of a record to another. */
export type Id = number

/** An item. Amounts and quantities are decimal text. */
export interface ItemRow {
  id: Id
  itemid: string
  displayname: string
  description: string
  itemtype: 'InvtPart' | 'Service' | 'NonInvtPart' | 'Discount' | 'Kit'
  subtype: string | null
  isinactive: boolean
  upccode: string | null
  unit: Id | null
  pricinggroup: Id | null
  externalid: string | null
  stock: { location: Id; onHand: string; committed: string; onOrder: string }[]
  custom: Record<string, string | null>
  changed: number
}

/** An address of a customer or a transaction, in the words of the record API. */
export interface AddressRow {
  defaultBilling?: boolean
  defaultShipping?: boolean
  addressee?: string
  addr1?: string
  addr2?: string
  addr3?: string
  zip?: string
  city?: string
  state?: string
  country?: string
  addrPhone?: string
}

/** A customer. */
export interface CustomerRow {
  id: Id
  entityid: string
  companyname: string
  email: string | null
  phone: string | null
  vatregnumber: string | null
  currency: Id
  terms: Id | null
  pricelevel: Id | null
  subsidiary: Id
  isinactive: boolean
  externalid: string | null
  creditlimit: string | null
  addresses: AddressRow[]
  custom: Record<string, string | null>
  changed: number
}

/** A line of a transaction; quantities and amounts without the sign that SuiteQL gives them. */
export interface LineRow {
  line: number
  item: Id
  description: string | null
  quantity: string | null
  rate: string
  /** Price level: -1 is Custom. */
  price: Id
  amount: string
  fulfilled: string
  billed: string
  closed: boolean
  location: Id | null
  shipdate: string | null
  createdfrom: Id | null
  custom: Record<string, string | null>
}

/** A transaction: sales order, estimate, invoice, credit memo or payment. */
export interface TransactionRow {
  id: Id
  type: 'SalesOrd' | 'Estimate' | 'CustInvc' | 'CustCred' | 'CustPymt'
  tranid: string
  otherrefnum: string | null
  externalid: string | null
  entity: Id
  status: string
  trandate: string
  duedate: string | null
  shipdate: string | null
  currency: Id
  terms: Id | null
  location: Id | null
  memo: string | null
  discountItem: Id | null
  discountRate: string | null
  shipping: AddressRow | null
  lines: LineRow[]
  tax: string
  total: string
  paid: string
  /** Invoices that a payment settles. */
  applied: { doc: Id; amount: string }[]
  custom: Record<string, string | null>
  created: number
  changed: number
}

/** A row of the price matrix. */
export interface PriceRow {
  item: Id
  level: Id
  currency: Id
  quantity: string
  price: string
}

/** Something with an id and a name. */
export interface NamedRow {
  id: Id
  name: string
}

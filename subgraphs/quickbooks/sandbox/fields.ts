import { Num } from '../../exact.ts'
import { Refusal } from './rows.ts'

type Spec = 'text' | 'number' | 'flag' | 'day' | { [name: string]: Spec } | [Spec]

const REF = { value: 'text', name: 'text' } as const
const ADDRESS: Spec = Object.fromEntries(
  [
    'Id',
    'Line1',
    'Line2',
    'Line3',
    'Line4',
    'Line5',
    'City',
    'Country',
    'CountrySubDivisionCode',
    'PostalCode',
  ].map((name) => [name, 'text' as const]),
)
const BASE = { Id: 'text', SyncToken: 'text', sparse: 'flag', domain: 'text' } as const
const LINKS: Spec = [{ TxnId: 'text', TxnType: 'text', TxnLineId: 'text' }]
const LINES: Spec = [
  {
    Id: 'text',
    LineNum: 'number',
    Description: 'text',
    Amount: 'number',
    DetailType: 'text',
    LinkedTxn: LINKS,
    SalesItemLineDetail: {
      ItemRef: REF,
      Qty: 'number',
      UnitPrice: 'number',
      TaxCodeRef: REF,
      ServiceDate: 'day',
      ItemAccountRef: REF,
    },
    DiscountLineDetail: {
      PercentBased: 'flag',
      DiscountPercent: 'number',
      DiscountAccountRef: REF,
    },
    SubTotalLineDetail: {},
  },
]
const SALES = {
  ...BASE,
  DocNumber: 'text',
  TxnDate: 'day',
  DueDate: 'day',
  ShipDate: 'day',
  CurrencyRef: REF,
  CustomerRef: REF,
  CustomerMemo: { value: 'text' },
  PrivateNote: 'text',
  SalesTermRef: REF,
  GlobalTaxCalculation: 'text',
  ApplyTaxAfterDiscount: 'flag',
  BillAddr: ADDRESS,
  ShipAddr: ADDRESS,
  BillEmail: { Address: 'text' },
  CustomField: [{ DefinitionId: 'text', Name: 'text', Type: 'text', StringValue: 'text' }],
  LinkedTxn: LINKS,
  Line: LINES,
} as const satisfies Spec

/** What a body may hold, by entity. */
const BODIES: Record<string, Spec> = {
  Customer: {
    ...BASE,
    DisplayName: 'text',
    CompanyName: 'text',
    GivenName: 'text',
    FamilyName: 'text',
    PrimaryEmailAddr: { Address: 'text' },
    PrimaryPhone: { FreeFormNumber: 'text' },
    BillAddr: ADDRESS,
    ShipAddr: ADDRESS,
    SalesTermRef: REF,
    CurrencyRef: REF,
    PrimaryTaxIdentifier: 'text',
    Notes: 'text',
    Active: 'flag',
    Taxable: 'flag',
  },
  Estimate: { ...SALES, TxnStatus: 'text', ExpirationDate: 'day', AcceptedBy: 'text', AcceptedDate: 'day' },
  Invoice: { ...SALES },
  SalesReceipt: { ...SALES, PaymentMethodRef: REF, DepositToAccountRef: REF },
  Payment: {
    ...BASE,
    CustomerRef: REF,
    CurrencyRef: REF,
    TotalAmt: 'number',
    TxnDate: 'day',
    PaymentRefNum: 'text',
    PaymentMethodRef: REF,
    DepositToAccountRef: REF,
    PrivateNote: 'text',
    Line: [{ Amount: 'number', LinkedTxn: LINKS }],
  },
}

/** Properties that may stand in WHERE and ORDERBY; every other one is refused. */
export const FILTERABLE: Record<string, string[]> = {
  Item: ['Sku', 'Name', 'Type', 'Active', 'UnitPrice'],
  Customer: [
    'DisplayName',
    'GivenName',
    'MiddleName',
    'FamilyName',
    'CompanyName',
    'PrimaryEmailAddr',
    'Active',
    'Balance',
    'BalanceWithJobs',
  ],
  Estimate: ['DocNumber', 'TxnDate', 'CustomerRef', 'TxnStatus', 'TotalAmt'],
  Invoice: ['DocNumber', 'TxnDate', 'CustomerRef', 'DueDate', 'Balance', 'TotalAmt'],
  SalesReceipt: ['DocNumber', 'TxnDate', 'CustomerRef', 'TotalAmt'],
  CreditMemo: ['DocNumber', 'TxnDate', 'CustomerRef', 'TotalAmt'],
  Payment: ['TxnDate', 'CustomerRef', 'TotalAmt'],
  TimeActivity: ['TxnDate'],
  Purchase: ['DocNumber', 'TxnDate', 'TotalAmt'],
  Term: ['Name', 'Active'],
  PaymentMethod: ['Name', 'Active'],
  TaxCode: ['Name', 'Active'],
}

function unsupported(name: string): never {
  throw new Refusal(
    '2010',
    'Request has invalid or unsupported property',
    `Property Name:${name} specified is unsupported or invalid`,
    name,
  )
}

function fits(value: unknown, spec: 'text' | 'number' | 'flag' | 'day'): boolean {
  if (spec === 'number') return value instanceof Num
  if (spec === 'flag') return typeof value === 'boolean'
  return typeof value === 'string' && (spec === 'text' || /^\d{4}-\d\d-\d\d$/.test(value))
}

function checkValue(value: unknown, spec: Spec, name: string): void {
  if (value === null) return
  if (Array.isArray(spec)) {
    if (!Array.isArray(value)) unsupported(name)
    for (const one of value) checkValue(one, spec[0], name)
  } else if (typeof spec === 'string') {
    if (!fits(value, spec)) unsupported(name)
  } else {
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Num) unsupported(name)
    for (const [key, part] of Object.entries(value)) {
      const inner = Object.hasOwn(spec, key) ? spec[key] : undefined
      if (inner === undefined) unsupported(key)
      checkValue(part, inner, key)
    }
  }
}

/** Refuses what the entity does not have, and values of another type. */
export function checkBody(entity: string, body: unknown): void {
  checkValue(body, BODIES[entity] ?? {}, entity)
}

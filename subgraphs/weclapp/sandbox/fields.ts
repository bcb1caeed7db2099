import { PROPERTIES } from './properties.ts'

/** What is known of a property. */
export interface Field {
  /** s text, d decimal, t time, b yes or no, i whole number, e one of some words, l list or object. */
  kind: string
  longest: number
  words: string[]
  readOnly: boolean
  filterable: boolean
}

function fieldOf(code: string): Field {
  const [, kind = 's', length, words, readOnly, hidden] =
    /^([a-z])(\d*)(?:\((.*)\))?(!?)(-?)$/.exec(code) ?? []
  return {
    kind,
    longest: length ? Number(length) : Infinity,
    words: words?.split('|') ?? [],
    readOnly: readOnly === '!',
    filterable: hidden !== '-',
  }
}

const parsed = new Map(
  Object.entries(PROPERTIES).map(([entity, text]) => [
    entity,
    new Map(
      text
        .trim()
        .split(/\s+/)
        .map((part): [string, Field] => [
          part.slice(0, part.indexOf(':')),
          fieldOf(part.slice(part.indexOf(':') + 1)),
        ]),
    ),
  ]),
)

/** The properties of an entity. */
export function fieldsOf(entity: string): Map<string, Field> {
  return parsed.get(entity) ?? new Map()
}

/** Entities of which a list stands inside another, by entity and property. */
export const NESTED: Record<string, Record<string, string>> = {
  salesOrder: { orderItems: 'salesOrderItem', customAttributes: 'customAttribute' },
  salesInvoice: { salesOrders: 'salesOrder' },
  salesOpenItem: { paymentApplications: 'paymentApplication' },
  party: { addresses: 'address', customAttributes: 'customAttribute' },
  article: { articlePrices: 'articlePrice' },
}
/** Objects inside an entity. */
export const OBJECTS: Record<string, Record<string, string>> = {
  salesOrder: {
    deliveryAddress: 'recordAddress',
    recordAddress: 'recordAddress',
    invoiceAddress: 'recordAddress',
  },
}
/** What a reference points to. */
export const REFERENCES: Record<string, string> = {
  articleId: 'article',
  unitId: 'unit',
  customerId: 'party',
  currencyId: 'currency',
}

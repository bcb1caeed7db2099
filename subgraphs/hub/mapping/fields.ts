import type { GraphQLScalarType } from 'graphql'
import {
  CountryCodeScalar,
  CurrencyCodeScalar,
  DateScalar,
  DecimalScalar,
  EmailAddressScalar,
  PhoneNumberScalar,
  UnitCodeScalar,
} from '../../../schema/scalars.ts'
import type { NativeField } from '../../connector.ts'

/** What can be mapped. */
export const OBJECTS = ['CUSTOMER', 'PRODUCT', 'ORDER', 'INVOICE'] as const
/** One kind of record whose fields can be mapped. */
export type MappedObject = (typeof OBJECTS)[number]
/** The type of a field's values. */
export type FieldType = NativeField['type']

/** A field of the canonical language. */
export interface CanonicalField {
  type: FieldType
  /** Whether the golden record has it, so that a mapping may fill or read it there. */
  golden: boolean
  /** Whether it can be written to an ERP. */
  writable: boolean
  /** What its values look like, where the language says so. */
  scalar?: GraphQLScalarType
  /** How it stands in a record where that is no text. */
  as?: 'integer' | 'boolean'
}

const TEXT: CanonicalField = { type: 'TEXT', golden: true, writable: true }
const SHOWN: CanonicalField = { type: 'TEXT', golden: false, writable: false }
const DAY: CanonicalField = { type: 'DATE', golden: true, writable: true, scalar: DateScalar }
const CURRENCY: CanonicalField = { ...TEXT, scalar: CurrencyCodeScalar }
const FLAG: CanonicalField = { ...SHOWN, type: 'BOOLEAN', as: 'boolean' }
const read = (field: CanonicalField): CanonicalField => ({ ...field, writable: false })

/** The canonical fields that hold one plain value. */
export const CANONICAL: Record<MappedObject, Record<string, CanonicalField>> = {
  CUSTOMER: {
    name: TEXT,
    email: { ...TEXT, scalar: EmailAddressScalar },
    phone: { ...TEXT, scalar: PhoneNumberScalar },
    taxId: TEXT,
    country: { ...TEXT, scalar: CountryCodeScalar },
    currency: CURRENCY,
    group: TEXT,
    paymentTerms: TEXT,
    number: SHOWN,
    active: FLAG,
  },
  PRODUCT: {
    name: read(TEXT),
    description: read(TEXT),
    unit: read({ ...TEXT, scalar: UnitCodeScalar }),
    minimumQuantity: read({ ...TEXT, type: 'NUMBER', scalar: DecimalScalar }),
    leadTimeDays: read({ ...TEXT, type: 'NUMBER', as: 'integer' }),
    sku: SHOWN,
    barcode: SHOWN,
    nativeUnit: SHOWN,
    active: FLAG,
  },
  ORDER: {
    purchaseOrderNumber: TEXT,
    requestedDelivery: DAY,
    orderedOn: DAY,
    currency: CURRENCY,
    paymentTerms: TEXT,
    note: TEXT,
    number: SHOWN,
    customerName: SHOWN,
    nativeStatus: SHOWN,
  },
  INVOICE: {
    issuedOn: read(DAY),
    dueOn: read(DAY),
    currency: read(CURRENCY),
    dunningLevel: read({ ...TEXT, type: 'NUMBER', as: 'integer' }),
    number: SHOWN,
    customerName: SHOWN,
    nativeStatus: SHOWN,
  },
}

/** The objects whose records carry custom attributes. */
export const WITH_CUSTOM: readonly MappedObject[] = ['CUSTOMER', 'PRODUCT', 'ORDER']

const CUSTOM = 'custom.'

/** The key of a custom attribute of the golden record that a hub field names, or null for a canonical field. */
export function customKey(hubField: string): string | null {
  return hubField.startsWith(CUSTOM) ? hubField.slice(CUSTOM.length) : null
}

/** The hub field of a custom attribute of the golden record. */
export function customField(key: string): `custom.${string}` {
  return `${CUSTOM}${key}`
}

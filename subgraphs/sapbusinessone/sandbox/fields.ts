import { Num, type Row } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import { namesOf } from './custom.ts'

type Form = 'text' | 'number' | 'day' | 'rows' | 'object'
type Forms = Record<string, Form>

function all(form: Form, names: string): Forms {
  return Object.fromEntries(names.split(' ').map((name) => [name, form]))
}

/** What a client may send of an order, a draft or a preview. */
export const DOCUMENT: Forms = {
  ...all('text', 'CardCode NumAtCard DocCurrency Comments ShipToCode PayToCode'),
  ...all('text', namesOf('ORDR', 'text')),
  ...all('number', namesOf('ORDR', 'number')),
  ...all('number', 'DocEntry PaymentGroupCode BPL_IDAssignedToInvoice SalesPersonCode DiscountPercent'),
  ...all('day', 'DocDate DocDueDate TaxDate'),
  DocumentLines: 'rows',
  AddressExtension: 'object',
}
/** What a client may send in a line. */
export const LINE: Forms = {
  ...all('text', 'ItemCode ItemDescription FreeText WarehouseCode VatGroup U_ExtLine'),
  ...all('number', 'LineNum Quantity UnitPrice DiscountPercent UoMEntry BaseType BaseEntry BaseLine'),
  ShipDate: 'day',
}
/** What a client may send of the place where an order goes. */
export const SHIPPING: Forms = all(
  'text',
  'ShipToStreet ShipToStreetNo ShipToBlock ShipToBuilding ShipToCity ShipToZipCode ShipToState ShipToCountry ShipToAddress2',
)
/** What a client may send of a business partner. */
export const PARTNER: Forms = {
  ...all('text', 'CardCode CardName CardType EmailAddress Phone1 FederalTaxID VATRegistrationNumber Country'),
  ...all('text', 'UnifiedFederalTaxID Currency Notes Website'),
  ...all('text', namesOf('OCRD', 'text')),
  ...all('number', namesOf('OCRD', 'number')),
  ...all('day', namesOf('OCRD', 'day')),
  ...all('number', 'GroupCode PriceListNum PayTermsGrpCode Series CreditLimit'),
  ...all('rows', 'BPAddresses ContactEmployees'),
}
/** What a client may send of an address. */
export const ADDRESS: Forms = {
  ...all(
    'text',
    'AddressName AddressType AddressName2 Street Block BuildingFloorRoom ZipCode City State Country',
  ),
  RowNum: 'number',
}
const LONGEST: Record<string, number> = {
  ...{ CardCode: 15, CardName: 100, NumAtCard: 100, Comments: 254, FreeText: 100, ItemCode: 50 },
  ...{ U_ExtRef: 50, U_CRM_ID: 50, AddressName: 50, Street: 100, City: 100, ZipCode: 20, Phone1: 20 },
}

const FITS: Record<Form, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => value instanceof Num,
  day: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d(T00:00:00Z)?$/.test(value),
  rows: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && !Array.isArray(value) && !(value instanceof Num),
}

/** Every property must be one of the entity, in its form and not too long. */
export function checkFields(body: Row, forms: Forms, entity: string): void {
  for (const [name, value] of Object.entries(body)) {
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined
    if (!form) throw new Refusal(400, '-1000', `Property '${name}' of '${entity}' is invalid`)
    if (value === null) continue
    if (!FITS[form](value))
      throw new Refusal(400, '-1000', `Invalid value for property '${name}' of '${entity}'`)
    if (typeof value === 'string' && value.length > (LONGEST[name] ?? 254))
      throw new Refusal(400, '-1000', `Value too long in property '${name}' of '${entity}'`)
  }
}

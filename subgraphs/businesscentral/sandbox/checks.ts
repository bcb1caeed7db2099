import { Num, type Row } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'

/** The texts in the header of every sales document. */
export const TEXTS = ['shipToName', 'shipToContact', 'sellToAddressLine1', 'sellToAddressLine2', 'sellToCity']
  .concat(['sellToCountry', 'sellToState', 'sellToPostCode', 'billToAddressLine1', 'billToAddressLine2'])
  .concat(['billToCity', 'billToCountry', 'billToState', 'billToPostCode', 'shipToAddressLine1'])
  .concat(['shipToAddressLine2', 'shipToCity', 'shipToCountry', 'shipToState', 'shipToPostCode'])
  .concat(['shortcutDimension1Code', 'shortcutDimension2Code', 'salesperson', 'phoneNumber', 'email'])
/** What a client may send in the header of an order. */
export const WRITABLE = new Set(
  [...TEXTS, 'externalDocumentNumber', 'orderDate', 'postingDate', 'customerId', 'customerNumber'].concat([
    'currencyCode',
    'paymentTermsId',
    'requestedDeliveryDate',
    'discountAmount',
    'pricesIncludeTax',
    'partialShipping',
    'salesOrderLines',
  ]),
)
/** What a client may send in a line of an order. */
export const LINE_WRITABLE = new Set(
  ['itemId', 'lineType', 'lineObjectNumber', 'description', 'description2', 'unitOfMeasureCode'].concat([
    'quantity',
    'unitPrice',
    'discountAmount',
    'discountPercent',
    'shipmentDate',
    'locationId',
  ]),
)
const NUMBERS = new Set(['quantity', 'unitPrice', 'discountAmount', 'discountPercent'])
const CODES: Record<string, number> = { externalDocumentNumber: 35, customerNumber: 20, lineObjectNumber: 20 }
const LONGEST = 100

/** What a client may send, each in its form. */
export function checkFields(body: Row, known: Set<string>, type: string): void {
  for (const [name, value] of Object.entries(body)) {
    if (!known.has(name))
      throw new Refusal(400, 'BadRequest', `The property '${name}' does not exist on type '${type}'.`)
    const isNumber = value instanceof Num
    if (NUMBERS.has(name) !== isNumber && typeof value !== 'boolean' && !Array.isArray(value))
      throw new Refusal(400, 'BadRequest', `Cannot convert the value of '${name}'.`)
    if (/Date$/.test(name) && !/^\d{4}-\d\d-\d\d$/.test(String(value)))
      throw new Refusal(400, 'BadRequest', `Unable to convert value to Date: ${String(value)}.`)
    const most = CODES[name] ?? LONGEST
    if (typeof value === 'string' && value.length > most) {
      const said = `The length of the string is ${value.length}, but it must be less than or equal to ${most} characters.`
      throw new Refusal(400, 'Application_StringExceededLength', said)
    }
  }
}

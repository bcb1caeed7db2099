const place = [
  ...['printAs', 'companyName', 'firstName', 'lastName', 'email1', 'phone1'],
  ...[1, 2, 3].map((line) => `mailingAddress.addressLine${line}`),
  ...['city', 'state', 'postCode', 'country', 'isoCountryCode'].map((name) => `mailingAddress.${name}`),
]
const audit = ['audit.createdDateTime', 'audit.modifiedDateTime']

function fields(...names: (string | string[])[]): Set<string> {
  return new Set(['key', 'id', ...names.flat()])
}

/** What can be asked for, by object; checked against the specification by a test. */
export const FIELDS: Record<string, Set<string>> = {
  'inventory-control/item': fields(
    ['name', 'status', 'itemType', 'productLine.id', 'unitOfMeasureGroup.id', 'basePrice', 'standardCost'],
    ['isTaxable', 'upc', 'salesDescription'],
    audit,
  ),
  'inventory-control/item-warehouse-inventory': fields([
    'item.id',
    'item.name',
    'warehouse.id',
    'warehouse.name',
    'onHand',
    'onOrder',
    'onHold',
  ]),
  'inventory-control/warehouse': fields('name', 'status'),
  'accounts-receivable/term': fields('status', 'description'),
  'accounts-receivable/customer': fields(
    [
      'name',
      'status',
      'taxId',
      'currency',
      'creditLimit',
      'isOnHold',
      'totalDue',
      'discountPercent',
      'notes',
    ],
    ['customerType.id', 'term.id', 'priceList.id', 'priceSchedule.id'],
    place.map((name) => `contacts.default.${name}`),
    audit,
  ),
  'accounts-receivable/invoice': fields(
    ['invoiceNumber', 'state', 'referenceNumber', 'invoiceDate', 'dueDate', 'customer.id', 'customer.name'],
    [
      'currency.baseCurrency',
      'currency.txnCurrency',
      'totalTxnAmount',
      'totalTxnAmountDue',
      'salesDocument.id',
    ],
    audit,
  ),
  'order-entry/document': fields(
    [
      'documentNumber',
      'documentType',
      'state',
      'txnDate',
      'dueDate',
      'referenceNumber',
      'customerPONumber',
      'memo',
    ],
    ['customer.id', 'customer.name', 'paymentTerm.id', 'txnCurrency', 'subtotalInTxnCurrency'],
    ['totalInTxnCurrency', 'requestedShippingDate', 'contacts.shipTo.id'],
    audit,
  ),
  'order-entry/price-list-entry': fields(
    [
      'priceList.id',
      'item.id',
      'productLine.id',
      'startDate',
      'endDate',
      'minimumQuantity',
      'maximumQuantity',
    ],
    ['value', 'valueType', 'isFixedPrice', 'currency', 'status'],
  ),
  'order-entry/price-schedule': fields('description', 'discountPercent', 'priceList.id', 'status'),
  'company-config/contact': fields('status', place),
}
FIELDS['order-entry/price-list-entry']?.delete('id')

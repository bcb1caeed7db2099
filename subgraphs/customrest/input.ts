import { ErpError } from '../../schema/errors.ts'
import type { Address, CustomAttribute } from '../../schema/index.ts'
import Big from 'big.js'
import type { CustomerInput, InvoiceInput, OrderInput, OrderLineInput, PaymentInput } from '../connector.ts'
import type { Loaded } from './loaded.ts'

/** A line whose item the ERP knows. */
export interface KnownLine extends OrderLineInput {
  sku: string
  itemId: string | null
}

function refuse(message: string, field: string): never {
  throw new ErpError('VALIDATION', message, { field })
}

function mustBeDecimal(value: string | null | undefined, field: string): void {
  if (value !== null && value !== undefined && !/^-?\d{1,28}(\.\d{1,18})?$/.test(value))
    refuse(`"${value.slice(0, 40)}" is no decimal number.`, field)
}

/** What can be told of an order or invoice without asking the ERP. */
export function mustBeWhole({ lines, currency }: Pick<OrderInput, 'lines' | 'currency'>): void {
  if (lines.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'There are no lines.', { field: 'lines' })
  const currencies = new Set(lines.flatMap(({ unitPrice }) => unitPrice?.currency ?? []))
  if (currency) currencies.add(currency)
  if (currencies.size > 1)
    refuse('The prices of the lines are in another currency than the document.', 'currency')
  for (const [index, line] of lines.entries()) {
    mustBeDecimal(line.quantity, `lines.${index}.quantity`)
    mustBeDecimal(line.unitPrice?.amount, `lines.${index}.unitPrice`)
    mustBeDecimal(line.discountPercent, `lines.${index}.discountPercent`)
  }
}

type CustomField = NonNullable<Loaded['manifest']['customFields']>[number]

/** How a value of each type is written; the others are any text. */
const FORMS: Partial<Record<CustomField['type'], RegExp>> = {
  number: /^-?\d{1,28}(\.\d{1,18})?$/,
  boolean: /^(true|false)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d/,
}

function mustFit({ key, type, picklist }: CustomField, value: string | null | undefined): void {
  if (!value) return
  const shown = `"${value.slice(0, 60)}"`
  if (picklist && !picklist.includes(value)) refuse(`${shown} is no value of ${key}.`, 'customAttributes')
  if (FORMS[type]?.test(value) === false) refuse(`${shown} is no ${type} for ${key}.`, 'customAttributes')
}

/** Custom attributes by key; refused where the manifest has no field for one, or never writes it. */
function custom(
  loaded: Loaded,
  names: ReadonlySet<string>,
  entity: 'order' | 'customer',
  given: CustomAttribute[] | null | undefined,
) {
  const fields = loaded.manifest.customFields ?? []
  const pairs = (given ?? []).map(({ key, value }) => {
    const field = fields.find(
      (one) => one.key === key && one.entity === entity && one.direction !== 'FROM_ERP',
    )
    if (!field)
      return refuse(
        `The manifest has no custom field "${key.slice(0, 60)}" for this ${entity}.`,
        'customAttributes',
      )
    if (!field.writePath && !names.has(key))
      throw new ErpError('NOT_SUPPORTED', `The manifest writes no "${key.slice(0, 60)}".`, {
        field: 'customAttributes',
      })
    mustFit(field, value)
    return [key, value] as const
  })
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

/** Where in the body the manifest wants the custom attributes. */
export function customPaths(
  loaded: Loaded,
  entity: 'order' | 'customer',
  given: CustomAttribute[] | null | undefined,
): [string, unknown][] {
  const fields = loaded.manifest.customFields ?? []
  return (given ?? []).flatMap(({ key, value }): [string, unknown][] => {
    const path = fields.find((one) => one.key === key && one.entity === entity)?.writePath
    return path ? [[path, value ?? null]] : []
  })
}

function place(address: Address, names: ReadonlySet<string>) {
  const [first, ...rest] = address.lines
  const two = names.has('street2')
  return {
    type: address.type,
    recipient: address.name,
    street: two ? first : address.lines.join(', '),
    street2: two && rest.length > 0 ? rest.join(', ') : undefined,
    postalCode: address.postalCode,
    city: address.city,
    region: address.region,
    countryCode: address.country,
    recipientPhone: address.phone,
    recipientEmail: address.email,
  }
}

/** What a request need not name: it says the same as something else, or is only for expressions that want it. */
const IMPLIED = new Set(['type', 'sku', 'itemId', 'custom', 'externalId', 'version'])

/** Refuses what the request never names: it would be lost in silence. */
function mustBeNamed(value: unknown, names: ReadonlySet<string>, path: string): void {
  if (Array.isArray(value)) {
    for (const part of value as unknown[]) mustBeNamed(part, names, path)
  } else if (value !== null && typeof value === 'object') {
    for (const [name, part] of Object.entries(value)) {
      if (part === undefined || IMPLIED.has(name)) continue
      if (!names.has(name))
        throw new ErpError('NOT_SUPPORTED', `The manifest writes no "${name}".`, {
          field: path ? `${path}.${name}` : name,
        })
      mustBeNamed(part, names, path ? `${path}.${name}` : name)
    }
  }
}

/** Without what was not said; null goes too, except where it means that something is to be emptied. */
function bare(value: unknown, keepNull: boolean): unknown {
  if (Array.isArray(value)) return value.map((part: unknown) => bare(part, keepNull))
  if (value === null || typeof value !== 'object') return value
  const pairs = Object.entries(value).filter(([, part]) => part !== undefined && (keepNull || part !== null))
  return Object.fromEntries(pairs.map(([name, part]) => [name, bare(part, keepNull)]))
}

function lineWords(line: KnownLine, nativeUnit: (unit: string) => string) {
  return {
    sku: line.sku,
    itemId: line.itemId ?? undefined,
    quantity: line.quantity,
    unit: line.unit ? nativeUnit(line.unit) : undefined,
    unitPrice: line.unitPrice?.amount,
    discountPercentage: line.discountPercent,
    warehouseCode: line.warehouse,
    deliveryDate: line.requestedDelivery,
    description: line.description,
  }
}

/** An order in the manifest's words. */
export function orderWords(
  loaded: Loaded,
  names: ReadonlySet<string>,
  input: Partial<OrderInput>,
  lines: KnownLine[] | null,
  nativeUnit: (unit: string) => string,
  keepNull = false,
): Record<string, unknown> {
  const words = bare(
    {
      customerId: input.customer,
      currencyCode: input.currency ?? input.lines?.find(({ unitPrice }) => unitPrice)?.unitPrice?.currency,
      orderDate: input.orderedOn,
      requestedDate: input.requestedDelivery,
      paymentTermsCode: input.paymentTerms,
      purchaseOrderNumber: input.purchaseOrderNumber,
      note: input.note,
      shipTo: input.shipTo ? place(input.shipTo, names) : input.shipTo,
      discounts: input.discounts?.map(({ reason, percent, amount }) => ({
        reason,
        percentage: percent,
        amount: amount?.amount,
      })),
      custom: custom(loaded, names, 'order', input.customAttributes),
      lines: lines?.map((line) => lineWords(line, nativeUnit)),
    },
    keepNull,
  )
  mustBeNamed(words, names, '')
  return words as Record<string, unknown>
}

/** An invoice in the manifest's words. */
export function invoiceWords(
  names: ReadonlySet<string>,
  input: InvoiceInput,
  lines: KnownLine[],
  nativeUnit: (unit: string) => string,
): Record<string, unknown> {
  const priced = input.lines.find(({ unitPrice }) => unitPrice)?.unitPrice?.currency
  const words = bare(
    {
      customerId: input.customer,
      orderId: input.order,
      number: input.number,
      issueDate: input.issuedOn,
      dueDate: input.dueOn,
      currencyCode: input.currency ?? priced,
      note: input.note,
      lines: lines.map((line) => lineWords(line, nativeUnit)),
    },
    false,
  )
  mustBeNamed(words, names, '')
  return words as Record<string, unknown>
}

/** A payment in the manifest's words. */
export function paymentWords(names: ReadonlySet<string>, input: PaymentInput): Record<string, unknown> {
  const words = bare(
    {
      customerId: input.customer,
      amount: input.amount.amount,
      currencyCode: input.amount.currency,
      date: input.paidOn,
      method: input.method,
      allocations: input.allocations.map(({ invoice, amount }) => ({
        invoiceId: invoice,
        amount: amount.amount,
      })),
    },
    false,
  )
  mustBeNamed(words, names, '')
  return words as Record<string, unknown>
}

/** What can be told of a payment without asking the ERP. */
export function mustBePaid({ amount, allocations }: PaymentInput): void {
  mustBeDecimal(amount.amount, 'amount')
  if (new Big(amount.amount).lte(0)) refuse('A payment must be more than nothing.', 'amount')
  let sum = new Big(0)
  for (const [index, part] of allocations.entries()) {
    const field = `allocations.${index}.amount`
    mustBeDecimal(part.amount.amount, field)
    if (part.amount.currency !== amount.currency)
      refuse('A part of the payment is in another currency than the payment.', field)
    sum = sum.plus(part.amount.amount)
  }
  if (sum.gt(amount.amount)) refuse('The parts are more than the payment.', 'allocations')
}

/** A customer in the manifest's words. */
export function customerWords(
  loaded: Loaded,
  names: ReadonlySet<string>,
  input: Partial<CustomerInput>,
  keepNull = false,
): Record<string, unknown> {
  const words = bare(
    {
      name: input.name,
      email: input.email,
      phone: input.phone,
      taxId: input.taxId,
      countryCode: input.country,
      currencyCode: input.currency,
      group: input.group,
      paymentTermsCode: input.paymentTerms,
      addresses: input.addresses?.map((address) => place(address, names)),
      custom: custom(loaded, names, 'customer', input.customAttributes),
    },
    keepNull,
  )
  mustBeNamed(words, names, '')
  return words as Record<string, unknown>
}

import { ErpError } from '../../schema/errors.ts'
import type { CustomAttribute } from '../../schema/index.ts'
import type { CustomerInput, Erp, InvoiceInput, OrderInput, PaymentInput, Write } from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import type { Client } from './client.ts'
import {
  customPaths,
  customerWords,
  invoiceWords,
  mustBePaid,
  mustBeWhole,
  orderWords,
  paymentWords,
} from './input.ts'
import type { CapabilityName } from './manifest.ts'
import { knownLines, mustBeKnown, nativeUnit, only, pick, writer } from './write.ts'

function custom(client: Client, entity: 'order' | 'customer', given: CustomAttribute[] | null | undefined) {
  return { put: customPaths(client.loaded, entity, given) }
}

/** Writing orders; undefined where the manifest has no orders.create. */
export function orders(client: Client, erp: Erp): Write<OrderInput> | undefined {
  const create = client.operation('orders.create')
  if (!create) return undefined
  return writer<OrderInput>(client, {
    create,
    update: client.operation('orders.update'),
    cancel: client.operation('orders.cancel'),
    get: client.operation('orders.get'),
    lookup: pick(client, create, 'orders.findByReference'),
    async words({ wording }, input, whole) {
      if (whole) mustBeWhole({ customer: '', lines: [], ...input })
      const [lines] = await Promise.all([knownLines(client, erp, input), mustBeKnown(client, input.customer)])
      const unit = nativeUnit(client.config.units)
      const order = orderWords(client.loaded, wording.names, input, lines, unit, !whole)
      return { input: { order }, ...custom(client, 'order', input.customAttributes) }
    },
  })
}

/** Writing customers; undefined where the manifest has no customers.create. */
export function customers(client: Client): Write<CustomerInput> | undefined {
  const create = client.operation('customers.create')
  if (!create) return undefined
  return writer<CustomerInput>(client, {
    create,
    update: client.operation('customers.update'),
    cancel: undefined,
    get: client.operation('customers.get'),
    lookup: pick(client, create, null),
    words({ wording }, input, whole) {
      if (whole && !input.name)
        throw new ErpError('MISSING_REQUIRED_FIELD', 'The customer has no name.', { field: 'name' })
      const customer = customerWords(client.loaded, wording.names, input, !whole)
      return Promise.resolve({ input: { customer }, ...custom(client, 'customer', input.customAttributes) })
    },
  })
}

/** Refuses a document that the ERP does not know, as far as it can be asked. */
async function mustStand(client: Client, name: CapabilityName, id: string, field: string): Promise<void> {
  const get = client.operation(name)
  if (get && !(await only(client, get, id)))
    throw new ErpError('VALIDATION', `The ERP does not know "${id.slice(0, 60)}".`, { field })
}

/** What invoices and payments lack: a manifest has no request that changes or voids them. */
const FINAL = { update: undefined, cancel: undefined, get: undefined }

/** Writing invoices; undefined where the manifest has no invoices.create. */
export function invoices(client: Client, erp: Erp): Write<InvoiceInput> | undefined {
  const create = client.operation('invoices.create')
  if (!create) return undefined
  return writer<InvoiceInput>(client, {
    create,
    ...FINAL,
    lookup: pick(client, create, null),
    async words({ wording }, input) {
      const whole = { customer: '', lines: [], ...input }
      mustBeInvoice(whole, 'the ERP')
      mustBeWhole(whole)
      const [lines] = await Promise.all([
        knownLines(client, erp, whole),
        mustBeKnown(client, whole.customer),
        whole.order ? mustStand(client, 'orders.get', whole.order, 'order') : null,
      ])
      const invoice = invoiceWords(wording.names, whole, lines ?? [], nativeUnit(client.config.units))
      return { input: { invoice } }
    },
  })
}

/** Writing payments; undefined where the manifest has no payments.create. */
export function payments(client: Client): Write<PaymentInput> | undefined {
  const create = client.operation('payments.create')
  if (!create) return undefined
  return writer<PaymentInput>(client, {
    create,
    ...FINAL,
    lookup: pick(client, create, null),
    async words({ wording }, { customer = '', amount, paidOn = '', method, allocations = [] }) {
      if (!amount)
        throw new ErpError('MISSING_REQUIRED_FIELD', 'The payment has no amount.', { field: 'amount' })
      const payment = { customer, amount, paidOn, method, allocations }
      mustBePaid(payment)
      await Promise.all([
        mustBeKnown(client, customer),
        ...allocations.map(({ invoice }, index) =>
          mustStand(client, 'invoices.get', invoice, `allocations.${index}.invoice`),
        ),
      ])
      return { input: { payment: paymentWords(wording.names, payment) } }
    },
  })
}

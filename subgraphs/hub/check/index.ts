import type { CustomerInput } from '../../connector.ts'
import type { OpenConnection } from '../../connections.ts'
import { checkOf } from '../../policy.ts'
import type { KnownProduct } from '../catalogue.ts'
import type { Hub } from '../hub.ts'
import type { OrderLineInput } from '../inputs.ts'
import type { PushInvoiceInput, PushPaymentInput } from '../paper/inputs.ts'
import type { Complaints } from './complaints.ts'
import { checkFields, checkMinimum, checkPeriod } from './fields.ts'
import { type Ordered, checkLive } from './live.ts'

/** Holds an order against what its connection demands, and against the ERP's own figures where that is set. */
export async function checkOrderFor(hub: Hub, ordered: Ordered, bad: Complaints): Promise<void> {
  const { open, input, products, customer } = ordered
  checkFields(open, 'ORDER', input, bad)
  checkPeriod(open, 'orderedOn', null, bad)
  if (customer && !customer.natives[open.id])
    checkFields(open, 'CUSTOMER', customer.row, bad, { prefix: 'customer.' })
  await checkQuantities(hub, open, input.lines, products, bad)
  await checkLive(ordered, bad)
}

/** Holds an invoice against what its connection demands. */
export function checkInvoiceFor(open: OpenConnection, input: PushInvoiceInput, bad: Complaints): void {
  checkFields(open, 'INVOICE', input, bad)
  checkPeriod(open, 'issuedOn', input.issuedOn, bad)
}

/** Holds a payment against what its connection demands. */
export function checkPaymentFor(open: OpenConnection, input: PushPaymentInput, bad: Complaints): void {
  checkFields(open, 'PAYMENT', input, bad)
  checkPeriod(open, 'paidOn', input.paidOn, bad)
}

/** Holds a customer against what a connection demands; in a change only what is given counts. */
export function checkCustomerFor(
  open: OpenConnection,
  input: Partial<CustomerInput>,
  isChange: boolean,
  bad: Complaints,
): void {
  checkFields(open, 'CUSTOMER', input, bad, { isChange })
}

async function checkQuantities(
  hub: Hub,
  open: OpenConnection,
  lines: OrderLineInput[],
  products: (KnownProduct | null)[],
  bad: Complaints,
): Promise<void> {
  if (checkOf(open.settings, 'MINIMUM_QUANTITY').policy === 'IGNORE') return
  await checkMinimum(hub.db.em(), open, lines, products, bad)
}

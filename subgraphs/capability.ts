import type { Erp } from './connector.ts'

/** A part of `Erp`, by the name under which `systems` shows it. */
export type Capability =
  | 'items'
  | 'customers'
  | 'orders'
  | 'invoices'
  | 'payments'
  | 'quotes'
  | 'returns'
  | 'timeEntries'
  | 'expenses'
  | 'stock'
  | 'prices'
  | 'credit'
  | 'pushOrder'
  | 'cancelOrder'
  | 'projects'
  | 'upsertCustomer'
  | 'pushInvoice'
  | 'pushPayment'
  | 'changes'
  | 'webhooks'
  | 'writeBack'
  | 'customFields'

/** Which parts an opened connection really has; a test holds it against `Connector.capabilities`. */
export function capabilitiesOf(erp: Erp): Capability[] {
  const parts: [Capability, unknown][] = [
    ['items', erp.items],
    ['customers', erp.customers],
    ['orders', erp.orders],
    ['invoices', erp.invoices],
    ['payments', erp.payments],
    ['quotes', erp.quotes],
    ['returns', erp.returns],
    ['timeEntries', erp.timeEntries],
    ['expenses', erp.expenses],
    ['stock', erp.stock],
    ['prices', erp.prices],
    ['credit', erp.credit],
    ['pushOrder', erp.order],
    ['cancelOrder', erp.order?.undo],
    ['projects', erp.order?.projects],
    ['upsertCustomer', erp.customer],
    ['pushInvoice', erp.invoice],
    ['pushPayment', erp.payment],
    ['changes', erp.changes],
    ['webhooks', erp.hook],
    ['writeBack', erp.tell],
    ['customFields', erp.fields],
  ]
  return parts.filter(([, part]) => part !== undefined).map(([capability]) => capability)
}

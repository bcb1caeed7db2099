import type { Connector } from '../connector.ts'
import { config } from './config.ts'
import { changes } from './changes.ts'
import { credit } from './credit.ts'
import { customerWrite } from './customer.ts'
import { hook } from './hook.ts'
import { invoiceWrite } from './invoice.ts'
import { MODELS, nativeFields } from './map/custom.ts'
import { orderWrite } from './order.ts'
import { paymentWrite } from './payment.ts'
import { prices } from './prices.ts'
import { customers, invoices, items, orders, payments, quotes, reader } from './read.ts'
import { openOdoo } from './setup.ts'
import { stock } from './stock.ts'

/** Odoo 17 and 18 over JSON-RPC, 19 and later over JSON-2. */
export const odoo: Connector<typeof config> = {
  system: 'odoo',
  name: 'Odoo',
  field: 'odoo',
  role: 'erp',
  config,
  // Odoo itself has no rate limit; its own hosting asks for little at a time.
  limits: { parallel: 4, batch: 500, timeoutMs: 20_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'stock',
    'prices',
    'pushOrder',
    'credit',
    'cancelOrder',
    'upsertCustomer',
    'pushInvoice',
    'pushPayment',
    'changes',
    'webhooks',
    'customFields',
  ],
  manual: {
    pushInvoice:
      'Open the invoice in Accounting, then reset it to draft and cancel it, or add a credit note.',
    pushPayment: 'Open the payment in Accounting, reset it to draft and cancel it.',
    upsertCustomer: 'Open the contact in Odoo and archive it.',
  },
  connect(settings, http) {
    const opened = openOdoo(settings, http)
    return {
      async check() {
        opened.setup.company.forget()
        const [company, version] = await Promise.all([opened.setup.company.get(), opened.version()])
        return { name: company.name, version, currency: company.currency || null }
      },
      items: reader(opened, items),
      customers: reader(opened, customers),
      orders: reader(opened, orders),
      invoices: reader(opened, invoices),
      payments: reader(opened, payments),
      quotes: reader(opened, quotes),
      stock: (asks) => stock(opened, asks),
      prices: (asks) => prices(opened, asks),
      credit: (ids) => credit(opened, ids),
      order: orderWrite(opened),
      customer: customerWrite(opened),
      invoice: invoiceWrite(opened),
      payment: paymentWrite(opened),
      changes: (kind, since) => changes(opened, kind, since),
      fields: async (kind) => nativeFields(await opened.setup.fields(MODELS[kind])),
      hook,
    }
  },
}

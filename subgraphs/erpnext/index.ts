import { z } from 'zod'
import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { type Config, config } from './config.ts'
import { credit } from './credit.ts'
import { DOCTYPES } from './custom.ts'
import { customerWrite } from './customer.ts'
import { invoiceWrite, paymentWrite } from './invoice.ts'
import { invoices, orders, payments, quotes } from './documents.ts'
import { hook } from './hook.ts'
import { customers, items } from './masters.ts'
import { orderWrite } from './order.ts'
import { prices } from './prices.ts'
import type { Connection } from './read.ts'
import { Setup } from './setup.ts'
import { stock } from './stock.ts'
import { ErpError } from '../../schema/errors.ts'

const versions = z.record(z.string(), z.looseObject({ version: z.string().nullish() }))

async function versionOf({ client }: Connection): Promise<string | null> {
  try {
    return (await client.ask('frappe.utils.change_log.get_versions', versions)).erpnext?.version ?? null
  } catch (error) {
    // Only desk users may ask for it; a connection works without.
    if (error instanceof ErpError && ['PERMISSION_DENIED', 'VALIDATION', 'BAD_ANSWER'].includes(error.code))
      return null
    throw error
  }
}

function connect(values: Config, http: Http): Erp {
  const client = new Client(values, http)
  const connection: Connection = { client, setup: new Setup(client, values), config: values }
  return {
    async check() {
      await client.ask('frappe.auth.get_logged_user', z.string())
      const company = await connection.setup.company()
      return { ...company, version: await versionOf(connection) }
    },
    items: items(connection),
    customers: customers(connection),
    orders: orders(connection),
    invoices: invoices(connection),
    payments: payments(connection),
    quotes: quotes(connection),
    stock: (asks) => stock(connection, asks),
    prices: (asks) => prices(connection, asks),
    credit: (names) => credit(connection, names),
    order: orderWrite(connection),
    customer: customerWrite(connection),
    invoice: invoiceWrite(connection),
    payment: paymentWrite(connection),
    changes: (kind, since) => changes(connection, kind, since),
    async fields(kind) {
      const own = await connection.setup.ownFields(DOCTYPES[kind])
      return own.map(({ name, label, type, required, custom, options }) => {
        return { name, label, type, required, custom, options }
      })
    },
    hook: hook(values.timeZone),
  }
}

/** ERPNext 15 and 16 over Frappe's REST v1: https://docs.frappe.io/framework/user/en/api/rest */
export const erpnext: Connector<typeof config> = {
  system: 'erpnext',
  name: 'ErpNext',
  field: 'erpnext',
  role: 'erp',
  config,
  // A site has few web workers (two per processor and one), so little at once.
  limits: { parallel: 4, batch: 500, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'upsertCustomer',
    'pushInvoice',
    'pushPayment',
    'changes',
    'webhooks',
    'customFields',
  ],
  signIn({ url, clientId, clientSecret }) {
    if (!clientId) return null
    return {
      authorizeUrl: `${url}/api/method/frappe.integrations.oauth2.authorize`,
      tokenUrl: `${url}/api/method/frappe.integrations.oauth2.get_token`,
      scopes: ['openid', 'all'],
      clientId,
      clientSecret,
    }
  },
  connect,
}

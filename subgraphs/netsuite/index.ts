import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Company, Connector, Erp } from '../connector.ts'
import { shaped } from '../shape.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { addressOf, config, realmOf } from './config.ts'
import { tokenUrl } from './credentials.ts'
import { OwnFields } from './custom.ts'
import { Customers } from './customer.ts'
import { invoiceSource, orderSource, paymentSource, quoteSource } from './documents.ts'
import { hook } from './hook.ts'
import { Orders } from './order.ts'
import { prices } from './prices.ts'
import { credits, customerSource, itemSource, reader } from './read.ts'
import { Setup } from './setup.ts'
import { stock } from './stock.ts'

/** Oracle NetSuite: SuiteQL for reading, the SuiteTalk REST record API for writing. */
export const netsuite: Connector<typeof config> = {
  system: 'netsuite',
  name: 'NetSuite',
  field: 'netsuite',
  role: 'erp',
  config,
  // The account's limit is shared with every other integration; 4 leaves one place of the smallest tier.
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
    'changes',
    'webhooks',
    'customFields',
  ],
  manual: {
    upsertCustomer: 'Set the customer inactive in NetSuite under Lists > Relationships > Customers.',
  },
  signIn(settings) {
    if (settings.auth.kind !== 'signIn') return null
    const { clientId, clientSecret } = settings.auth
    return {
      authorizeUrl: `${addressOf(settings, 'app')}/app/login/oauth2/authorize.nl`,
      tokenUrl: tokenUrl(settings),
      scopes: ['rest_webservices'],
      clientId,
      clientSecret,
    }
  },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const setup = new Setup(client)
    const own = new OwnFields(client)
    return {
      check: () => check(client, setup),
      items: reader(client, own, itemSource(client, setup)),
      customers: reader(client, own, customerSource(client, setup)),
      orders: reader(client, own, orderSource(client, setup)),
      invoices: reader(client, own, invoiceSource(client, setup)),
      payments: reader(client, own, paymentSource(client, setup)),
      quotes: reader(client, own, quoteSource(client, setup)),
      stock: (asks) => stock(client, asks),
      prices: async (asks) => (asks.length === 0 ? [] : prices(client, setup, asks)),
      credit: (ids) => credits(client, ids),
      order: new Orders(client, setup, own),
      customer: new Customers(client, setup, own),
      changes: (kind, since) => changes(client, setup, kind, since),
      async fields(kind) {
        return (await own.of(kind)).map(({ name, label, type, required, custom, options }) => {
          return { name, label, type, required, custom, options }
        })
      },
      hook,
    }
  },
}

const subsidiary = z.object({ name: z.string() })

async function check(client: Client, setup: Setup): Promise<Company> {
  await setup.clock()
  const base = await setup.base()
  return { name: await companyName(client), version: null, currency: base?.code ?? null }
}

/** The top subsidiary; the account id in accounts that are not OneWorld and therefore have no such table. */
async function companyName(client: Client): Promise<string> {
  try {
    const [row] = await client.rows('SELECT s.name FROM subsidiary s WHERE s.parent IS NULL ORDER BY s.id')
    if (row) return shaped(subsidiary, row, 'A subsidiary').name
  } catch (error) {
    const absent =
      error instanceof ErpError && (error.code === 'VALIDATION' || error.code === 'PERMISSION_DENIED')
    if (!absent) throw error
  }
  return `NetSuite ${realmOf(client.config.account)}`
}

import type { Company, Connector, Erp } from '../connector.ts'
import { Books } from './books.ts'
import { Client } from './client.ts'
import { type Online, config, isOnline } from './config.ts'
import { Debtors } from './debtor.ts'
import { invoiceMaker, paymentMaker } from './postings.ts'
import { credit, customers, invoices } from './read.ts'
import { Uploads } from './upload.ts'

const IMPORT = 'Drop the batch from the import list in DATEV'

/**
 * DATEV: files in its format (EXTF) by the online services, and debtors and open items of DATEVconnect where the
 * company runs it. Accepted is what stands in the adviser's import list: a person imports it.
 */
export const datev: Connector<typeof config> = {
  system: 'datev',
  name: 'Datev',
  field: 'datev',
  role: 'erp',
  config,
  // No rate is published: one upload at a time for a company, polls no faster than Retry-After (client.ts).
  limits: { parallel: 4, batch: 100, timeoutMs: 30_000 },
  capabilities: ['customers', 'invoices', 'credit', 'upsertCustomer', 'pushInvoice', 'pushPayment'],
  manual: {
    pushInvoice: `${IMPORT}, or post it again as a reversal (Generalumkehr) once it was imported.`,
    pushPayment: `${IMPORT}, or post it again as a reversal (Generalumkehr) once it was imported.`,
    upsertCustomer: `${IMPORT}, or remove the debtor in DATEV once it was imported.`,
  },
  signIn: ({ authorizeUrl, tokenUrl, clientId, clientSecret, scopes }) =>
    clientId === undefined
      ? null
      : {
          authorizeUrl,
          tokenUrl,
          clientId,
          clientSecret,
          scopes: scopes.split(' ').filter((scope) => scope !== ''),
        },
  connect(settings, http): Erp {
    const client = isOnline(settings) ? new Client(settings, http) : null
    const books = settings.connectUrl ? new Books(settings, http) : null
    return {
      check: () => check(client, books),
      ...(books && {
        customers: customers(settings, books),
        invoices: invoices(settings, books),
        credit: (ids) => credit(settings, books, ids),
      }),
      ...(client && uploads(client, books)),
    }
  },
}

function uploads(client: Client, books: Books | null): Pick<Erp, 'customer' | 'invoice' | 'payment'> {
  const settings: Online = client.config
  return {
    customer: new Debtors(client, books),
    invoice: new Uploads(client, invoiceMaker(settings, books)),
    payment: new Uploads(client, paymentMaker(settings)),
  }
}

async function check(client: Client | null, books: Books | null): Promise<Company> {
  const online = await client?.company()
  const own = await books?.check()
  return { name: online ?? own ?? 'DATEV', version: null, currency: 'EUR' }
}

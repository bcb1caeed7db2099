import type { Quote } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'

/** Writes quotes that a source told of. */
export async function importQuotes(hub: Hub, open: OpenConnection, quotes: Quote[]): Promise<void> {
  for (const quote of quotes) await importQuote(hub, open, quote)
}

async function importQuote(hub: Hub, open: OpenConnection, quote: Quote): Promise<{ id: string }> {
  const own = [
    quote.number ?? null,
    quote.state ?? 'UNKNOWN',
    quote.nativeStatus ?? null,
    quote.customerName ?? null,
  ]
  const [row] = await rows<{ id: string }>(hub.db.em(), UPSERT_QUOTE, [
    newId('quo'),
    open.tenant,
    open.id,
    quote.id,
    ...own,
  ])
  return row!
}

const UPSERT_QUOTE = `
insert into quote (id, tenant, connection, native_id, number, state, native_status, customer_name)
values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (connection, native_id) do update set number = excluded.number, state = excluded.state,
  native_status = excluded.native_status, customer_name = excluded.customer_name, updated_at = now()
returning id`

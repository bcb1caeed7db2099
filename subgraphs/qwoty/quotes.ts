import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Quote, Read } from '../connector.ts'
import type { Json } from '../json.ts'
import type { Vault } from '../http.ts'
import { shaped } from '../shape.ts'
import { type Client, segment } from './client.ts'
import type { Config } from './config.ts'
import type { Customers } from './customer.ts'
import { eachOnce, finds, isRow, Known } from './known.ts'
import type { Products } from './products.ts'
import { toQuote } from './quote.ts'
import { type NativeCustomer, type NativeQuote, type Product, quote } from './shapes.ts'

function productIds({ pricing_table: { sections } }: NativeQuote): Id[] {
  return (sections ?? []).flatMap(({ phases }) =>
    (phases ?? []).flatMap(({ line_items: lines }) =>
      (lines ?? []).flatMap(({ product }) => product?.product_id ?? []),
    ),
  )
}

/** A quote by its id; its path is singular, unlike every other one. */
async function nativeQuote(client: Client, id: Id): Promise<NativeQuote | null> {
  const path = segment(id)
  const row = path === null ? null : await client.row('quote', `/quote/${path}`)
  return row === null ? null : shaped(quote, (row as { quote?: Json }).quote, 'A quote of Qwoty')
}

/** A quote with what was found for it; what could not be read of its products or customer is its error. */
function toAnswer(
  row: NativeQuote,
  found: Map<Id, Product | ErpError>,
  buyer: Answer<NativeCustomer>,
  config: Config,
): Answer<Quote> {
  const own = new Map<Id, Product>()
  for (const id of productIds(row)) {
    const product = found.get(id)
    if (product instanceof ErpError) return product
    if (product) own.set(id, product)
  }
  if (buyer instanceof ErpError) return buyer
  const { quote: mapped, problem } = toQuote(row, { products: own, customer: buyer }, config)
  return mapped.state === 'ACCEPTED' && problem ? problem : mapped
}

/**
 * Opens the quotes of a workspace. An accepted quote whose prices are not all told is an error in its row, so
 * that nobody orders it at the ERP's prices. https://docs.qwoty.io/llms.txt
 */
export function openQuotes(
  client: Client,
  config: Config,
  vault: Vault,
  { products, customers }: { products: Products; customers: Customers },
): Read<Quote> {
  const known = new Known(vault, 'quotes', config.quotes)

  async function byId(ids: Id[]): Promise<Answer<Quote>[]> {
    const natives = await eachOnce(ids, (id) => nativeQuote(client, id))
    const rows = natives.filter(isRow)
    const [found, buyers] = await Promise.all([
      products.ofLines(rows.flatMap(productIds)),
      customers.ofQuotes(rows.map(({ customer }) => customer.id)),
    ])
    const buyer = new Map(rows.map((row, index) => [row.customer.id, buyers[index] ?? null]))
    await known.meet(rows.map(({ id }) => id))
    return natives.map((row) => {
      if (!isRow(row)) return row
      return toAnswer(row, found, buyer.get(row.customer.id) ?? null, config)
    })
  }
  return {
    byId,
    list: (ask) =>
      known.page(ask, byId, ({ number, title, customerName, customerEmail }) =>
        finds(ask.search, number, title, customerName, customerEmail),
      ),
  }
}

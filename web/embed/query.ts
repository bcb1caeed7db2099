/** What one element asks. Elements that ask the same share one answer. */
export interface Ask {
  kind: 'availability' | 'price'
  sku: string
  customer: string | null
  /** Decimal text. Of an availability it is not asked, only compared. */
  quantity: string | null
  connection: string | null
  unit: string | null
  /** Nothing older; null: as the server keeps it. */
  maxAgeMs: number | null
}

/** A GraphQL request that answers some asks, and where in the answer each of them is found. */
export interface Request {
  query: string
  variables: Record<string, unknown>
  places: { ask: Ask; slot: string; index: number }[]
}

const ANSWER = 'connection status asOf ageMs unit problem { code retryAfterMs }'

/**
 * How many questions of each kind a document has room for; a question is one set of terms for many SKUs. A
 * document has one of few texts, so that the server plans each once and an operator can allow exactly these;
 * the room that is not needed asks for no SKU. The largest has 16 aliases, below the server's limits.
 */
const ROOMS = {
  availability: [0, 1, 4],
  price: [0, 1, 4, 12],
} as const
const SKUS = 100

function stockSlot(n: number): string {
  return `s${n}: products(skus: $s${n}, customer: $s${n}u) { nodes { sku unit price { connection }
    stock(connections: $s${n}c, maxAgeMs: $s${n}a) { available incoming complete missing
      answers { ${ANSWER} available incoming } } } }`
}

function priceSlot(n: number): string {
  return `p${n}: products(skus: $p${n}, customer: $p${n}u) { nodes { sku unit
    price(quantity: $p${n}q, unit: $p${n}n, connection: $p${n}c, maxAgeMs: $p${n}a) { ${ANSWER}
      unitPrice { amount currency } listPrice { amount currency } priceQuantity taxIncluded source } } }`
}

/** The text of a document with room for so many questions. */
export function documentOf(availability: number, price: number): string {
  const stocks = Array.from({ length: availability }, (_, n) => n)
  const prices = Array.from({ length: price }, (_, n) => n)
  const variables = [
    ...stocks.map((n) => `$s${n}: [ID!]!, $s${n}u: ID, $s${n}c: [ID!], $s${n}a: Int`),
    ...prices.map(
      (n) => `$p${n}: [ID!]!, $p${n}u: ID, $p${n}q: Decimal!, $p${n}n: UnitCode, $p${n}c: ID, $p${n}a: Int`,
    ),
  ]
  return `query Embed(${variables.join(', ')}) { ${[...stocks.map(stockSlot), ...prices.map(priceSlot)].join(' ')} }`
}

/** Every document that the elements ever send. */
export const DOCUMENTS: string[] = ROOMS.availability
  .flatMap((availability) => ROOMS.price.map((price) => [availability, price] as const))
  .filter(([availability, price]) => availability + price > 0)
  .map(([availability, price]) => documentOf(availability, price))

/** The terms of an ask without its SKU: asks with the same terms are one question. */
function termsOf({ kind, customer, quantity, connection, unit, maxAgeMs }: Ask): string {
  const own = kind === 'price' ? [quantity, unit] : []
  return JSON.stringify([kind, customer, connection, maxAgeMs, ...own])
}

/** What makes two asks the same. */
export function keyOf(ask: Ask): string {
  return `${ask.sku}\n${termsOf(ask)}`
}

function variablesOf(slot: string, skus: string[], ask: Ask | undefined): Record<string, unknown> {
  const isStock = slot.startsWith('s')
  const connection = ask?.connection ?? null
  return {
    [slot]: skus,
    [`${slot}u`]: ask?.customer ?? null,
    [`${slot}c`]: isStock && connection !== null ? [connection] : connection,
    [`${slot}a`]: ask?.maxAgeMs ?? null,
    ...(isStock ? {} : { [`${slot}q`]: ask?.quantity ?? '1', [`${slot}n`]: ask?.unit ?? null }),
  }
}

function alike(asks: Ask[]): Ask[][] {
  const groups = new Map<string, Ask[]>()
  for (const ask of asks) groups.set(termsOf(ask), [...(groups.get(termsOf(ask)) ?? []), ask])
  return [...groups.values()]
}

/** Cuts asks into as few requests as the server's limits on size allow; equal asks are asked once. */
export function requestsFor(asks: Ask[]): Request[] {
  const distinct = [...new Map(asks.map((ask) => [keyOf(ask), ask])).values()]
  const questions = { availability: [] as Ask[][], price: [] as Ask[][] }
  for (const same of alike(distinct))
    for (let from = 0; from < same.length; from += SKUS)
      questions[same[0]!.kind].push(same.slice(from, from + SKUS))
  const requests: Request[] = []
  while (questions.availability.length + questions.price.length > 0)
    requests.push(
      requestOf(
        questions.availability.splice(0, ROOMS.availability.at(-1)),
        questions.price.splice(0, ROOMS.price.at(-1)),
      ),
    )
  return requests
}

function requestOf(availability: Ask[][], price: Ask[][]): Request {
  const rooms = [availability, price].map(({ length }, kind) => {
    const sizes: readonly number[] = kind === 0 ? ROOMS.availability : ROOMS.price
    return sizes.find((size) => size >= length) ?? 0
  }) as [number, number]
  const slots = [
    ...Array.from({ length: rooms[0] }, (_, n) => [`s${n}`, availability[n] ?? []] as const),
    ...Array.from({ length: rooms[1] }, (_, n) => [`p${n}`, price[n] ?? []] as const),
  ]
  const variables = slots.map(([slot, own]) =>
    variablesOf(
      slot,
      own.map(({ sku }) => sku),
      own[0],
    ),
  )
  return {
    query: documentOf(...rooms),
    variables: Object.assign({}, ...variables) as Record<string, unknown>,
    places: slots.flatMap(([slot, own]) => own.map((ask, index) => ({ ask, slot, index }))),
  }
}

/** A product of the demo company. Amounts and quantities are decimal text, prices in EUR net. */
export interface DemoProduct {
  sku: string
  name: string
  description: string
  /** UN/ECE Rec 20. */
  unit: 'H87' | 'KGM' | 'MTR' | 'LTR' | 'HUR'
  category: string
  listPrice: string
  cost: string
  barcode: string
  minimum: string
  leadDays: number
  stock: { warehouse: string; onHand: string; reserved: string; incoming: string }[]
}

/** A customer of the demo company. */
export interface DemoCustomer {
  number: string
  name: string
  email: string
  phone: string
  taxId: string
  country: string
  currency: 'EUR' | 'USD'
  street: string
  postalCode: string
  city: string
  group: 'retail' | 'wholesale' | 'key'
  termsDays: number
  creditLimit: string
}

/** From these quantities on, this customer (null: its group) pays this net unit price in `currency`. */
export interface DemoAgreement {
  customer: string | null
  group: DemoCustomer['group'] | null
  currency: 'EUR' | 'USD'
  sku: string
  tiers: { minimum: string; price: string }[]
}

/** An order or invoice that already stands in the ERP. */
export interface DemoDocument {
  number: string
  customer: string
  on: string
  state: 'open' | 'delivered' | 'invoiced' | 'cancelled'
  lines: { sku: string; quantity: string; price: string }[]
}

/** The demo company: the same products and customers in every system, its own stock figures in each. */
export interface Demo {
  company: string
  currency: 'EUR'
  /** USD for one EUR. */
  usdRate: string
  warehouses: { code: string; name: string }[]
  products: DemoProduct[]
  customers: DemoCustomer[]
  agreements: DemoAgreement[]
  orders: DemoDocument[]
}

const FAMILIES: [string, string, DemoProduct['unit'], string, number][] = [
  ['DESK', 'Schreibtisch', 'H87', 'Möbel', 250],
  ['CHAIR', 'Bürostuhl', 'H87', 'Möbel', 120],
  ['SHELF', 'Regal', 'H87', 'Möbel', 80],
  ['LAMP', 'Leuchte ✨', 'H87', 'Licht', 45],
  ['CABLE', 'Kabel Ø 3 mm', 'MTR', 'Elektrik', 2],
  ['PAINT', 'Farbe weiß', 'LTR', 'Werkstatt', 12],
  ['SCREW', 'Schraube M6 größe', 'KGM', 'Werkstatt', 9],
  ['PUMP', 'Circulation pump', 'H87', 'Technik', 249],
  ['VALVE', 'Ventil ½″', 'H87', 'Technik', 31],
  ['FIT', 'Montage', 'HUR', 'Dienste', 78],
]
const SIZES = [
  60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300, 320, 340, 360, 380, 400, 420, 440,
]
const TOWNS: [string, string, string, string][] = [
  ['DE', '10115', 'Berlin', 'Hauptstraße'],
  ['DE', '80331', 'München', 'Müllerstraße'],
  ['AT', '1010', 'Wien', 'Am Graben'],
  ['FR', '44000', 'Nantes', 'Rue du Port'],
  ['US', '60601', 'Chicago', 'Lake Street'],
  ['US', '94105', 'San Francisco', 'Market Street'],
]
const NAMES = [
  'Acme',
  'Harbour Works',
  'Müller & Söhne',
  'Nordwind',
  'Électro Sud',
  'Blue Ridge',
  'Kranich',
  'Şahin Tekstil',
  'Óbidos',
  'Zephyr',
]
const FORMS = ['GmbH', 'Ltd', 'AG', 'SARL', 'Inc', 'KG']

/** A small repeatable random source (mulberry32), so that every start shows the same figures. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Cents as decimal text: 21250 is "212.50". */
function cents(value: number): string {
  const whole = Math.round(value)
  return `${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, '0')}`
}

const WAREHOUSES = [
  { code: 'MAIN', name: 'Hauptlager Berlin' },
  { code: 'SOUTH', name: 'Lager Süd' },
  { code: 'US', name: 'Chicago' },
]

function stockOf(unit: string, next: () => number): DemoProduct['stock'] {
  if (unit === 'HUR') return []
  return WAREHOUSES.map(({ code }) => {
    const onHand = Math.floor(next() * 120)
    return {
      warehouse: code,
      onHand: String(onHand),
      reserved: String(Math.floor(onHand * next() * 0.4)),
      incoming: next() > 0.6 ? String(10 + Math.floor(next() * 50)) : '0',
    }
  })
}

function products(seed: number): DemoProduct[] {
  const next = random(seed)
  return FAMILIES.flatMap(([code, name, unit, category, base], family) =>
    SIZES.map((size, index) => {
      const price = base * 100 * (0.6 + index * 0.08)
      return {
        sku: `${code}-${size}`,
        name: `${name} ${size}`,
        description: `${name} ${size}, ${category}`,
        unit,
        category,
        listPrice: cents(price),
        cost: cents(price * 0.56),
        barcode: `400638${String(family * 100 + index).padStart(7, '0')}`,
        minimum: unit === 'MTR' ? '10' : '1',
        leadDays: 2 + ((family + index) % 12),
        stock: stockOf(unit, next),
      }
    }),
  )
}

function customers(): DemoCustomer[] {
  return Array.from({ length: 60 }, (_, index) => {
    const [country, postalCode, city, street] = TOWNS[index % TOWNS.length]!
    const name = `${NAMES[index % NAMES.length]} ${FORMS[Math.floor(index / 10) % FORMS.length]}`
    return {
      number: `C-${10001 + index}`,
      name,
      email: `einkauf${index + 1}@kunde${index + 1}.example`,
      phone: country === 'US' ? `+1312555${String(1000 + index)}` : `+4930${String(1000000 + index)}`,
      taxId:
        country === 'US'
          ? `36-${String(1000000 + index * 37)}`
          : `${country}${String(100000000 + index * 7919)}`,
      country,
      currency: country === 'US' ? 'USD' : 'EUR',
      street: `${street} ${index + 1}`,
      postalCode,
      city,
      group: index % 10 === 0 ? 'key' : index % 3 === 0 ? 'wholesale' : 'retail',
      termsDays: [14, 30, 60][index % 3]!,
      creditLimit: String(5000 + index * 1000),
    }
  })
}

function agreements(items: DemoProduct[], people: DemoCustomer[]): DemoAgreement[] {
  const price = (item: DemoProduct, share: number, currency: 'EUR' | 'USD') =>
    cents(Number(item.listPrice) * 100 * share * (currency === 'USD' ? 1.08 : 1))
  const wholesale = items.flatMap((item) =>
    (['EUR', 'USD'] as const).map((currency): DemoAgreement => ({
      customer: null,
      group: 'wholesale',
      currency,
      sku: item.sku,
      tiers: [
        { minimum: '1', price: price(item, 0.92, currency) },
        { minimum: '10', price: price(item, 0.88, currency) },
        { minimum: '50', price: price(item, 0.82, currency) },
      ],
    })),
  )
  const own = people
    .filter((customer) => customer.group === 'key')
    .flatMap((customer) =>
      items
        .filter((_, index) => index % 2 === 0)
        .map((item): DemoAgreement => ({
          customer: customer.number,
          group: null,
          currency: customer.currency,
          sku: item.sku,
          tiers: [
            { minimum: '1', price: price(item, 0.85, customer.currency) },
            { minimum: '25', price: price(item, 0.78, customer.currency) },
          ],
        })),
    )
  return [...own, ...wholesale]
}

function orders(items: DemoProduct[], people: DemoCustomer[]): DemoDocument[] {
  const states: DemoDocument['state'][] = ['open', 'delivered', 'invoiced', 'open', 'cancelled']
  return Array.from({ length: 30 }, (_, index) => ({
    number: String(index + 1),
    customer: people[index % people.length]!.number,
    on: `2026-11-${String(1 + (index % 19)).padStart(2, '0')}`,
    state: states[index % states.length]!,
    lines: [0, 1].map((offset) => {
      const item = items[(index * 7 + offset * 31) % items.length]!
      return { sku: item.sku, quantity: String(1 + index), price: item.listPrice }
    }),
  }))
}

/** The demo company with 200 products, 60 customers, 3 warehouses; `seed` varies the stock figures only. */
export function demo(seed: number): Demo {
  const items = products(seed)
  const people = customers()
  return {
    company: 'Nordlicht Handel GmbH',
    currency: 'EUR',
    usdRate: '1.08',
    warehouses: WAREHOUSES,
    products: items,
    customers: people,
    agreements: agreements(items, people),
    orders: orders(items, people),
  }
}

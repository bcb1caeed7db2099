/** What users read, in one language. Figures and times come in formatted. */
export interface Words {
  asking: string
  inStock(amount: string): string
  atLeast(amount: string): string
  onlySome(amount: string, wanted: string): string
  outOfStock: string
  /** None where somebody answered; others did not. */
  noneFound: string
  stockUnknown: string
  priceUnknown: string
  incoming(amount: string): string
  missing(count: number, of: number): string
  per(unit: string): string
  quantity(amount: string): string
  insteadOf: string
  withTax: string
  plusTax: string
  LIVE(time: string): string
  CACHED(time: string): string
  STALE(time: string): string
  UNAVAILABLE: string
  /** By code, of what an article is named. */
  failures: Record<string, (sku: string) => string>
  noStock: string
  noPrice: string
}

const ENGLISH: Words = {
  asking: 'Asking…',
  inStock: (amount) => `${amount} in stock`,
  atLeast: (amount) => `At least ${amount} in stock`,
  onlySome: (amount, wanted) => `Only ${amount} of ${wanted} in stock`,
  outOfStock: 'Out of stock',
  noneFound: 'None found in stock so far',
  stockUnknown: 'Stock is not known',
  priceUnknown: 'Price is not known',
  incoming: (amount) => `${amount} on the way`,
  missing: (count, of) => `${count} of ${of} systems ${count === 1 ? 'does' : 'do'} not answer`,
  per: (unit) => `per ${unit}`,
  quantity: (amount) => `for ${amount}`,
  insteadOf: 'instead of',
  withTax: 'incl. tax',
  plusTax: 'plus tax',
  LIVE: (time) => `Live, ${time}`,
  CACHED: (time) => `As of ${time}`,
  STALE: (time) => `Outdated, as of ${time}`,
  UNAVAILABLE: 'Unavailable; we keep trying',
  failures: {
    NO_KEY: () => 'This page has no key to ask with.',
    UNAUTHENTICATED: () => 'The key of this page is not valid.',
    FORBIDDEN: () => 'The key of this page may not read this.',
    INVALID_CUSTOMER: () => 'This customer is not known here.',
    NOT_FOUND: (sku) => `There is no article ${sku}.`,
    INVALID_ITEM: (sku) => `Article ${sku} is not sold here.`,
    NO_SKU: () => 'No article is named.',
    QUANTITY: () => 'The quantity must be a number above zero.',
    UNIT: () => 'The unit is not known.',
  },
  noStock: 'Stock cannot be read right now',
  noPrice: 'Price cannot be read right now',
}

const GERMAN: Words = {
  asking: 'Wird abgefragt …',
  inStock: (amount) => `${amount} auf Lager`,
  atLeast: (amount) => `Mindestens ${amount} auf Lager`,
  onlySome: (amount, wanted) => `Nur ${amount} von ${wanted} auf Lager`,
  outOfStock: 'Nicht auf Lager',
  noneFound: 'Bisher kein Bestand gefunden',
  stockUnknown: 'Bestand nicht bekannt',
  priceUnknown: 'Preis nicht bekannt',
  incoming: (amount) => `${amount} unterwegs`,
  missing: (count, of) => `${count} von ${of} Systemen ${count === 1 ? 'antwortet' : 'antworten'} nicht`,
  per: (unit) => `je ${unit}`,
  quantity: (amount) => `bei ${amount}`,
  insteadOf: 'statt',
  withTax: 'inkl. MwSt.',
  plusTax: 'zzgl. MwSt.',
  LIVE: (time) => `Live, ${time}`,
  CACHED: (time) => `Stand ${time}`,
  STALE: (time) => `Veraltet, Stand ${time}`,
  UNAVAILABLE: 'Nicht erreichbar; wird weiter versucht',
  failures: {
    NO_KEY: () => 'Diese Seite hat keinen Schlüssel für Abfragen.',
    UNAUTHENTICATED: () => 'Der Schlüssel dieser Seite ist nicht gültig.',
    FORBIDDEN: () => 'Der Schlüssel dieser Seite darf das nicht lesen.',
    INVALID_CUSTOMER: () => 'Dieser Kunde ist hier nicht bekannt.',
    NOT_FOUND: (sku) => `Der Artikel ${sku} ist nicht bekannt.`,
    INVALID_ITEM: (sku) => `Der Artikel ${sku} wird hier nicht verkauft.`,
    NO_SKU: () => 'Es ist kein Artikel genannt.',
    QUANTITY: () => 'Die Menge muss eine Zahl über null sein.',
    UNIT: () => 'Die Einheit ist nicht bekannt.',
  },
  noStock: 'Bestand gerade nicht abrufbar',
  noPrice: 'Preis gerade nicht abrufbar',
}

/** The texts of a language; English where there are none. */
export function wordsOf(isGerman: boolean): Words {
  return isGerman ? GERMAN : ENGLISH
}

/** ERPNext's own units (they are texts that a site may add to) as UN/ECE Rec 20. */
const UNITS: Record<string, string> = {
  Nos: 'H87',
  Unit: 'C62',
  Pair: 'PR',
  Set: 'SET',
  Box: 'BX',
  Kg: 'KGM',
  Gram: 'GRM',
  Tonne: 'TNE',
  Pound: 'LBR',
  Meter: 'MTR',
  Centimeter: 'CMT',
  Millimeter: 'MMT',
  Foot: 'FOT',
  Inch: 'INH',
  'Square Meter': 'MTK',
  'Cubic Meter': 'MTQ',
  Litre: 'LTR',
  Millilitre: 'MLT',
  Minute: 'MIN',
  Hour: 'HUR',
  Day: 'DAY',
  Week: 'WEE',
  Month: 'MON',
  Percent: 'P1',
}

/** A unit as Rec 20; null where neither the operator nor we have a code for it. */
export function unitCode(native: string | null | undefined, own: Record<string, string>): string | null {
  return (native && (own[native] ?? UNITS[native])) || null
}

/** Countries that ERPNext names in another way than the Unicode tables do. */
const COUNTRIES: Record<string, string> = {
  'Korea, Republic of': 'KR',
  'Russian Federation': 'RU',
  'Viet Nam': 'VN',
  'Moldova, Republic of': 'MD',
  'Tanzania, United Republic of': 'TZ',
  'Iran, Islamic Republic of': 'IR',
  'Syrian Arab Republic': 'SY',
  'Venezuela, Bolivarian Republic of': 'VE',
  'Bolivia, Plurinational State of': 'BO',
  'Macedonia, the former Yugoslav Republic of': 'MK',
  'Czech Republic': 'CZ',
  Turkey: 'TR',
  'Hong Kong': 'HK',
  Macao: 'MO',
}
const REGIONS = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const NAMED = new Map([
  ...LETTERS.flatMap((a) => LETTERS.map((b) => a + b)).flatMap((code): [string, string][] => {
    const name = REGIONS.of(code)
    return name ? [[name, code]] : []
  }),
  ...Object.entries(COUNTRIES),
])

/** A country's name as ISO 3166-1 alpha-2; null for an unknown one. */
export function countryCode(name: string | null | undefined): string | null {
  return (name && NAMED.get(name)) || null
}

/** The name under which ERPNext keeps a country; null where we know none. */
export function countryName(code: string | null | undefined): string | null {
  if (!code) return null
  const own = Object.entries(COUNTRIES).find(([, known]) => known === code)
  return own?.[0] ?? REGIONS.of(code) ?? null
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
}

/** HTML, which ERPNext puts into messages and long texts, as plain text. */
export function plainText(html: string): string {
  return html
    .replace(/<(br|\/p|\/div|\/li)\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replace(/[ \t]+/g, ' ')
    .trim()
}

/** A person's text for a field that ERPNext shows as HTML. */
export function asHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replaceAll('\n', '<br>')
}

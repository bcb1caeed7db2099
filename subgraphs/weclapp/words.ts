/** Names of units as German and English tenants have them, as UN/ECE Rec 20. */
const UNITS: Record<string, string> = {
  'stk.': 'H87',
  stk: 'H87',
  stück: 'H87',
  piece: 'H87',
  pcs: 'H87',
  'pcs.': 'H87',
  paar: 'PR',
  set: 'SET',
  kg: 'KGM',
  g: 'GRM',
  t: 'TNE',
  m: 'MTR',
  cm: 'CMT',
  mm: 'MMT',
  'm²': 'MTK',
  qm: 'MTK',
  'm³': 'MTQ',
  l: 'LTR',
  ltr: 'LTR',
  'ltr.': 'LTR',
  ml: 'MLT',
  min: 'MIN',
  'min.': 'MIN',
  'std.': 'HUR',
  std: 'HUR',
  stunde: 'HUR',
  stunden: 'HUR',
  h: 'HUR',
  tag: 'DAY',
  tage: 'DAY',
  monat: 'MON',
  jahr: 'ANN',
}

/** A unit as Rec 20; null where neither the operator nor we have a code for it. */
export function unitCode(native: string | null | undefined, own: Record<string, string>): string | null {
  return (native && (own[native] ?? UNITS[native.toLowerCase()])) || null
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }

/** HTML, in which weclapp keeps long texts, as plain text. */
export function plainText(html: string | null): string | null {
  const text = html
    ?.replace(/<(br|\/p|\/div|\/li)\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .trim()
  return text || null
}

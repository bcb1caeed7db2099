/** Units as German firms write them, as UN/ECE Rec 20; Lexware keeps any text. */
const UNITS: Record<string, string> = {
  stück: 'H87',
  stk: 'H87',
  'stk.': 'H87',
  piece: 'H87',
  paar: 'PR',
  set: 'SET',
  kg: 'KGM',
  kilogramm: 'KGM',
  g: 'GRM',
  t: 'TNE',
  m: 'MTR',
  meter: 'MTR',
  cm: 'CMT',
  mm: 'MMT',
  'm²': 'MTK',
  qm: 'MTK',
  'm³': 'MTQ',
  l: 'LTR',
  liter: 'LTR',
  minute: 'MIN',
  std: 'HUR',
  'std.': 'HUR',
  stunde: 'HUR',
  stunden: 'HUR',
  h: 'HUR',
  tag: 'DAY',
  tage: 'DAY',
  monat: 'MON',
  jahr: 'ANN',
  pauschal: 'E50',
}

/** A unit as Rec 20; null where neither the operator nor we have a code for it. */
export function unitCode(native: string | null, own: Record<string, string>): string | null {
  return (native && (own[native] ?? UNITS[native.toLowerCase()])) || null
}

const MARK = /^Ref: (\S+)[ \t]*$/gm

/** The line that keeps our reference; Lexware has no field for it, so it stands in free text. */
export function markOf(ref: string): string {
  return `Ref: ${ref}`
}

/** Our reference out of a free text: the last such line, because we write ours below what a user wrote. */
export function refIn(text: string | null): string | null {
  return [...(text ?? '').matchAll(MARK)].at(-1)?.[1] ?? null
}

/** A free text without the line that keeps our reference. */
export function withoutRef(text: string | null): string | null {
  const ref = refIn(text)
  if (text === null || ref === null) return text
  const at = text.lastIndexOf(markOf(ref))
  return `${text.slice(0, at)}${text.slice(at + markOf(ref).length)}`.trim() || null
}

const ORDERED = 'Ihre Bestellnummer: '

/** The sentence under which the customer's own order number stands on the document. */
export function orderedUnder(number: string): string {
  return `${ORDERED}${number}`
}

/** The customer's own order number out of the introduction of a document. */
export function orderNumberIn(introduction: string | null): string | null {
  return introduction?.startsWith(ORDERED) ? introduction.slice(ORDERED.length) || null : null
}

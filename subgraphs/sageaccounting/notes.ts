import { ErpError } from '../../schema/errors.ts'

/** What a document says in its notes, because Sage has no field for it. */
export interface Notes {
  purchaseOrderNumber: string | null
  requestedDelivery: string | null
  paymentTerms: string | null
  note: string | null
}

const MARKS: [Exclude<keyof Notes, 'note'>, string][] = [
  ['purchaseOrderNumber', 'Purchase order: '],
  ['requestedDelivery', 'Delivery date: '],
  ['paymentTerms', 'Payment terms: '],
]

/** The notes of a document: one line for each thing that has no field, then the note itself; null without any. */
export function writeNotes(notes: Partial<Notes>): string | null {
  const lines = MARKS.flatMap(([name, mark]) => {
    const text = notes[name]
    if (!text) return []
    if (/[\r\n]/.test(text)) throw new ErpError('VALIDATION', 'This must be one line.', { field: name })
    return [`${mark}${text}`]
  })
  return [lines.join('\n'), notes.note].filter(Boolean).join('\n\n') || null
}

/** What stands in the notes of a document. */
export function readNotes(text: string | null | undefined): Notes {
  const found: Notes = { purchaseOrderNumber: null, requestedDelivery: null, paymentTerms: null, note: null }
  const lines = (text ?? '').split('\n')
  for (;;) {
    const [name, mark = ''] = MARKS.find(([, start]) => lines[0]?.startsWith(start)) ?? []
    if (!name || found[name] !== null) break
    found[name] = lines.shift()?.slice(mark.length).trim() || null
  }
  const day = found.requestedDelivery
  if (day !== null && !/^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])$/.test(day)) found.requestedDelivery = null
  return { ...found, note: lines.join('\n').trim() || null }
}

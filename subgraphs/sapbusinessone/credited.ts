import type { Invoice } from '../connector.ts'
import { shaped } from '../shape.ts'
import { creditNoteOf } from './documents.ts'
import { type Source, document } from './read.ts'
import { invoice } from './shapes.ts'

/** In front of the key of a credit note, because credit notes are counted apart from invoices. */
export const CREDIT_NOTE = 'creditnote:'

/** Credit notes to customers; they have the fields of invoices. */
export const creditNotes: Source<Invoice> = {
  ...document,
  set: 'CreditNotes',
  select: Object.keys(invoice.shape),
  map: (row, context) => creditNoteOf(shaped(invoice, row, 'A credit note'), context),
}

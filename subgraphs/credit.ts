import { ErpError } from '../schema/errors.ts'
import type { InvoiceInput } from './connector.ts'

/** Refuses a credit note with NOT_SUPPORTED, so that it is never booked as an invoice; `erp` is what people call it. */
export function mustBeInvoice({ type }: Pick<InvoiceInput, 'type'>, erp: string): void {
  if ((type ?? 'INVOICE') === 'INVOICE') return
  throw new ErpError('NOT_SUPPORTED', `Credit notes are made in ${erp} itself.`, { field: 'type' })
}

import { type Row, guid, num } from './answers.ts'

const TYPES = ['ACCRECCREDIT', 'ACCRECCREDIT', 'ACCPAYCREDIT']

/** Credit notes for goods that were billed: the first one is used up, and one of a supplier stands among them. */
export function creditNotes(invoices: Row[]): Row[] {
  const billed = invoices.filter(({ Status }) => Status === 'PAID' || Status === 'AUTHORISED')
  const made = billed.slice(0, TYPES.length)
  return made.map(({ Contact, Date: date, LineItems, SubTotal, TotalTax, Total }, index) => ({
    Type: TYPES[index],
    CreditNoteID: guid(`CreditNotes ${index + 1}`),
    CreditNoteNumber: `CN-${String(index + 1).padStart(4, '0')}`,
    Reference: '',
    Contact,
    Date: date,
    Status: index === 0 ? 'PAID' : 'AUTHORISED',
    LineAmountTypes: 'Exclusive',
    LineItems,
    SubTotal,
    TotalTax,
    Total,
    CurrencyCode: 'EUR',
    CurrencyRate: num('1.0'),
    RemainingCredit: index === 0 ? num('0.00') : Total,
    Allocations: [],
    HasErrors: false,
  }))
}

import Big from 'big.js'
import type { SandboxAnswer } from '../../sandbox.ts'
import { type Row, envelope, invalid, num, stamp, textOf } from './answers.ts'
import { settle } from './parties.ts'
import { type Store, cents } from './store.ts'

interface Wanted {
  given: Row
  invoice: Row | undefined
  amount: Big
  faults: string[]
}

/** What is wrong with an allocation; `due` and `left` are what the ones before it leave of invoice and note. */
function faultsOf(given: Row, invoice: Row | undefined, { due, left }: { due: Big; left: Big }): string[] {
  const amount = new Big(textOf(given.Amount))
  return [
    ...(invoice ? [] : ['Invoice could not be found']),
    ...(invoice && invoice.Status !== 'AUTHORISED'
      ? ['Allocations can only be made against Authorised documents']
      : []),
    ...(amount.gt(0) ? [] : ['Amount must be greater than zero']),
    ...(amount.gt(due) ? ['Payment amount exceeds the amount outstanding on this document'] : []),
    ...(amount.gt(left) ? ['Amount exceeds the remaining credit of this credit note'] : []),
    ...(/^\d{4}-\d\d-\d\d$/.test(String(given.Date)) ? [] : ['Date must be specified']),
  ]
}

/** The allocations that are wished for, each as those before it leave it. */
function wanted(store: Store, note: Row, all: Row[]): Wanted[] {
  const dues = new Map<Row | undefined, Big>()
  let left = note.Status === 'AUTHORISED' ? new Big(textOf(note.RemainingCredit)) : new Big(0)
  return all.map((given) => {
    const invoice = store.get('Invoices', String((given.Invoice as Row | undefined)?.InvoiceID))
    const amount = new Big(textOf(given.Amount))
    const due = dues.get(invoice) ?? new Big(textOf(invoice?.AmountDue))
    const faults = faultsOf(given, invoice, { due, left })
    dues.set(invoice, due.minus(amount))
    left = left.minus(amount)
    return { given, invoice, amount, faults }
  })
}

/** Takes a credit off invoices, all of them or none; it lowers what is due and is no payment. */
export function allocate(store: Store, note: Row, all: Row[]): SandboxAnswer {
  const rows = wanted(store, note, all)
  const bad = rows.filter(({ faults }) => faults.length > 0)
  if (bad.length > 0)
    return invalid(
      bad.map(({ given, faults }) => ({
        ...given,
        ValidationErrors: faults.map((Message) => ({ Message })),
      })),
    )
  const { CreditNoteID, CreditNoteNumber } = note
  const made = rows.map(({ given, invoice = {}, amount }): Row => {
    const credit = { CreditNoteID, CreditNoteNumber, AppliedAmount: num(cents(amount)) }
    invoice.CreditNotes = [...((invoice.CreditNotes as Row[] | undefined) ?? []), credit]
    settle(store, invoice, { credited: amount })
    const { InvoiceID, InvoiceNumber } = invoice
    return {
      AllocationID: store.nextId('Allocations'),
      Amount: num(cents(amount)),
      Date: stamp(Date.parse(String(given.Date))),
      Invoice: { InvoiceID, InvoiceNumber },
    }
  })
  const left = rows.reduce((rest, { amount }) => rest.minus(amount), new Big(textOf(note.RemainingCredit)))
  note.Allocations = [...(note.Allocations as Row[]), ...made]
  note.RemainingCredit = num(cents(left))
  if (left.eq(0)) note.Status = 'PAID'
  store.put('CreditNotes', note)
  return envelope(
    'Allocations',
    made.map((one) => ({ ...one, CreditNote: { CreditNoteID } })),
  )
}

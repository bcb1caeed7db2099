import type { Num } from '../../exact.ts'
import { Answered } from '../../refusal.ts'
import { midnight } from '../time.ts'
import { type VoucherBody, bodyOf, firstWrong, voucher } from './body.ts'
import type { Doc } from './documents.ts'
import { legacy } from './refuse.ts'
import type { Row, Store } from './store.ts'

type Voucher = Row & VoucherBody & { version: Num }

/** POST of a voucher; two with one number are not refused: https://developers.lexware.io/docs/ (vouchers) */
export function create(store: Store, text: string): Row {
  const body = bodyOf(text)
  if (!body) throw new Answered(legacy(400, 'malformed_json', 'body'))
  const wrong = firstWrong(voucher, body)
  if (wrong) throw new Answered(legacy(406, wrong.missing ? 'missing_entity' : 'invalid_value', wrong.field))
  const { version: _, ...checked } = voucher.parse(body)
  if (!store.find('contacts', checked.contactId))
    throw new Answered(legacy(406, 'missing_entity', 'contactId'))
  return store.insert('vouchers', checked)
}

/** A voucher with the words in which the voucher list and the payments know it. */
export function asDoc(store: Store, row: Row): { doc: Doc; type: string } {
  const { contactId, totalGrossAmount, voucherDate, dueDate, type, ...rest } = row as Voucher
  const firm = store.find('contacts', contactId)?.company as { name: string } | undefined
  const doc: Doc = {
    ...rest,
    voucherDate: midnight(voucherDate, 'voucherDate'),
    ...(dueDate ? { dueDate: midnight(dueDate, 'dueDate') } : {}),
    address: { contactId, name: firm?.name ?? '' },
    totalPrice: { totalGrossAmount },
    relatedVouchers: [],
    paid: [],
  }
  return { doc, type }
}

import Big from 'big.js'
import { z } from 'zod'
import type { Expense } from '../connector.ts'
import { shaped } from '../shape.ts'
import { money } from './map.ts'
import type { Source } from './read.ts'
import { decimal, ref, text, transaction } from './shapes.ts'

const detail = z.object({ CustomerRef: ref, BillableStatus: text }).nullish()
/** Money that was spent: cash, cheque or card (schema Finance.xsd, Purchase). */
const purchase = transaction.extend({
  DocNumber: text,
  PaymentType: text,
  EntityRef: ref,
  Credit: z.boolean().nullish(),
  PrivateNote: text,
  TotalAmt: decimal,
  Line: z.array(
    z.object({
      Description: text,
      Amount: decimal,
      AccountBasedExpenseLineDetail: detail,
      ItemBasedExpenseLineDetail: detail,
    }),
  ),
})

/** Expenses; a refund of a card is one below zero. */
export const expenses: Source<Expense> = {
  entity: 'Purchase',
  searched: ['DocNumber'],
  map(row, { home }) {
    const native = shaped(purchase, row, 'A purchase')
    const currency = native.CurrencyRef ?? home
    const signed = (amount: string | null) =>
      amount !== null && native.Credit ? new Big(amount).times(-1).toFixed() : amount
    return {
      id: native.Id,
      number: native.DocNumber,
      payee: native.EntityRef?.name ?? null,
      spentOn: native.TxnDate,
      currency,
      total: money(signed(native.TotalAmt), currency),
      lines: native.Line.map((line) => {
        const { CustomerRef: customer, BillableStatus: status } =
          line.AccountBasedExpenseLineDetail ?? line.ItemBasedExpenseLineDetail ?? {}
        return {
          description: line.Description,
          amount: money(signed(line.Amount), currency),
          customer: customer?.value ?? null,
          billable: status ? status !== 'NotBillable' : null,
          invoiced: status ? status === 'HasBeenBilled' : null,
        }
      }),
      note: native.PrivateNote,
      nativeStatus: native.PaymentType,
      updatedAt: native.MetaData,
    }
  },
}

import Big from 'big.js'
import { addedTo, columnsOf } from './custom.ts'
import { discountOf } from './documents.ts'
import type { LineRow, TransactionRow } from './rows.ts'
import type { State } from './state.ts'
import type { Fields } from './suiteql/evaluate.ts'
import type { Table } from './suiteql/run.ts'
import type { Value } from './suiteql/tree.ts'
import { ADDRESS, addressFields, flag, number, shows, table } from './tables.ts'

/** What the letters of a status mean, by type of transaction. */
export const STATUS: Record<TransactionRow['type'], Record<string, string>> = {
  SalesOrd: {
    A: 'Pending Approval',
    B: 'Pending Fulfillment',
    C: 'Cancelled',
    D: 'Partially Fulfilled',
    E: 'Pending Billing/Partially Fulfilled',
    F: 'Pending Billing',
    G: 'Billed',
    H: 'Closed',
    Y: 'Undefined',
  },
  Estimate: { A: 'Open', B: 'Processed', C: 'Closed', V: 'Voided', X: 'Expired' },
  CustInvc: { A: 'Open', B: 'Paid In Full', V: 'Voided', D: 'Pending Approval', E: 'Rejected' },
  CustCred: { A: 'Open', B: 'Fully Applied', V: 'Voided' },
  CustPymt: { B: 'Not Deposited', C: 'Deposited', V: 'Voided' },
}
const LABELS: Record<TransactionRow['type'], string> = {
  SalesOrd: 'Sales Order',
  Estimate: 'Estimate',
  CustInvc: 'Invoice',
  CustCred: 'Credit Memo',
  CustPymt: 'Payment',
}

function day(text: string | null): Value {
  return text === null ? null : new Date(`${text}T00:00:00Z`)
}

function headOf(state: State, row: TransactionRow): Fields {
  const bill = row.type === 'CustInvc' || row.type === 'CustCred'
  return {
    id: number(row.id),
    type: row.type,
    tranid: row.tranid,
    otherrefnum: row.otherrefnum,
    externalid: row.externalid,
    entity: number(row.entity),
    // Comparisons take the long form; what a query shows depends on the release.
    status: `${row.type}:${row.status}`,
    trandate: day(row.trandate),
    duedate: day(row.duedate),
    shipdate: day(row.shipdate),
    foreigntotal: row.type === 'CustCred' ? new Big(row.total).times(-1) : number(row.total),
    foreignamountpaid: bill ? number(row.paid) : null,
    foreignamountunpaid: bill ? new Big(row.total).minus(row.paid) : null,
    currency: number(row.currency),
    terms: number(row.terms),
    memo: row.memo,
    shippingaddress: row.shipping ? number(row.id) : null,
    lastmodifieddate: state.local(row.changed),
    ...columnsOf('salesOrder', row.custom),
  }
}

const HEAD = [
  'id type tranid otherrefnum externalid entity status trandate duedate shipdate foreigntotal foreignamountpaid foreignamountunpaid currency terms memo shippingaddress lastmodifieddate',
  ...addedTo('salesOrder'),
].join(' ')
const LINE =
  'transaction uniquekey linesequencenumber mainline taxline item memo quantity units rate foreignamount quantityshiprecv quantitybilled isclosed location createdfrom'

interface Booked {
  sequence: number
  main?: boolean
  tax?: boolean
  item?: number
  amount: Big
  line?: LineRow
}

function booked(
  state: State,
  row: TransactionRow,
  { sequence, main, tax, item, amount, line }: Booked,
): Fields {
  const quantity = line?.quantity ?? null
  return {
    transaction: number(row.id),
    uniquekey: number(row.id * 100 + sequence),
    linesequencenumber: number(sequence),
    mainline: flag(main ?? false),
    taxline: flag(tax ?? false),
    item: item === undefined ? null : number(item),
    memo: line?.description ?? null,
    // Sales stand negative on the line, credits positive.
    quantity: quantity === null ? null : new Big(quantity).times(row.type === 'CustCred' ? 1 : -1),
    units: item === undefined ? null : number(state.item(item)?.unit ?? null),
    rate: line ? number(line.rate) : null,
    foreignamount: amount,
    quantityshiprecv: line ? number(line.fulfilled) : null,
    quantitybilled: line ? number(line.billed) : null,
    isclosed: flag(line?.closed ?? false),
    location: number(line?.location ?? null),
    createdfrom: number(line?.createdfrom ?? null),
  }
}

function linesOf(state: State, row: TransactionRow): Fields[] {
  const sign = row.type === 'CustCred' ? 1 : -1
  const lines: Booked[] = [{ sequence: 0, main: true, amount: new Big(row.total).times(-sign) }]
  for (const line of row.lines) {
    lines.push({ sequence: line.line, item: line.item, amount: new Big(line.amount).times(sign), line })
  }
  if (row.discountItem !== null) {
    lines.push({ sequence: 90, item: row.discountItem, amount: new Big(discountOf(row)).times(sign) })
  }
  if (row.tax !== '0') lines.push({ sequence: 99, tax: true, amount: new Big(row.tax).times(sign) })
  return lines.map((line) => booked(state, row, line))
}

/** The heads of all transactions; BUILTIN.DF shows customers, terms and statuses by their names. */
function transactionTable(state: State, longStatus: boolean): Table {
  const customer = (value: Value) => {
    const row = value instanceof Big ? state.customer(value.toNumber()) : undefined
    return row ? `${row.entityid} ${row.companyname}` : value
  }
  const status = (value: Value) => {
    const [type, letter = ''] = String(value).split(':') as [TransactionRow['type'], string]
    return `${LABELS[type]} : ${STATUS[type]?.[letter] ?? letter}`
  }
  return {
    ...table(HEAD, () => state.transactions.map((row) => headOf(state, row)), {
      entity: customer,
      terms: shows(state, () => state.terms),
      status,
    }),
    shown: longStatus ? undefined : { status: (value) => String(value).split(':')[1] ?? value },
  }
}

/** transaction, transactionline and what hangs on them. */
export function transactionTables(
  state: State,
  { longStatus }: { longStatus: boolean },
): Record<string, Table> {
  return {
    transaction: transactionTable(state, longStatus),
    transactionline: table(LINE, () => state.transactions.flatMap((row) => linesOf(state, row)), {
      location: shows(state, () => state.locations),
      units: shows(state, () => state.units),
    }),
    transactionshippingaddress: table(`nkey ${ADDRESS}`, () =>
      state.transactions.flatMap((row) =>
        row.shipping ? [{ nkey: number(row.id), ...addressFields(row.shipping) }] : [],
      ),
    ),
    nexttransactionlinelink: table('previousdoc nextdoc linktype foreignamount', () =>
      state.transactions.flatMap(({ id, applied }) =>
        applied.map(({ doc, amount }) => ({
          previousdoc: number(doc),
          nextdoc: number(id),
          linktype: 'Payment',
          foreignamount: number(amount),
        })),
      ),
    ),
  }
}

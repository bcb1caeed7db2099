import type { Change } from '../../connector.ts'
import { type Row, num } from '../../exact.ts'
import { checkBody } from './fields.ts'
import { draft, owed } from './papers.ts'
import { Refusal, bigOf, refId, rowOf, rowsOf, textOf, timeOf } from './rows.ts'
import type { Tables } from './seed.ts'
import { currencyRef, headOf } from './seed.ts'

/** Names of vendors and employees: no customer may share one. */
const OTHERS = ['nordlicht lieferanten kg', 'erika musterfrau']
const KINDS: Record<string, Change['kind']> = {
  Item: 'item',
  Customer: 'customer',
  Estimate: 'order',
  Invoice: 'invoice',
  SalesReceipt: 'invoice',
  CreditMemo: 'invoice',
  Payment: 'payment',
}

/** The preferences of a company that change what is refused. */
export interface Preferences {
  /** Whether a second document of a number is refused. */
  warnDuplicates: boolean
  /** Where the company is, ISO 3166-1 alpha-3; it decides what tax codes are. */
  country: string
}

/** What a company has booked: creating, updating, voiding, deleting. */
export class Books {
  readonly tables: Tables
  readonly preferences: Preferences = { warnDuplicates: true, country: 'DEU' }
  /** Stubs of what was deleted, by entity, for change data capture. */
  readonly gone = new Map<string, Row[]>()
  listener: ((change: Change) => void) | null = null
  /** Answers by request id: the same one acts once. */
  readonly #answers = new Map<string, Row>()
  #last = 100_000

  constructor(tables: Tables) {
    this.tables = tables
  }

  table(entity: string): Map<string, Row> {
    return this.tables.get(entity) ?? new Map<string, Row>()
  }

  /** The object, or 610: a missing one is a 400, not a 404. */
  find(entity: string, id: string): Row {
    const row = this.table(entity).get(id)
    if (row) return row
    throw new Refusal('610', 'Object Not Found', `Object Not Found : ${entity} ${id} not found`)
  }

  add(entity: string, row: Row): Row {
    this.table(entity).set(textOf(row.Id), row)
    this.#tell(entity, row)
    return row
  }

  /** The id that the next object gets. */
  get nextId(): string {
    return String(this.#last + 1)
  }

  newId(): string {
    return String(++this.#last)
  }

  /** Every successful write raises the version. */
  touch(entity: string, row: Row): Row {
    row.SyncToken = String(Number(row.SyncToken) + 1)
    row.MetaData = { ...rowOf(row.MetaData), LastUpdatedTime: timeOf(Date.now()) }
    this.#tell(entity, row)
    return row
  }

  /** A write by its operation; a body with an id is an update. The same request id gives the first answer again. */
  write(entity: string, body: Row, operation: string | null, requestId: string | null): Row {
    const kept = requestId === null ? undefined : this.#answers.get(requestId)
    if (kept) return kept
    if ((requestId ?? '').length > 50)
      throw new Refusal('6000', 'A business validation error', 'requestid is too long')
    const answer = this.#act(entity, body, operation)
    // The answer of that moment: what happens to the object later does not change it.
    const copy = { ...answer }
    if (requestId !== null) this.#answers.set(requestId, copy)
    return copy
  }

  #act(entity: string, body: Row, operation: string | null): Row {
    if (operation === 'delete') return this.#remove(entity, body)
    if (operation === 'void') return this.#void(entity, body)
    if (operation !== null && operation !== 'update')
      throw new Refusal('500', 'Unsupported Operation', `Operation ${operation} is not supported.`)
    checkBody(entity, body)
    if (body.Id !== undefined) return this.#update(entity, body)
    return this.add(entity, { ...this.#made(entity, body), ...headOf(this.newId(), Date.now()) })
  }

  #current(entity: string, body: Row): Row {
    const row = this.find(entity, textOf(body.Id))
    if (body.SyncToken === row.SyncToken) return row
    const detail = 'Stale Object Error : You and ada@example.test were working on this at the same time.'
    throw new Refusal('5010', 'Stale Object Error', detail)
  }

  #made(entity: string, body: Row): Row {
    if (entity === 'Customer') return this.#customer(body, null)
    if (entity === 'Payment') return this.#payment(body)
    return draft(this, entity, body)
  }

  /** Sparse keeps what is not said; a full update forgets it. Lines are replaced whole in both. */
  #update(entity: string, body: Row): Row {
    const row = this.#current(entity, body)
    const { sparse, ...said } = body
    const fixed = ['Id', 'SyncToken', 'MetaData', 'domain', 'Balance', 'BalanceWithJobs', 'CurrencyRef']
    const kept =
      sparse === true ? row : Object.fromEntries(Object.entries(row).filter(([key]) => fixed.includes(key)))
    const next: Row = { ...kept, ...said, SyncToken: row.SyncToken }
    if (entity === 'Customer') {
      if (refId(next.CurrencyRef) !== refId(row.CurrencyRef))
        throw new Refusal(
          '6000',
          'A business validation error',
          'The currency of a customer cannot be changed.',
        )
      Object.assign(next, this.#customer(next, textOf(row.Id)))
    } else if (said.Line !== undefined || sparse !== true) Object.assign(next, draft(this, entity, next))
    else if (said.TxnStatus !== undefined) this.#checkStatus(said.TxnStatus)
    for (const key of Object.keys(row)) delete row[key]
    return this.touch(entity, Object.assign(row, next))
  }

  #checkStatus(status: unknown): void {
    if (!/^(Accepted|Closed|Pending|Rejected)$/.test(textOf(status)))
      throw new Refusal('2170', 'Invalid Enumeration', `Invalid Enumeration : ${textOf(status)}`, 'TxnStatus')
  }

  #customer(body: Row, own: string | null): Row {
    const name = textOf(body.DisplayName) || textOf(body.CompanyName)
    if (!name)
      throw new Refusal(
        '2020',
        'Required param missing',
        'Required parameter DisplayName is missing',
        'DisplayName',
      )
    if (/[:\t\r\n]/.test(name))
      throw new Refusal(
        '6000',
        'A business validation error',
        'A name must not hold a colon, tab or newline.',
      )
    this.#checkName(name, own)
    const term = body.SalesTermRef === undefined ? null : refId(body.SalesTermRef)
    if (term !== null && !this.table('Term').has(term))
      throw new Refusal('2500', 'Invalid Reference Id', `SalesTerm id ${term} not found`, 'SalesTermRef')
    const currency = refId(body.CurrencyRef) || 'EUR'
    if (!['EUR', 'USD'].includes(currency))
      throw new Refusal('2500', 'Invalid Reference Id', `Currency ${currency} not found`, 'CurrencyRef')
    const tax = textOf(body.PrimaryTaxIdentifier)
    const inactive = body.Active === false
    return {
      Balance: num(0),
      BalanceWithJobs: num(0),
      Taxable: true,
      Job: false,
      ...body,
      Active: !inactive,
      DisplayName: inactive && !name.endsWith(' (deleted)') ? `${name} (deleted)` : name,
      FullyQualifiedName: name,
      PrintOnCheckName: name,
      CurrencyRef: currencyRef(currency),
      ...(tax && { PrimaryTaxIdentifier: `XXXXXXX${tax.slice(-4)}` }),
    }
  }

  #checkName(name: string, own: string | null): void {
    const wanted = name.toLowerCase()
    const taken = [...this.table('Customer').values()].some(
      (row) => row.Id !== own && textOf(row.DisplayName).toLowerCase() === wanted,
    )
    if (!taken && !OTHERS.includes(wanted)) return
    const detail =
      'The name supplied already exists. : Another customer, vendor or employee is already using this name.'
    throw new Refusal('6240', 'Duplicate Name Exists Error', detail)
  }

  /** A payment settles invoices, which thereby change. */
  #payment(body: Row): Row {
    const buyer = this.customerOf(body)
    const lines = rowsOf(body.Line)
    const bills = lines.flatMap((line) =>
      rowsOf(line.LinkedTxn).map((link): [Row, Row] => [this.find('Invoice', textOf(link.TxnId)), line]),
    )
    for (const [invoice, line] of bills) {
      if (bigOf(line.Amount).gt(bigOf(invoice.Balance)))
        throw new Refusal(
          '6000',
          'A business validation error',
          'The amount is above the balance of the invoice.',
        )
    }
    const settled = lines.reduce((sum, line) => sum.plus(bigOf(line.Amount)), bigOf(null))
    const unapplied = bigOf(body.TotalAmt).minus(settled)
    if (body.TotalAmt === undefined || unapplied.lt(0))
      throw new Refusal(
        '2020',
        'Required param missing',
        'Required parameter TotalAmt is missing',
        'TotalAmt',
      )
    for (const [invoice, line] of bills) {
      invoice.Balance = num(bigOf(invoice.Balance).minus(bigOf(line.Amount)))
      invoice.LinkedTxn = [...rowsOf(invoice.LinkedTxn), { TxnId: this.nextId, TxnType: 'Payment' }]
      this.touch('Invoice', invoice)
    }
    owed(buyer, bigOf(body.TotalAmt).times(-1))
    return { ...body, CurrencyRef: buyer.CurrencyRef, UnappliedAmt: num(unapplied), ProcessPayment: false }
  }

  /** The active customer that a document names. */
  customerOf(body: Row): Row {
    if (body.CustomerRef === undefined)
      throw new Refusal(
        '2020',
        'Required param missing',
        'Required parameter CustomerRef is missing in the request',
        'CustomerRef',
      )
    const id = refId(body.CustomerRef)
    const buyer = this.table('Customer').get(id)
    if (!buyer)
      throw new Refusal(
        '2500',
        'Invalid Reference Id',
        `Invalid Reference Id : Names element id ${id} not found`,
        'CustomerRef',
      )
    if (buyer.Active !== false) return buyer
    throw new Refusal(
      '610',
      'Object Not Found',
      "Object Not Found : Something you're trying to use has been made inactive.",
      'CustomerRef',
    )
  }

  /** The document stays with amounts of zero; estimates cannot be voided. */
  #void(entity: string, body: Row): Row {
    if (entity !== 'Invoice' && entity !== 'SalesReceipt')
      throw new Refusal('500', 'Unsupported Operation', 'Operation void is not supported.')
    const row = this.#current(entity, body)
    owed(this.find('Customer', refId(row.CustomerRef)), bigOf(row.Balance).times(-1))
    row.TotalAmt = num(0)
    row.Balance = num(0)
    row.TxnTaxDetail = { TotalTax: num(0) }
    row.Line = rowsOf(row.Line).map((line) => ({ ...line, Amount: num(0) }))
    row.PrivateNote = ['Voided', textOf(row.PrivateNote)].filter(Boolean).join(' - ')
    return this.touch(entity, row)
  }

  #remove(entity: string, body: Row): Row {
    if (!['Estimate', 'Invoice', 'SalesReceipt', 'CreditMemo', 'Payment'].includes(entity))
      throw new Refusal('500', 'Unsupported Operation', 'Operation delete is not supported.')
    const { Id } = this.#current(entity, body)
    this.table(entity).delete(textOf(Id))
    const stub = { status: 'Deleted', domain: 'QBO', Id, MetaData: { LastUpdatedTime: timeOf(Date.now()) } }
    this.gone.set(entity, [...(this.gone.get(entity) ?? []), stub])
    this.#tell(entity, stub)
    return { status: 'Deleted', domain: 'QBO', Id }
  }

  #tell(entity: string, row: Row): void {
    const kind = KINDS[entity]
    const at = new Date(textOf(rowOf(row.MetaData).LastUpdatedTime)).toISOString()
    const prefix = { CreditMemo: 'creditmemo-', SalesReceipt: 'salesreceipt-' }[entity] ?? ''
    const id = prefix + textOf(row.Id)
    if (kind) this.listener?.({ kind, id, deleted: row.status === 'Deleted', at })
  }
}

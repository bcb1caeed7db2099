import Big from 'big.js'
import { Answered } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { type Row, errorAnswer, idOf, invalid, notFound, num, parseRaw, ref, textOf } from './answers.ts'
import { type WrittenList, isText, mustFit } from './fields.ts'
import {
  BANK,
  COUNTRIES,
  CURRENCIES,
  PRICE_TYPES,
  SALES,
  TAX_RATES,
  country,
  emptyContact,
  nameOf,
  settled,
  status,
  sums,
} from './parts.ts'
import type { Store } from './store.ts'

/** The name in which a body is wrapped. */
const ENTITIES: Record<WrittenList, string> = {
  contacts: 'contact',
  sales_quotes: 'sales_quote',
  sales_estimates: 'sales_estimate',
  sales_invoices: 'sales_invoice',
  contact_payments: 'contact_payment',
}
const LINES: Partial<Record<WrittenList, string>> = {
  sales_quotes: 'quote_lines',
  sales_estimates: 'estimate_lines',
  sales_invoices: 'invoice_lines',
}
const STATUSES: Partial<Record<WrittenList, string[]>> = {
  sales_quotes: ['DRAFT', 'PENDING', 'ACCEPTED', 'DECLINED'],
  sales_estimates: ['DRAFT', 'PENDING', 'ACCEPTED', 'DECLINED'],
  sales_invoices: ['DRAFT', 'UNPAID'],
}

function entityOf(list: WrittenList, { headers, body }: SandboxRequest): Row {
  if (!headers['content-type']?.startsWith('application/json'))
    throw new Answered(errorAnswer(415, 'UnsupportedMediaType', 'The content type is not supported.'))
  let whole: unknown
  try {
    whole = parseRaw(body)
  } catch {
    throw new Answered(errorAnswer(400, 'InvalidJson', 'The body is no valid JSON.'))
  }
  const entity = (whole as Row | null)?.[ENTITIES[list]]
  if (entity === null || typeof entity !== 'object')
    throw new Answered(errorAnswer(400, 'MissingParameter', `${ENTITIES[list]} is missing`, ENTITIES[list]))
  return entity as Row
}

/** Creates, changes, voids and deletes records. */
export class Writes {
  readonly #store: Store
  /** What was answered under each idempotency id. */
  readonly #answers = new Map<string, SandboxAnswer>()

  constructor(store: Store) {
    this.#store = store
  }

  /** A new record; one of an idempotency id that is known answers with the first. */
  create(list: WrittenList, request: SandboxRequest): SandboxAnswer {
    const entity = entityOf(list, request)
    const { idempotency_id: key } = entity
    if (key !== undefined && (!isText(key) || !/^[\da-f]{32}$/i.test(key)))
      throw invalid('Idempotency ID: is invalid', 'idempotency_id')
    const before = isText(key) ? this.#answers.get(`${list} ${key}`) : undefined
    if (before) return before
    mustFit(list, entity, true)
    const row =
      list === 'contacts'
        ? this.#contact(entity, null)
        : list === 'contact_payments'
          ? this.#payment(entity)
          : this.#paper(list, entity)
    const answer = { status: 201, body: structuredCloneRaw(row) }
    if (isText(key)) this.#answers.set(`${list} ${key}`, answer)
    return answer
  }

  /** Changes what is named and nothing else. */
  update(list: WrittenList, row: Row, request: SandboxRequest): SandboxAnswer {
    const entity = entityOf(list, request)
    mustFit(list, entity, false)
    if (list === 'contacts') return { status: 200, body: this.#contact(entity, row) }
    const name = LINES[list]
    if (!name || Object.keys(entity).some((field) => field !== 'status_id' && field !== 'notes'))
      throw new Answered(errorAnswer(405, 'MethodNotAllowed', 'This cannot be changed here.'))
    const changed = { ...(isText(entity.status_id) && { status: this.#status(list, entity.status_id) }) }
    return { status: 200, body: this.#store.put(list, Object.assign(row, changed)) }
  }

  /** Voids an invoice, which answers with it; deletes anything else, which answers with nothing. */
  remove(list: WrittenList, row: Row, query: URLSearchParams): SandboxAnswer {
    if (list !== 'sales_invoices') {
      this.#store.remove(list, row)
      return { status: 204, body: null }
    }
    if (new Big(textOf(row.total_paid)).gt(0))
      throw invalid('The invoice has payments and cannot be voided', 'base', 'RecordInvalid')
    const void_reason = query.get('void_reason')
    if (!void_reason) throw invalid('Void reason: This field is required', 'void_reason')
    const zero = { outstanding_amount: num('0.00'), base_currency_outstanding_amount: num('0.00') }
    const voided = { ...zero, status: status(list, 'VOID'), void_reason }
    return { status: 200, body: this.#store.put(list, Object.assign(row, voided)) }
  }

  /** Makes a draft invoice final. */
  release(row: Row): SandboxAnswer {
    if ((row.status as Row).id !== 'DRAFT')
      throw invalid('Only drafts can be released', 'status_id', 'RecordInvalid')
    Object.assign(row, settled(textOf(row.total_amount), '0', textOf(row.exchange_rate)))
    return { status: 200, body: this.#store.put('sales_invoices', row) }
  }

  #status(list: WrittenList, id: string): Row {
    if (!STATUSES[list]?.includes(id)) throw invalid('Status: is invalid', 'status_id')
    return status(list, id)
  }

  #contact(entity: Row, before: Row | null): Row {
    const others = [...this.#store.rows.contacts.values()].filter((row) => row !== before)
    const { reference, name, currency_id, product_sales_price_type_id: type } = entity
    if (isText(reference) && others.some((row) => row.reference === reference))
      throw invalid('Reference: has already been taken', 'reference', 'RecordInvalid')
    const row = before ?? emptyContact(String(name), 'CUSTOMER')
    const price = Object.values(PRICE_TYPES).find(({ id }) => id === type)
    if (isText(type) && !price) throw notFound('product_sales_price_type_id')
    const plain = ['name', 'reference', 'tax_number', 'credit_limit', 'credit_days', 'notes']
    const given = plain.filter((field) => field in entity).map((field) => [field, entity[field]])
    const person = entity.main_contact_person as Row | undefined
    const addresses = (['main_address', 'delivery_address'] as const).filter((field) => field in entity)
    return this.#store.put(
      'contacts',
      Object.assign(row, Object.fromEntries(given), {
        displayed_as: `${String(name ?? row.name)} (${String(reference ?? row.reference)})`,
        ...(isText(currency_id) && { currency: currencyOf(currency_id) }),
        ...(price && { product_sales_price_type: price }),
        ...(person && { main_contact_person: person, email: person.email || null }),
        ...Object.fromEntries(addresses.map((field) => [field, addressOf(entity[field] as Row)])),
      }),
    )
  }

  #contactOf(id: unknown): Row {
    const contact = this.#store.rows.contacts.get(String(id))
    if (!contact) throw new Answered(errorAnswer(422, 'RecordInvalid', 'Contact: is invalid', 'contact_id'))
    return contact
  }

  #paper(list: Exclude<WrittenList, 'contacts' | 'contact_payments'>, entity: Row): Row {
    const name = LINES[list] ?? ''
    const contact = this.#contactOf(entity.contact_id)
    const lines = (entity[name] as Row[]).map((line, at) => this.#line(line, `${name}[${at}]`))
    const { prefix, number } = this.#store.number(list)
    const kind = list === 'sales_invoices' ? 'invoice' : 'quote'
    const total = sums(lines)
    const state = String(entity.status_id ?? (list === 'sales_invoices' ? 'UNPAID' : 'PENDING'))
    const own = String(entity[`${kind}_number`] ?? number)
    const currency = isText(entity.currency_id) ? currencyOf(entity.currency_id) : (contact.currency as Row)
    const rate = currency.id === 'USD' ? this.#store.demo.usdRate : '1'
    return this.#store.put(list, {
      displayed_as: `${prefix}${own}`,
      deleted_at: null,
      contact: nameOf(contact),
      contact_name: contact.name,
      [`${kind}_number_prefix`]: prefix,
      [`${kind}_number`]: own,
      date: entity.date,
      reference: entity.reference ?? null,
      notes: entity.notes ?? null,
      currency,
      exchange_rate: num(rate),
      delivery_address: entity.delivery_address ? addressOf(entity.delivery_address as Row) : null,
      ...total,
      [name]: lines,
      ...(list === 'sales_invoices'
        ? {
            due_date: entity.due_date ?? entity.date,
            void_reason: null,
            ...settled(textOf(total.total_amount), '0', rate),
            status: this.#status(list, state),
            ...(entity.original_quote_estimate_id
              ? { original_quote_estimate: { id: entity.original_quote_estimate_id } }
              : {}),
          }
        : { expiry_date: entity.expiry_date, status: this.#status(list, state), invoice: null }),
    })
  }

  /** The item of a line, where it names one. */
  #sold(line: Row, at: string): Row | undefined {
    const id = String(line.product_id ?? line.service_id ?? '')
    const sold = line.service_id
      ? this.#store.rows.services.get(id)
      : (this.#store.rows.stock_items.get(id) ?? this.#store.rows.products.get(id))
    if (id !== '' && (!sold || sold.active === false))
      throw invalid(
        'Product: is invalid',
        `${at}.${line.service_id ? 'service_id' : 'product_id'}`,
        'RecordInvalid',
      )
    return sold
  }

  #line(line: Row, at: string): Row {
    const sold = this.#sold(line, at)
    if (line.ledger_account_id !== SALES.id)
      throw invalid('Ledger account: is invalid', `${at}.ledger_account_id`)
    const rate = TAX_RATES.find((one) => 'id' in one && one.id === line.tax_rate_id)
    if (line.tax_rate_id !== undefined && !rate) throw invalid('Tax rate: is invalid', `${at}.tax_rate_id`)
    // The tax is not reckoned here: it must be said.
    if (rate && textOf(rate.percentage) !== '0.0' && line.tax_amount === undefined)
      throw invalid('Tax amount: This field is required', `${at}.tax_amount`)
    const gross = new Big(textOf(line.unit_price)).times(textOf(line.quantity))
    const off =
      line.discount_percentage === undefined
        ? new Big(textOf(line.discount_amount))
        : gross.times(textOf(line.discount_percentage)).div(100)
    const tax = new Big(textOf(line.tax_amount))
    const after = gross.minus(off).round(2)
    const net = line.unit_price_includes_tax === true ? after.minus(tax) : after
    const name = line.service_id ? 'service' : 'product'
    const id = String(line.product_id ?? line.service_id ?? '')
    return {
      id: idOf(`${at} ${id} ${this.#store.rows.sales_quotes.size} ${this.#store.rows.sales_invoices.size}`),
      displayed_as: line.description,
      description: line.description,
      [name]: sold ? { ...ref('products', id, String(sold.item_code)), item_code: sold.item_code } : null,
      quantity: line.quantity,
      unit_price: line.unit_price,
      discount_amount: num(off.toFixed(2)),
      discount_percentage: line.discount_percentage ?? num('0'),
      net_amount: num(net.toFixed(2)),
      tax_rate: rate ? ref('tax_rates', String(line.tax_rate_id), String(line.tax_rate_id)) : null,
      tax_amount: num(tax.toFixed(2)),
      total_amount: num(net.plus(tax).toFixed(2)),
    }
  }

  #payment(entity: Row): Row {
    const contact = this.#contactOf(entity.contact_id)
    if (entity.bank_account_id !== BANK.id) throw invalid('Bank account: is invalid', 'bank_account_id')
    const parts = (entity.allocated_artefacts as Row[] | undefined) ?? []
    const invoices = parts.map(({ artefact_id, amount }, at) => {
      const invoice = this.#store.rows.sales_invoices.get(String(artefact_id))
      if (!invoice) throw notFound(`allocated_artefacts[${at}].artefact_id`)
      if (new Big(textOf(amount)).gt(textOf(invoice.outstanding_amount)))
        throw invalid('Amount: exceeds the outstanding amount', `allocated_artefacts[${at}].amount`)
      return { invoice, amount: textOf(amount) }
    })
    for (const { invoice, amount } of invoices) {
      const paid = new Big(textOf(invoice.total_paid)).plus(amount).toFixed()
      this.#store.put(
        'sales_invoices',
        Object.assign(invoice, settled(textOf(invoice.total_amount), paid, textOf(invoice.exchange_rate))),
      )
    }
    const [first] = invoices
    const total = textOf(entity.total_amount)
    const own = first?.invoice ?? { currency: CURRENCIES.EUR }
    return this.#store.pay(own, contact, total, String(entity.date), String(entity.reference ?? ''))
  }
}

function currencyOf(id: string): Row {
  const found = CURRENCIES[id]
  if (!found) throw invalid('Currency: is invalid', 'currency_id')
  return found
}

function addressOf({ country_id: id, ...rest }: Row): Row {
  if (isText(id) && !COUNTRIES[id]) throw invalid('Country: is invalid', 'country_id')
  const empty = {
    name: null,
    address_line_1: null,
    address_line_2: null,
    city: null,
    region: null,
    postal_code: null,
  }
  return { ...empty, ...rest, country: isText(id) ? country(id) : null }
}

/** The answer as it stands now, whatever happens to the row later. */
function structuredCloneRaw(row: Row): Row {
  return parseRaw(JSON.stringify(row)) as Row
}

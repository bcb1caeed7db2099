import Big from 'big.js'
import { uuid } from './columns.ts'
import { type Model, TABLES, type Type } from './model.ts'
import type { Column, Row } from './query.ts'
import type { Tables } from './tables.ts'

/** A value of the second generation. */
export interface Scalar {
  kind: string
  value?: unknown
  currency?: string | null
  documentJson?: string
}
/** A record before it is shown: its fields by id, and what it is linked to. */
export interface Stored {
  type: Type
  id: string
  version: number
  createdAt: string
  updatedAt: string
  fields: Map<string, Scalar>
  links: { key: string; type: Type; id: string; title: string }[]
  texts: string[]
  row: Row
}

interface Ref {
  id: string
  name?: string
  firstName?: string
  lastName?: string
}

function money(amount: Big, currency: string): Scalar {
  const digits = Math.max(2, (amount.toFixed().split('.')[1] ?? '').length)
  return { kind: 'decimal', value: amount.toFixed(digits), currency }
}

function titleOf({ name, firstName, lastName }: Ref): string {
  return name ?? `${firstName} ${lastName}`
}

/** A stored text as a value of its column. */
function scalarOf(column: Column, text: string, model: Model): Scalar {
  const [amount = '', currency = null] = text.split(' ')
  if (column.kind === 'select') return { kind: 'select', value: model.optionId(column, text) }
  if (column.kind === 'currency') return { kind: 'decimal', value: amount, currency }
  if (column.kind === 'number') return { kind: 'decimal', value: text, currency: null }
  if (column.kind === 'boolean') return { kind: 'boolean', value: text === 'true' }
  return { kind: column.kind === 'date' ? 'date' : 'text', value: text }
}

/** The demo company's rows as records; the lines of a deal are records of their own. */
export class Records {
  readonly #company: string
  readonly #tables: Tables
  readonly #model: Model

  constructor(company: string, tables: Tables, model: Model) {
    this.#company = company
    this.#tables = tables
    this.#model = model
  }

  all(type: Type): Stored[] {
    if (type === 'lineItem') return this.#tables.all.deals.rows.flatMap((deal) => this.#lines(deal))
    const table = this.#tables.all[TABLES[type]]
    return table.rows.map((row) => this.#stored(type, row, table.columns, table.searchable(row)))
  }

  find(type: Type, id: string): Stored | undefined {
    return this.all(type).find((one) => one.id === id)
  }

  #stored(type: Type, row: Row, columns: Column[], texts: string[]): Stored {
    const { id, createdAt, updatedAt } = row
    const fields = new Map<string, Scalar>()
    for (const column of columns) {
      const text = this.#tables.valueOf(row, column.id)
      if (text) fields.set(this.#model.fieldId(column), scalarOf(column, text, this.#model))
    }
    const key = (name: string) => this.#model.id(`${type}.${name}`)
    for (const name of ['firstName', 'lastName', 'name'])
      if (row[name]) fields.set(key(name), { kind: 'text', value: row[name] })
    if (row.notes) fields.set(key('notes'), { kind: 'richText', documentJson: JSON.stringify(row.notes) })
    if (type === 'service') fields.set(key('amount'), money(this.#exact(row.amount), 'EUR'))
    if (type === 'deal') this.#total(row, fields)
    const refs = (name: 'contacts' | 'organizations', to: Type) =>
      ((row[name] ?? []) as Ref[]).map((one) => ({
        key: `${type}.${name}`,
        type: to,
        id: one.id,
        title: titleOf(one),
      }))
    const links =
      type === 'deal' || type === 'contact'
        ? [...refs('contacts', 'contact'), ...refs('organizations', 'organization')]
        : []
    return { type, id, version: this.#tables.versionOf(row), createdAt, updatedAt, fields, links, texts, row }
  }

  #exact(amount: unknown): Big {
    return new Big(JSON.stringify(amount))
  }

  #total(deal: Row, fields: Map<string, Scalar>): void {
    const amount = this.#model.id('lineItem.amount')
    const lines = this.#lines(deal).flatMap((line) => line.fields.get(amount) ?? [])
    if (lines.length === 0) return
    const sum = lines.reduce((all, one) => all.plus(String(one.value)), new Big(0))
    fields.set(this.#model.id('deal.totalValue'), money(sum, lines[0]?.currency ?? 'EUR'))
  }

  /** A deal in a currency of its own has saved prices; all others show what their services cost now. */
  #lines(deal: Row): Stored[] {
    const { services } = this.#tables.all
    const own = this.#tables.valueOf(deal, this.#tables.column('deals', 'Währung'))
    const key = (name: string) => this.#model.id(`lineItem.${name}`)
    return (deal.lines as { id: string; quantity: string }[]).flatMap(({ id, quantity }, at) => {
      const service = services.rows.find((one) => one.id === id)
      if (!service) return []
      const price = money(this.#exact(service.amount), own ?? 'EUR')
      const fields = new Map<string, Scalar>([
        [key('name'), { kind: 'text', value: 'Line item' }],
        [key('quantity'), { kind: 'decimal', value: quantity, currency: null }],
        [key('pricingMode'), { kind: 'select', value: own ? 'saved' : 'live' }],
        [key('effectivePrice'), price],
        [key('amount'), money(new Big(String(price.value)).times(quantity), own ?? 'EUR')],
      ])
      if (own) fields.set(key('savedPrice'), price)
      const links: Stored['links'] = [
        { key: 'lineItem.deal', type: 'deal', id: deal.id, title: String(deal.name) },
        { key: 'lineItem.service', type: 'service', id, title: String(service.name) },
      ]
      const { createdAt, updatedAt } = deal
      const line = { id: uuid(this.#company, `line ${deal.id} ${at}`), createdAt, updatedAt, texts: [] }
      return [{ ...line, type: 'lineItem', version: 1, fields, links, row: deal }]
    })
  }
}

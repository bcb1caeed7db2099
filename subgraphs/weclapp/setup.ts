import { z } from 'zod'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'
import * as shapes from './shapes.ts'

/** Records of a small resource by their ids, kept and read again when an id is not among them. */
export class Book<T extends { id: string }> {
  readonly #kept: Kept<Map<string, T>>

  constructor(client: Client, resource: string, form: z.ZodType<T>) {
    this.#kept = new Kept(async () => {
      const { rows: found } = await client.all(resource)
      return new Map(found.map((row) => shaped(form, row, resource)).map((row) => [row.id, row]))
    })
  }

  /** All records; read again when one of these ids is new to us. */
  async with(ids: (string | null | undefined)[]): Promise<Map<string, T>> {
    const wanted = ids.filter((id) => id !== null && id !== undefined)
    const whole = (all: Map<string, T>) => (wanted.every((id) => all.has(id)) ? all : undefined)
    return (await this.#kept.find(whole)) ?? this.#kept.get()
  }

  /** The first record that fits, read again when there is none. */
  find(fits: (row: T) => boolean): Promise<T | undefined> {
    return this.#kept.find((all) => [...all.values()].find(fits))
  }
}

/** What a tenant has set up, asked for once and kept. */
export class Setup {
  readonly units: Book<{ id: string; name: string | null }>
  readonly currencies: Book<{ id: string; name: string | null }>
  readonly categories: Book<{ id: string; name: string | null }>
  readonly terms: Book<{ id: string; name: string | null }>
  readonly warehouses: Book<z.output<typeof shapes.warehouse>>
  readonly attributes: Book<shapes.Definition>
  readonly #own: Kept<string>
  readonly #config: Config

  constructor(client: Client, config: Config) {
    this.#config = config
    this.units = new Book(client, 'unit', shapes.named)
    this.currencies = new Book(client, 'currency', shapes.named)
    this.categories = new Book(client, 'articleCategory', shapes.named)
    this.terms = new Book(client, 'termOfPayment', shapes.named)
    this.warehouses = new Book(client, 'warehouse', shapes.warehouse)
    this.attributes = new Book(client, 'customAttributeDefinition', shapes.definition)
    this.#own = new Kept(async () => (await client.ask('currency/companyCurrency', shapes.named)).id)
  }

  /** The id of the company's own currency. */
  ownCurrency(): Promise<string> {
    return this.#own.get()
  }

  /** The id of a currency by its code; undefined where the tenant does not use it. */
  async currency(code: string): Promise<string | undefined> {
    return (await this.currencies.find(({ name }) => name === code))?.id
  }

  /** The custom attribute that keeps our reference on orders. */
  reference(): Promise<shapes.Definition | undefined> {
    return this.attributes.find(
      ({ attributeKey, active }) => active && attributeKey === this.#config.orderReference,
    )
  }
}

/** The code of a currency; null where the tenant's own name is none of ISO 4217. */
export function codeOf(names: Map<string, { name: string | null }>, id: string | null): string | null {
  const name = (id && names.get(id)?.name) || ''
  return /^[A-Z]{3}$/.test(name) ? name : null
}

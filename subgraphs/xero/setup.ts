import { setImmediate as turn } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import { type Client, PER_ADDRESS, groups, isGuid, isQuotable } from './client.ts'
import * as shapes from './shapes.ts'

interface Organisation {
  name: string
  version: string | null
  currency: string
}

/** What belongs to an opened connection: the wire, and what the organisation has set up, read once and kept. */
export class Connection {
  readonly client: Client
  readonly organisation: Kept<Organisation>
  readonly #currencies: Kept<Set<string>>
  /** What stock and prices are about to ask for together. */
  #asked: { ids: Set<string>; rows: Promise<unknown[]> } | null = null

  constructor(client: Client) {
    this.client = client
    this.organisation = new Kept(async () => {
      const [row] = await client.rows('Organisations')
      const { Name, BaseCurrency, Version } = shaped(shapes.organisation, row, 'The organisation')
      return { name: Name, version: Version || null, currency: BaseCurrency }
    })
    this.#currencies = new Kept(async () => {
      const rows = await client.rows('Currencies')
      return new Set(rows.map((row) => shaped(shapes.currency, row, 'A currency').Code))
    })
  }

  /** Refuses a currency that the organisation has not switched on. */
  async checkCurrency(code: string): Promise<void> {
    const has = (all: Set<string>) => (all.has(code) ? true : undefined)
    if (code === (await this.organisation.get()).currency || (await this.#currencies.find(has))) return
    throw new ErpError('VALIDATION', `The organisation does not use ${code.slice(0, 10)}.`, {
      field: 'currency',
    })
  }

  /**
   * Items by their ids and codes, in one call: a filter for a few, else the whole list, because items are not
   * paged. A code that could end its quotes is looked for in the whole list.
   */
  async items(ids: Iterable<string>, codes: Iterable<string> = []): Promise<unknown[]> {
    const wanted = [...new Set(ids)].filter(isGuid)
    const named = [...new Set(codes)].filter((code) => code !== '')
    const count = wanted.length + named.length
    if (count === 0) return []
    const terms = [...wanted.map((id) => `ItemID==Guid("${id}")`), ...named.map((code) => `Code=="${code}"`)]
    const where = count <= PER_ADDRESS && named.every(isQuotable) ? terms.join(' OR ') : undefined
    return this.client.rows('Items', { where, unitdp: 4 })
  }

  /**
   * At least the items of these ids, with stock and price in one: whoever asks in the same turn of the event loop
   * shares one reading, because a minute has 60 calls. Nothing of it is kept.
   */
  figures(ids: Iterable<string>): Promise<unknown[]> {
    this.#asked ??= this.#together()
    for (const id of ids) this.#asked.ids.add(id)
    return this.#asked.rows
  }

  #together() {
    const ids = new Set<string>()
    const read = async () => {
      await turn()
      this.#asked = null
      return this.items(ids)
    }
    return { ids, rows: read() }
  }

  /** Contacts by their ids, archived ones too, with balances. */
  async contacts(ids: Iterable<string>): Promise<unknown[]> {
    const parts = groups([...ids].filter(isGuid))
    const pages = parts.map((part) =>
      this.client.rows('Contacts', { IDs: part, page: 1, pageSize: 100, includeArchived: true }),
    )
    return (await Promise.all(pages)).flat()
  }
}

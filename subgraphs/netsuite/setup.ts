import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Client, Row } from './client.ts'
import { moment } from './sql.ts'
import { Zone } from '../zone.ts'

const currency = z.object({ id: z.string(), symbol: z.string(), isbasecurrency: z.string().nullish() })
const named = z.object({ id: z.string(), name: z.string() })
const level = named.extend({ discountpct: z.string().nullish() })
const clock = z.object({ clock: z.string() })

/** A currency of the account; `code` is ISO 4217. */
export interface Currency {
  id: string
  code: string
  base: boolean
}

/** Something of the account that people know by name and the API by internal id. */
export interface Named {
  id: string
  name: string
}

/** A price level; `percent` (-15 is 15 % off) where it is reckoned from the base price. */
export interface PriceLevel extends Named {
  percent: string | null
}

/** What is set up once in an account and seldom changes: read when first needed, again on a miss. */
export class Setup {
  readonly currencies: Kept<Currency[]>
  readonly levels: Kept<PriceLevel[]>
  readonly terms: Kept<Named[]>
  readonly locations: Kept<Named[]>
  readonly zone: Kept<Zone>
  readonly #client: Client

  constructor(client: Client) {
    const list = <T>(statement: string, map: (row: Row) => T) =>
      new Kept(async () => (await client.rows(statement)).map(map))
    this.currencies = list(
      'SELECT cu.id, cu.symbol, cu.isbasecurrency FROM currency cu ORDER BY cu.id',
      (row) => {
        const { id, symbol, isbasecurrency } = shaped(currency, row, 'A currency')
        return { id, code: symbol, base: isbasecurrency === 'T' }
      },
    )
    this.levels = list('SELECT pl.id, pl.name, pl.discountpct FROM pricelevel pl ORDER BY pl.id', (row) => {
      const { id, name, discountpct } = shaped(level, row, 'A price level')
      return { id, name, percent: discountpct ?? null }
    })
    this.terms = list('SELECT te.id, te.name FROM term te ORDER BY te.id', (row) =>
      shaped(named, row, 'A term'),
    )
    this.locations = list('SELECT lo.id, lo.name FROM location lo ORDER BY lo.id', (row) =>
      shaped(named, row, 'A location'),
    )
    this.#client = client
    const { timeZone } = client.config
    this.zone = new Kept(async () => (timeZone ? Zone.named(timeZone) : (await this.clock()).zone))
  }

  /** What the account's clock shows just now, and the zone it is in. */
  async clock(): Promise<{ local: string; zone: Zone }> {
    const [row] = await this.#client.rows(`SELECT ${moment('SYSDATE')} AS clock FROM dual`)
    const { clock: local } = shaped(clock, row, 'The clock of the account')
    const { timeZone } = this.#client.config
    return { local, zone: timeZone ? Zone.named(timeZone) : Zone.measured(local, Date.now()) }
  }

  /** The account's own currency; null in accounts where none is marked. */
  async base(): Promise<Currency | null> {
    const all = await this.currencies.get()
    return all.find(({ base }) => base) ?? (all.length === 1 ? (all[0] ?? null) : null)
  }

  /** The currency with this ISO code; VALIDATION where the account has none. */
  async currency(code: string): Promise<Currency> {
    const found = await this.currencies.find((all) => all.find((one) => one.code === code))
    if (found) return found
    throw new ErpError('VALIDATION', `NetSuite has no currency ${code}.`, { field: 'currency' })
  }
}

/** The row with this internal id or, whatever its case, this name. */
export function pick(text: string): (all: Named[]) => Named | undefined {
  const wanted = text.trim().toLowerCase()
  return (all) => all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name.toLowerCase() === wanted)
}

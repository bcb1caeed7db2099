import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, basic, sendAs } from '../auth.ts'
import type { Http } from '../http.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { errorOf } from './errors.ts'
import { today } from './upload.ts'
import { type Debtor, type OpenItem, debtor, longAccount, openItem, shortAccount } from './map.ts'

/** Debtors of one answer. */
const TOP = 100
/** Up to so many debtors are read one by one; more cost less in one list. */
const SINGLES = 10

const named = z.array(z.object({ id: z.string().min(1), number: z.string(), name: z.string().nullish() }))
const years = z.array(
  z.object({ id: z.string().min(1), begin: z.string().nullish(), end: z.string().nullish() }),
)
/** The shape of the answer is not published in full: the debtor that could be made, alone or in a list. */
const next = z.union([
  z.object({ account_number: z.string() }),
  z.array(z.object({ account_number: z.string() })).min(1),
])

/** DATEVconnect Accounting on the company's own machine: debtors and open items. It can only be reached there. */
export class Books {
  readonly #config: Config
  readonly #http: Http
  readonly #auth: Auth
  readonly #year: Kept<{ path: string; company: string }>

  constructor(config: Config, http: Http) {
    this.#config = config
    this.#http = http
    this.#auth = basic(config.connectUser ?? '', config.connectPassword ?? '')
    this.#year = new Kept(() => this.#presentYear())
  }

  /** Finds company and fiscal year anew and gives the company's name; throws where one is missing. */
  async check(): Promise<string> {
    this.#year.forget()
    return (await this.#year.get()).company
  }

  /** One page of debtors, in the order of their accounts, from `skip` on. */
  async debtors(skip: number, top: number): Promise<Debtor[]> {
    const rows = await this.#get(`debitors?skip=${skip}&top=${top}&expand=all`)
    return shaped(z.array(debtor), rows, 'The list of debtors')
  }

  /** Every debtor. */
  async allDebtors(): Promise<Debtor[]> {
    const all: Debtor[] = []
    for (let skip = 0; ; skip += TOP) {
      const rows = await this.debtors(skip, TOP)
      all.push(...rows)
      if (rows.length < TOP) return all
    }
  }

  /** Debtors by account, those that exist. */
  async debtorsOf(accounts: string[]): Promise<Map<string, Debtor>> {
    const { accountLength } = this.#config
    const wanted = [...new Set(accounts)]
    const rows =
      wanted.length > SINGLES
        ? await this.allDebtors()
        : await Promise.all(wanted.map((account) => this.#debtor(account)))
    const known = rows.filter((row) => row !== null)
    return new Map(known.map((row) => [shortAccount(row.account_number, accountLength), row]))
  }

  /** Every open and cleared item, one for each invoice. Paging would tear apart what belongs together. */
  async items(): Promise<OpenItem[]> {
    return shaped(z.array(openItem), await this.#get('accounts-receivable/condense'), 'The open items')
  }

  /** The next free debtor account from this one on. */
  async nextAccount(from: string): Promise<string> {
    const answer = await this.#get(`debitors/next-available?start-at=${longAccount(from)}`)
    const row = shaped(next, answer, 'The next free account')
    const [first] = Array.isArray(row) ? row : [row]
    return shortAccount(first?.account_number ?? '', this.#config.accountLength)
  }

  async #debtor(account: string): Promise<Debtor | null> {
    const { path } = await this.#year.get()
    try {
      const row = await this.#send(`${path}/debitors/${longAccount(account)}?expand=all`)
      return shaped(debtor, row, 'A debtor')
    } catch (error) {
      if (error instanceof ErpError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  async #get(path: string): Promise<Json> {
    return this.#send(`${(await this.#year.get()).path}/${path}`)
  }

  async #presentYear(): Promise<{ path: string; company: string }> {
    const { client, fiscalYearId } = this.#config
    const companies = shaped(named, await this.#send('clients'), 'The list of companies')
    const own = companies.find(({ number }) => number === String(client))
    if (!own) throw new ErpError('NOT_FOUND', `DATEVconnect has no company ${client}.`, { field: 'client' })
    const base = `clients/${encodeURIComponent(own.id)}/fiscal-years`
    const rows = shaped(years, await this.#send(base), 'The list of fiscal years')
    const started = rows.filter(({ begin }) => !begin || begin.slice(0, 10) <= today())
    // By the day on which a year begins: ids need not follow it.
    const inOrder = (started.length > 0 ? started : rows).toSorted((one, other) =>
      `${one.begin ?? ''} ${one.id}` < `${other.begin ?? ''} ${other.id}` ? -1 : 1,
    )
    const id = fiscalYearId ? rows.find((row) => row.id === fiscalYearId)?.id : inOrder.at(-1)?.id
    if (id === undefined)
      throw new ErpError('NOT_FOUND', 'DATEVconnect has no such fiscal year.', { field: 'fiscalYearId' })
    return { path: `${base}/${encodeURIComponent(id)}`, company: own.name || `Company ${client}` }
  }

  async #send(path: string): Promise<Json> {
    // Several data paths may answer together, and then say so in parts.
    const headers = { accept: 'application/json' }
    const url = `${this.#config.connectUrl}/${path}`
    const answer = await sendAs(this.#auth, this.#http, { method: 'GET', url, headers })
    if (answer.status >= 200 && answer.status < 300) return answer.json()
    throw errorOf(answer, 'DATEVconnect')
  }
}

import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import type { Money } from '../../../schema/index.ts'
import type { Credit, Standing } from '../../connector.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Manager, iso, rows } from '../database.ts'
import type { Hub } from '../hub.ts'

/** A customer of a source, whom ERPs know too. */
export interface Account {
  customer: string
  native: string
  home: string | null
  currency: string | null
}

interface Ref {
  customer: string
  connection: string
  native: string
}

interface InvoiceRow {
  customer: string
  connection: string
  currency: string | null
  balance: string
  isLate: boolean
  isOpen: boolean
  dunningLevel: number | null
}

/** What is known of one account in one ERP. */
interface Side {
  connection: string
  credits: Credit[]
  invoices: InvoiceRow[]
  /** Whether all invoices of the ERP were read once. */
  isRead: boolean
}

const REFS = `select hub_id as customer, connection, native_id as native from external_ref
  where kind = 'customer' and not deleted and hub_id in (select jsonb_array_elements_text(?::jsonb))
  order by linked_at, native_id`

/** A credit note counts against what is owed, whichever sign the ERP gives it. */
const INVOICES = `
select customer, connection, currency, dunning_level as "dunningLevel",
  coalesce(state, 'OPEN') not in ('DRAFT', 'PAID', 'VOID', 'CREDITED') as "isOpen",
  type is distinct from 'CREDIT_NOTE' and due_on < ?::date as "isLate",
  case when type = 'CREDIT_NOTE' then '-' || trim(leading '-' from coalesce(balance, '0'))
    else coalesce(balance, case when payment = 'UNPAID' then total end, '0') end as balance
from invoice where customer in (select jsonb_array_elements_text(?::jsonb))
  and (coalesce(state, 'OPEN') not in ('DRAFT', 'PAID', 'VOID', 'CREDITED') or dunning_level is not null)`

const READ = `select connection from poll where kind = 'invoice' and baseline_at is not null`

/** What all ERPs say of accounts; those of whom an ERP could not be asked now are left out. */
export async function standingsOf(
  hub: Hub,
  tenant: string,
  accounts: Account[],
): Promise<{ account: Account; standing: Standing }[]> {
  const em = hub.db.em()
  const ids = JSON.stringify(accounts.map(({ customer }) => customer))
  const refs = await rows<Ref>(em, REFS, [ids])
  const invoices = await rows<InvoiceRow>(em, INVOICES, [iso(new Date()).slice(0, 10), ids])
  const read = new Set((await rows<{ connection: string }>(em, READ)).map(({ connection }) => connection))
  const erps = hub.directory.all(tenant).filter(({ connector }) => connector.role === 'erp')
  const credits = new Map<Ref, Credit | null | ErpError>()
  for (const open of erps) {
    const mine = refs.filter(({ connection }) => connection === open.id)
    const answers = await creditsOf(open, mine)
    mine.forEach((ref, index) => credits.set(ref, answers[index] ?? null))
  }
  return accounts.flatMap((account) => {
    const mine = refs.filter((ref) => ref.customer === account.customer && credits.has(ref))
    const known = mine.map((ref) => credits.get(ref) ?? null)
    if (mine.length === 0 || known.some((credit) => credit instanceof ErpError)) return []
    const sides = [...new Set(mine.map(({ connection }) => connection))].map((connection): Side => ({
      connection,
      credits: known.filter(
        (credit, index): credit is Credit =>
          credit !== null && !(credit instanceof ErpError) && mine[index]?.connection === connection,
      ),
      invoices: invoices.filter((row) => row.customer === account.customer && row.connection === connection),
      isRead: read.has(connection),
    }))
    return [{ account, standing: standingOf(account, sides) }]
  })
}

/** The ERP's answers in the order of the references; each an error where it could not be asked. */
async function creditsOf(open: OpenConnection, refs: Ref[]): Promise<(Credit | null | ErpError)[]> {
  if (!open.erp.credit) return refs.map(() => null)
  const all: (Credit | null | ErpError)[] = []
  for (let from = 0; from < refs.length; from += open.limits.batch) {
    const part = refs.slice(from, from + open.limits.batch).map(({ native }) => native)
    const answers = await open.erp.credit(part).catch((error: unknown) => {
      if (error instanceof ErpError) return part.map(() => error)
      throw error
    })
    all.push(...answers)
  }
  return all
}

/** Sums in the currency of the account's home; what is owed in others is none of it. */
export function standingOf({ home, currency: own }: Account, sides: Side[]): Standing {
  const first = sides.find(({ connection }) => connection === home) ?? sides[0]
  const said = first?.credits.map(({ balance, limit }) => balance?.currency ?? limit?.currency).find(Boolean)
  const currency = said ?? own ?? first?.invoices.find((row) => row.currency)?.currency ?? null
  const credits = sides.flatMap((side) => side.credits)
  const invoices = sides.flatMap((side) => side.invoices)
  const isRead = sides.every((side) => side.isRead)
  const held = credits.flatMap(({ onHold }) => onHold ?? [])
  const levels = invoices.filter(({ dunningLevel }) => dunningLevel !== null)
  const late = invoices.filter(({ isLate, isOpen, balance }) => isLate && isOpen && new Big(balance).gt(0))
  return {
    balance: balanceOf(sides, currency),
    overdue: isRead ? sum(late.map(moneyOf), currency) : null,
    creditLimit: sumKnown(
      credits.map(({ limit }) => limit),
      currency,
    ),
    onHold: held.length > 0 ? held.includes(true) : null,
    dunningLevel:
      levels.length > 0
        ? Math.max(0, ...levels.filter(({ isOpen }) => isOpen).map((row) => row.dunningLevel ?? 0))
        : null,
  }
}

function moneyOf({ balance, currency }: InvoiceRow): Money | null {
  return currency ? { amount: balance, currency } : null
}

/** What each ERP says is owed, else the sum of its open invoices; null where one of them is not known. */
function balanceOf(sides: Side[], currency: string | null): Money | null {
  const parts = sides.map(({ credits, invoices, isRead }) => {
    const said = credits.flatMap(({ balance }) => balance ?? [])
    if (said.length > 0) return sum(said, currency)
    return isRead ? sum(invoices.filter(({ isOpen }) => isOpen).map(moneyOf), currency) : null
  })
  return parts.includes(null) ? null : sum(parts, currency)
}

function sumKnown(parts: (Money | null | undefined)[], currency: string | null): Money | null {
  const known = parts.flatMap((part) => (part?.currency === currency ? part : []))
  return known.length > 0 ? sum(known, currency) : null
}

function sum(parts: (Money | null)[], currency: string | null): Money | null {
  if (currency === null) return null
  const amounts = parts.flatMap((part) => (part?.currency === currency ? part.amount : []))
  return { amount: amounts.reduce((all, amount) => all.plus(amount), new Big(0)).toFixed(), currency }
}

const PAGE = `
select r.hub_id as customer, r.native_id as native, c.home, c.currency from external_ref r
join customer c on c.id = r.hub_id
where r.connection = ? and r.kind = 'customer' and not r.deleted and r.native_id > ?
  and exists (select from external_ref e where e.hub_id = r.hub_id and e.kind = 'customer'
    and e.connection <> r.connection and not e.deleted)
order by r.native_id limit ?`

/** Customers of a source that others know too, by the source's id, behind one. */
export function accountsOf(em: Manager, source: string, after: string, limit: number): Promise<Account[]> {
  return rows<Account>(em, PAGE, [source, after, limit])
}

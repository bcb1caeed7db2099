import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { alike } from './compare.ts'
import { type Mend, type Sides, different, duplicate, missing, orphan } from './mend.ts'
import { FIELDS } from './source.ts'
import {
  type At,
  type Pair,
  type Side,
  type Single,
  knownFields,
  pairsOf,
  pairUp,
  singlesOf,
} from './stage.ts'
import { totals } from './totals.ts'

/** What a comparison finds. */
export const KINDS = ['MISSING', 'ORPHAN', 'DUPLICATE', 'DIFFERENT', 'TOTAL'] as const

/** A line of the report. */
export interface Found {
  kind: (typeof KINDS)[number]
  left: string | null
  right: string | null
  field: string | null
  leftValue: unknown
  rightValue: unknown
  message: string
  mend: Mend | null
}

const AT_ONCE = 500

/** Compares what both sides have of one object, page by page; begins anew when it is called again. */
export async function compare(hub: Hub, sides: Sides, at: At, fresh: boolean): Promise<void> {
  const em = () => hub.db.em()
  await em().execute('delete from reconcile_row where reconcile = ? and object = ?', [
    at.reconcile,
    at.object,
  ])
  await hub.db.em().transactional((own) => pairUp(own, at))
  await comparePairs(hub, sides, at)
  for (const side of ['L', 'R'] as const) await compareSingles(hub, sides, at, side)
  await write(em(), at, await totals(hub, sides, at, fresh))
}

async function comparePairs(hub: Hub, sides: Sides, at: At): Promise<void> {
  const [left, right] = [await knownFields(hub.db.em(), at, 'L'), await knownFields(hub.db.em(), at, 'R')]
  const fields = FIELDS[at.object].filter((field) => left.has(field) && right.has(field))
  let after = ''
  for (;;) {
    const pairs = await pairsOf(hub.db.em(), at, after, AT_ONCE)
    const last = pairs.at(-1)
    if (!last) return
    await write(
      hub.db.em(),
      at,
      pairs.flatMap((pair) => differences(sides, at, pair, fields)),
    )
    after = last.left
  }
}

function differences(sides: Sides, { object }: At, pair: Pair, fields: string[]): Found[] {
  const { left, right, leftContent, rightContent } = pair
  const other = fields.filter((field) => !alike(field, leftContent[field], rightContent[field]))
  return other.map((field) => ({
    ...{ kind: 'DIFFERENT', left, right, field },
    ...{ leftValue: leftContent[field] ?? null, rightValue: rightContent[field] ?? null },
    ...different(sides, object, pair, field),
  }))
}

async function compareSingles(hub: Hub, sides: Sides, at: At, side: Side): Promise<void> {
  const owner = side === 'L' ? sides.left : sides.right
  let after = ''
  for (;;) {
    const singles = await singlesOf(hub.db.em(), at, side, after, AT_ONCE)
    const last = singles.at(-1)
    if (!last) return
    const buyers = owner ? await buyersOf(hub.db.em(), owner.id, singles) : new Map<string, string>()
    await write(
      hub.db.em(),
      at,
      singles.map((one) => single(sides, at, side, one, buyers.get(String(one.content.customer)) ?? null)),
    )
    after = last.id
  }
}

function single(sides: Sides, { object }: At, side: Side, one: Single, buyer: string | null): Found {
  const { left, right } = sides
  const ids = { left: side === 'L' ? one.id : null, right: side === 'R' ? one.id : null }
  const none = { field: null, leftValue: null, rightValue: null }
  if (one.twin) {
    const { field, key } = one.twin
    const value = side === 'L' ? { leftValue: key } : { rightValue: key }
    const told = duplicate(side === 'L' ? left : right, one)
    return { kind: 'DUPLICATE', ...ids, ...none, ...value, field: field === 'hub' ? null : field, ...told }
  }
  if (side === 'L')
    return {
      kind: 'MISSING',
      ...ids,
      ...none,
      ...missing(sides, object, { from: left, to: right }, one, buyer),
    }
  return { kind: 'ORPHAN', ...ids, ...none, ...orphan(sides, object, one, buyer) }
}

/** The golden customers of documents, by the ERP's own id of the buyer. */
async function buyersOf(em: Manager, connection: string, singles: Single[]): Promise<Map<string, string>> {
  const wanted = singles.flatMap(({ content }) =>
    typeof content.customer === 'string' ? content.customer : [],
  )
  if (wanted.length === 0) return new Map()
  const sql = `select native_id as native, hub_id as hub from external_ref where connection = ? and kind = 'customer'
    and not deleted and native_id in (select jsonb_array_elements_text(?::jsonb))`
  const found = await rows<{ native: string; hub: string }>(em, sql, [connection, JSON.stringify(wanted)])
  return new Map(found.map(({ native, hub }) => [native, hub]))
}

const WRITE = `
insert into reconcile_row (reconcile, object, kind, left_record, right_record, field, left_value, right_value, message, mend)
select ?, ?, f.kind, f.left, f.right, f.field, f."leftValue", f."rightValue", f.message, f.mend
from jsonb_to_recordset(?::jsonb) as f(kind text, "left" text, "right" text, field text, "leftValue" jsonb,
  "rightValue" jsonb, message text, mend jsonb)`

async function write(em: Manager, { reconcile, object }: At, found: Found[]): Promise<void> {
  if (found.length > 0) await em.execute(WRITE, [reconcile, object, JSON.stringify(found)])
}

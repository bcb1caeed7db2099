import { ErpError } from '../../schema/errors.ts'
import type { Money } from '../../schema/index.ts'
import type { QuoteNews, Standing, Tell } from '../connector.ts'
import { plain } from '../json.ts'
import { TOLD, columnsOf } from './columns.ts'
import type { Config } from './config.ts'
import { PERSON } from './map.ts'
import type { Change, Column, Port, Row, Value } from './port.ts'
import { isId } from './read.ts'

/** Something to be told: a word of ours, a text of the ERP's, an amount; null clears, undefined leaves as it is. */
type Said = { word: string } | string | Money | number | null | undefined

const MAX_NAME = 200

function unwritable(place: string, why: string): ErpError {
  return new ErpError('MAPPING_MISSING', `The column of ${place} ${why}.`, { field: place })
}

/** The option that an operator's word, our word, a value or a label names. */
function optionOf(column: Column, word: string, place: string): string {
  const named = ({ value, label }: Column['options'][number]) =>
    [value, label].some((text) => text?.toLowerCase() === word.toLowerCase())
  const option = column.options.find(({ value }) => value === word) ?? column.options.find(named)
  if (option) return option.value
  throw unwritable(place, `has no option "${word}"; name one under words or stageOfOrder`)
}

function textOf(said: NonNullable<Said>, column: Column, config: Config): string {
  if (typeof said === 'string') return said
  if (typeof said === 'number') return String(said)
  if ('word' in said) return config.words[said.word] ?? said.word
  return column.type === 'NUMBER' ? said.amount : `${said.amount} ${said.currency}`
}

function changeOf(column: Column, said: NonNullable<Said> | null, place: string, config: Config): Change {
  if (!column.writable) throw unwritable(place, 'is calculated')
  if (said === null) return { column, value: null }
  const text = textOf(said, column, config)
  if (column.options.length > 0 || column.type === 'PICKLIST')
    return { column, value: optionOf(column, text, place) }
  const isAmount = typeof said === 'object' && 'amount' in said
  return { column, value: text, ...(isAmount && column.kind === 'currency' && { currency: said.currency }) }
}

/** Whether a column holds already what is to be told; one that is hidden from us is never written. */
function holds(now: Value | undefined, { column, value, currency }: Change): boolean {
  if (now?.restricted) return true
  const [old, next] = [now?.value ?? null, value]
  if (old === null || next === null || column.type !== 'NUMBER') return old === next
  return plain(old) === plain(next) && (now?.currency ?? currency) === currency
}

function differing(row: Row, changes: Change[]): Change[] {
  return changes.filter((change) => {
    const now = row.values.find(({ columnId }) => columnId === change.column.id)
    return !holds(now, change)
  })
}

/** The wanted columns of an entity, once: the last of several that go into the same one counts. */
function changesOf(
  entity: 'deals' | 'organizations',
  by: Partial<Record<string, Column>>,
  said: Record<string, Said>,
  config: Config,
): Change[] {
  const changes = new Map<string, Change>()
  for (const [name, what] of Object.entries(said)) {
    const column = by[name]
    if (column && what !== undefined)
      changes.set(column.id, changeOf(column, what, `columns.${entity}.${name}`, config))
  }
  return [...changes.values()]
}

function mustBeMapped(entity: keyof typeof TOLD, by: Partial<Record<string, Column>>): void {
  if (TOLD[entity].some((name) => by[name])) return
  throw new ErpError(
    'MAPPING_MISSING',
    `No column of ${entity} is mapped for the ERP's news: ${TOLD[entity].join(', ')}.`,
    { field: `columns.${entity}` },
  )
}

function known(text: string | null): string | undefined {
  return text ?? undefined
}

function word(text: string | null): Said {
  return text === null ? undefined : { word: text }
}

function syncOf({ failure, orderNumber }: QuoteNews): Said {
  if (failure) return word('failed')
  return failure === '' || orderNumber !== null ? word('synced') : undefined
}

function quoteSaid(news: QuoteNews, config: Config): Record<string, Said> {
  return {
    stage: news.orderState === null ? undefined : known(config.stageOfOrder[news.orderState] ?? null),
    orderNumber: known(news.orderNumber),
    orderState: word(news.orderState),
    failure: news.failure === '' ? null : known(news.failure),
    syncStatus: syncOf(news),
    invoiceNumber: known(news.invoiceNumber),
    paymentStatus: word(news.payment),
  }
}

function standingSaid(standing: Standing): Record<string, Said> {
  return {
    balance: standing.balance ?? undefined,
    overdue: standing.overdue ?? undefined,
    creditLimit: standing.creditLimit ?? undefined,
    onHold: word(standing.onHold === null ? null : String(standing.onHold)),
    dunningLevel: standing.dunningLevel ?? undefined,
  }
}

function mustBeId(id: string): void {
  if (!isId(id)) throw new ErpError('NOT_FOUND', 'Customermates has no record of this id.')
}

/** Runs `work`; after somebody else's change once more with what stands then. */
async function again(port: Port, entity: keyof typeof TOLD, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ErpError && error.code === 'CONFLICT')) throw error
    await port.columns(entity, true)
    await work()
  }
}

/** Runs what is told of one record one after the other, so that no task is made twice. */
function inTurn(): (key: string, work: () => Promise<void>) => Promise<void> {
  const turns = new Map<string, Promise<void>>()
  return async (key, work) => {
    const before = turns.get(key) ?? Promise.resolve()
    const turn = before.then(work, work)
    turns.set(key, turn)
    await turn.finally(() => turns.get(key) === turn && turns.delete(key))
  }
}

/** Writes what became of deals and customers into the columns that an operator named; what is the same stays. */
export function openTell(ports: () => Promise<Port>, config: Config): Tell {
  const turn = inTurn()
  return {
    quote: (id, news) =>
      turn(id, async () => {
        const port = await ports()
        await again(port, 'deals', async () => {
          const { by } = await columnsOf(port, config, 'deals')
          if (Object.keys(config.stageOfOrder).length === 0) mustBeMapped('deals', by)
          mustBeId(id)
          const changes = changesOf('deals', by, quoteSaid(news, config), config)
          if (changes.length > 0) await port.update('deals', id, (row) => differing(row, changes))
        })
        if (news.failure && config.remindOwner)
          await port.remind?.(id, `ERP: ${news.failure.trim()}`.slice(0, MAX_NAME))
      }),
    customer: (id, standing) =>
      turn(id, async () => {
        const port = await ports()
        await again(port, 'organizations', async () => {
          const { by } = await columnsOf(port, config, 'organizations')
          mustBeMapped('organizations', by)
          // A contact without an organisation has no columns of this kind.
          if (id.startsWith(PERSON)) return
          mustBeId(id)
          const changes = changesOf('organizations', by, standingSaid(standing), config)
          if (changes.length > 0) await port.update('organizations', id, (row) => differing(row, changes))
        })
      }),
  }
}

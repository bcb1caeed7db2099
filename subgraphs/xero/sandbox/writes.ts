import { createHash } from 'node:crypto'
import { Answered } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { allocate } from './allocations.ts'
import { NOBODY, type Row, exception, invalid } from './answers.ts'
import {
  type Manner,
  type Outcome,
  createInvoice,
  createQuote,
  updateInvoice,
  updateQuote,
} from './documents.ts'
import { answerOf } from './lists.ts'
import { createContact, createPayment, deletePayment, updateContact } from './parties.ts'
import { IDS, type SetName, type Store } from './store.ts'

const KEY_MS = 6 * 60_000

interface Remembered {
  request: string
  at: number
  answer: SandboxAnswer
}

/** Numbers of a request keep their text, as they stand on the wire. */
function bodyOf(text: string): Row {
  try {
    const value = JSON.parse(text, (_key, one: unknown, context?: { source?: string }) =>
      typeof one === 'number' ? JSON.rawJSON(context?.source ?? String(one)) : one,
    ) as unknown
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Row
  } catch {
    // Told below.
  }
  throw new Answered(exception('PostDataInvalidException', 'The request body is no valid JSON.'))
}

function create(store: Store, set: SetName, given: Row, manner: Manner): Outcome {
  if (set === 'Invoices') return createInvoice(store, given, manner)
  if (set === 'Quotes') return createQuote(store, given, manner)
  if (set === 'Contacts') return createContact(store, given)
  return createPayment(store, given, true)
}

function update(store: Store, set: SetName, row: Row, given: Row, manner: Manner): Outcome {
  if (set === 'Invoices') return updateInvoice(store, row, given, manner)
  if (set === 'Quotes') return updateQuote(store, row, given)
  return updateContact(store, row, given)
}

/** The row that POST means: by its id or number. */
function meant(store: Store, set: SetName, given: Row): Row | undefined {
  const keys = { Invoices: 'InvoiceNumber', Contacts: 'ContactNumber' }[set as 'Invoices' | 'Contacts']
  const key = given[IDS[set]] ?? (keys ? given[keys] : undefined)
  return key === undefined ? undefined : store.get(set, String(key))
}

function failed(set: SetName, given: Row, faults: string[], summarize: boolean): Row {
  const errors = { ValidationErrors: faults.map((Message) => ({ Message })) }
  const { InvoiceNumber, Type } = given
  const known = { ...(InvoiceNumber ? { InvoiceNumber } : {}), ...(Type ? { Type } : {}) }
  const id = { [IDS[set]]: NOBODY }
  const state = summarize
    ? {}
    : { StatusAttributeString: 'ERROR', ...(set === 'Invoices' && { HasErrors: true }) }
  return { ...id, ...(set === 'Invoices' ? known : {}), ...state, ...errors }
}

/** Writes to the sets: PUT creates, POST creates or changes; one bad element spoils all, or itself alone. */
export class Writes {
  readonly #store: Store
  readonly #now: () => number
  readonly #keys = new Map<string, Remembered>()

  constructor(store: Store, now: () => number) {
    this.#store = store
    this.#now = now
  }

  /** The same key and request get the first answer again for six minutes; another request is refused. */
  once(request: SandboxRequest, work: () => SandboxAnswer): SandboxAnswer {
    const key = request.headers['idempotency-key']
    if (key === undefined) return work()
    if (key.length > 128)
      throw new Answered(
        exception('ValidationException', 'The Idempotency-Key is longer than 128 characters'),
      )
    const text = `${request.method} ${request.path} ${request.query.toString()} ${request.body}`
    const hash = createHash('sha256').update(text).digest('hex')
    const before = this.#keys.get(key)
    if (before && before.at + KEY_MS > this.#now()) {
      if (before.request === hash) return before.answer
      const said = 'The Idempotency-Key was already used for a different request'
      throw new Answered(exception('ValidationException', said))
    }
    const answer = work()
    this.#keys.set(key, { request: hash, at: this.#now(), answer })
    return answer
  }

  /** Elements of a set, or one of them by its id. */
  write(set: SetName, id: string | undefined, request: SandboxRequest, manner: Manner): SandboxAnswer {
    const body = bodyOf(request.body)
    const store = this.#store
    if (id !== undefined) {
      const row = store.get(set, id)
      if (!row) return { status: 404, body: "The resource you're looking for cannot be found" }
      const given = set === 'Payments' ? body : ((body[set] as Row[] | undefined)?.[0] ?? {})
      const outcome =
        set === 'Payments' ? deletePayment(store, row, given) : update(store, set, row, given, manner)
      return 'row' in outcome
        ? answerOf(store, set, [outcome.row], request.query)
        : invalid([failed(set, given, outcome.faults, true)])
    }
    const elements = body[set]
    if (!Array.isArray(elements) || elements.length === 0)
      throw new Answered(exception('PostDataInvalidException', `There are no ${set} in the request.`))
    return this.#all(set, elements as Row[], request, manner)
  }

  /** Takes a credit note off invoices. */
  allocate(note: Row, request: SandboxRequest): SandboxAnswer {
    const { Allocations: all } = bodyOf(request.body)
    if (Array.isArray(all) && all.length > 0) return allocate(this.#store, note, all as Row[])
    throw new Answered(exception('PostDataInvalidException', 'There are no Allocations in the request.'))
  }

  #all(set: SetName, elements: Row[], request: SandboxRequest, manner: Manner): SandboxAnswer {
    const store = this.#store
    // Nobody says so, but without the parameter one bad element spoils all.
    const summarize = request.query.get('summarizeErrors') !== 'false'
    if (summarize && set === 'Payments') {
      const checked = elements.map((given) => ({ given, outcome: createPayment(store, given, false) }))
      const bad = checked.flatMap(({ given, outcome }) =>
        'faults' in outcome ? [failed(set, given, outcome.faults, true)] : [],
      )
      if (bad.length > 0) return invalid(bad)
    }
    const made = elements.map((given) => {
      const row = request.method === 'POST' ? meant(store, set, given) : undefined
      return {
        given,
        outcome: row ? update(store, set, row, given, manner) : create(store, set, given, manner),
      }
    })
    const bad = made.flatMap(({ given, outcome }) =>
      'faults' in outcome ? [failed(set, given, outcome.faults, summarize)] : [],
    )
    if (summarize && bad.length > 0) {
      for (const { outcome } of made)
        if ('row' in outcome && request.method === 'PUT')
          store.rows[set].delete(String(outcome.row[IDS[set]]))
      return invalid(bad)
    }
    const rows = made.map(({ given, outcome }) =>
      'row' in outcome
        ? { ...outcome.row, ...(!summarize && { StatusAttributeString: 'OK' }) }
        : { ...failed(set, given, outcome.faults, false), ...(set === 'Invoices' && { LineItems: [] }) },
    )
    return answerOf(store, set, rows, request.query)
  }
}

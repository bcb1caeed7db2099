import type { GraphQLFieldConfig } from 'graphql'
import { ErpError } from '../../../schema/errors.ts'
import type { Subgraph } from '../../subgraph.ts'
import { Refused } from '../request.ts'
import type { Hub, HubContext } from '../hub.ts'
import { Chain, type Line, type Stage } from './chain.ts'
import { redacted } from './redact.ts'
import { changes, idsIn, snapshot, textsIn } from './snapshot.ts'

const chains = new WeakMap<Hub['db'], Chain>()

function chainOf({ db, safe }: Hub): Chain {
  const chain = chains.get(db) ?? new Chain(db, safe)
  chains.set(db, chain)
  return chain
}

/** Writes down something that is no mutation, such as the export of a person's data. */
export function note(hub: Hub, line: Omit<Line, 'stage'>): Promise<void> {
  return chainOf(hub).append({ ...line, stage: 'NOTE' })
}

/** Writes whose operations keep before and after themselves: the sync log is read for them. */
const LOGGED = ['pushOrder', 'cancelOrder', 'upsertCustomer', 'pushInvoice', 'pushPayment']

type Resolve = NonNullable<GraphQLFieldConfig<unknown, HubContext>['resolve']>

/**
 * Puts every mutation of a subgraph through the record: a line before it begins, without which it does not begin,
 * and one when it has ended, with what it changed.
 */
export function audited(subgraph: Subgraph): Subgraph {
  const fields = subgraph.schema.getMutationType()?.getFields() ?? {}
  for (const field of Object.values(fields)) {
    const resolve = field.resolve as Resolve | undefined
    if (resolve) field.resolve = recorded(field.name, resolve)
  }
  return subgraph
}

function recorded(action: string, resolve: Resolve): Resolve {
  return async (root, args, context, info) => {
    const { hub, caller, requestId: request } = context
    const { tenant, name: actor } = caller
    const isOfCustomer = /customer/i.test(action)
    const tell = (stage: Stage, details: object) =>
      chainOf(hub).append({ tenant, actor, request, action, stage, details })
    await tell('ASKED', { args: redacted(args, isOfCustomer) })
    const texts = LOGGED.includes(action) ? [] : textsIn(args)
    const before = await snapshot(hub.db, tenant, texts)
    try {
      const answer: unknown = await resolve(root, args, context, info)
      const ids = idsIn(answer)
      const after = LOGGED.includes(action) ? [] : await snapshot(hub.db, tenant, [...texts, ...ids])
      await tell('DONE', { ids, changes: changes(before, after) })
      return answer
    } catch (error) {
      const after = await snapshot(hub.db, tenant, texts)
      await tell('REFUSED', { ...refusal(error), changes: changes(before, after) })
      throw error
    }
  }
}

/** Why it was refused; the message may name a person, so it is not kept. */
function refusal(error: unknown): { code: string; field: string | null } {
  if (error instanceof ErpError) return { code: error.code, field: error.field ?? null }
  return { code: error instanceof Refused ? 'VALIDATION' : 'INTERNAL', field: null }
}

import { GraphQLError } from 'graphql'
import { ErpError } from '../schema/errors.ts'
import type { Answer } from './answer.ts'
import { mapEvents } from './events.ts'
import type { Contextual, Shared } from './server.ts'

type Events = Answer | AsyncGenerator<Answer, void, void>

/**
 * Ends a stream at the first event after its caller lost the key or some of its rights: that event is withheld
 * and an error says why. `again` makes the caller's context anew.
 */
export function whileWelcome<C extends Contextual>(
  events: Events,
  context: C,
  again: () => Promise<C>,
  options: Shared<C>,
): Events {
  if (!(Symbol.asyncIterator in events)) return events
  const rights = options.dedupeKey(context)
  const guarded = mapEvents(events, async (event) => {
    const error = await again().then(
      (now) =>
        options.dedupeKey(now) === rights ? null : new ErpError('UNAUTHENTICATED', 'The key has changed.'),
      (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
    )
    if (!error) return event
    // Once this last word is on its way.
    setImmediate(() => void guarded.return())
    return { errors: [new GraphQLError(error.message, { originalError: error })] }
  })
  return guarded
}

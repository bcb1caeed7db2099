import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { Connection } from '../connection.ts'
import { type Database, iso, rows } from '../database.ts'
import type { HubContext } from '../hub.ts'

interface Seen {
  readAt: string | null
  changeAt: string | null
}

/** One look into the table of polls per request, however many connections are shown. */
const looks = new WeakMap<HubContext, Promise<Map<string, Seen>>>()

function seenOf(context: HubContext): Promise<Map<string, Seen>> {
  const look = looks.get(context) ?? readSeen(context.hub.db)
  looks.set(context, look)
  return look
}

async function readSeen(db: Database): Promise<Map<string, Seen>> {
  const sql = `select connection, max(succeeded_at) as read, max(changed_at) as change from poll
    where kind <> 'hook' group by connection`
  const found = await rows<{ connection: string; read: Date | null; change: Date | null }>(db.em(), sql)
  return new Map(found.map((row) => [row.connection, { readAt: iso(row.read), changeAt: iso(row.change) }]))
}

/** When a connection was last read, and when it last told of a change. */
@Resolver(() => Connection)
export class SeenResolver {
  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When a poll last read it to the end; null before the first one.',
  })
  async lastReadAt(@Root() { id }: Connection, @Ctx() context: HubContext): Promise<string | null> {
    return (await seenOf(context)).get(id)?.readAt ?? null
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it last told of a change, by poll or webhook; null where a system tells none.',
  })
  async lastChangeAt(@Root() { id }: Connection, @Ctx() context: HubContext): Promise<string | null> {
    return (await seenOf(context)).get(id)?.changeAt ?? null
  }
}

import type { Problem } from '../../../schema/index.ts'
import type { OpenConnection } from '../../connections.ts'
import { toProblem } from '../../reader.ts'
import type { Id, Kind, Records } from '../../records.ts'
import type { Manager } from '../database.ts'
import type { Hub } from '../hub.ts'
import type { Operation } from '../operations.ts'
import { inwards } from './apply.ts'
import { mappingsOf } from './read.ts'
import type { MappingSet } from './set.ts'

/** What became of records of an ERP under its mappings. */
export interface Brought<K extends Kind> {
  set: MappingSet
  /** Those that could be brought over, in the words of the golden records. */
  good: Records[K][]
  /** Why others could not. */
  problems: Map<Id, Problem>
}

/** Records of an ERP in the words of the golden records. One that cannot be brought over never keeps others back. */
export async function bringIn<K extends Kind>(
  hub: Hub,
  em: Manager,
  { id: connection, tenant }: Pick<OpenConnection, 'id' | 'tenant'>,
  kind: K,
  records: Records[K][],
): Promise<Brought<K>> {
  const set = await mappingsOf(hub.db, em, { tenant, connection, kind })
  const problems = new Map<Id, Problem>()
  if (set.isEmpty) return { set, good: records, problems }
  const good: Records[K][] = []
  for (const own of records) {
    const { record, errors } = await inwards(set, own)
    const [error] = errors
    if (error)
      problems.set(own.id, problemOf(errors.map(({ message }) => message).join(' '), error, connection))
    else good.push(record)
  }
  return { set, good, problems }
}

function problemOf(message: string, error: Error, connection: string): Problem {
  return { ...toProblem(error, connection), message: message.slice(0, 500) }
}

/** What both sides agree on after a write of ours: the ERP's record in the words of the golden record. */
export async function agreedOf<R extends object>(
  hub: Hub,
  em: Manager,
  at: { tenant: string; connection: string; kind: Kind },
  record: R,
): Promise<R> {
  return (await inwards(await mappingsOf(hub.db, em, at), record)).record
}

/** What marks an operation that tells what changed mappings make of a record that did not change itself. */
export const REMAPPED = { remapped: true }

/** Whether an operation came from mappings that were applied again. */
export function isRemapped({ input }: Pick<Operation, 'input'>): boolean {
  return Object.hasOwn(input, 'remapped')
}

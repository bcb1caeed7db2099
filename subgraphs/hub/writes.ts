import type { NonEmptyArray } from 'type-graphql'
import { LogResolver } from './log.ts'
import { WriteResolver } from './mutations.ts'
import { PaperResolver } from './paper/mutations.ts'
import { SyncResolver } from './subscriptions.ts'
import { SyncOperationResolver } from './sync.ts'

/** The resolvers of the write path: mutations, the sync log, subscriptions. */
export const writeResolvers: NonEmptyArray<new () => object> = [
  WriteResolver,
  PaperResolver,
  SyncResolver,
  LogResolver,
  SyncOperationResolver,
]

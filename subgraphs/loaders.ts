import DataLoader from 'dataloader'
import type { OpenConnection } from './connections.ts'
import type { Fresh, Patience } from './reader.ts'
import type {
  Credit,
  Id,
  LiveKind,
  LiveRecords,
  PriceAsk,
  PriceReading,
  StockAsk,
  StockReading,
} from './records.ts'

type Ask<A> = { ask: A; patience: Patience }
interface Reads<A, V> {
  read(asks: Ask<A>[]): Promise<Fresh<V>[]>
}

/** How long a record may take, where the client cannot say. */
const RECORD_PATIENCE: Patience = { deadlineMs: 5_000, maxAgeMs: null }

/** The loaders of one request: everything asked in one tick goes to a connection as one batch per kind. */
export class Loaders {
  readonly #loaders = new Map<string, DataLoader<never, unknown, never>>()

  stock(connection: OpenConnection, ask: StockAsk, patience: Patience): Promise<Fresh<StockReading>> {
    return this.#of(connection, 'stock', connection.readers.stock).load({ ask, patience })
  }

  price(connection: OpenConnection, ask: PriceAsk, patience: Patience): Promise<Fresh<PriceReading>> {
    return this.#of(connection, 'price', connection.readers.price).load({ ask, patience })
  }

  credit(connection: OpenConnection, customer: Id): Promise<Fresh<Credit>> {
    return this.#of(connection, 'credit', connection.readers.credit).load({
      ask: customer,
      patience: RECORD_PATIENCE,
    })
  }

  record<K extends LiveKind>(connection: OpenConnection, kind: K, id: Id): Promise<Fresh<LiveRecords[K]>> {
    const reader: Reads<Id, LiveRecords[LiveKind]> = connection.readers[kind]
    const loader = this.#of(connection, kind, reader)
    return loader.load({ ask: id, patience: RECORD_PATIENCE }) as Promise<Fresh<LiveRecords[K]>>
  }

  #of<A, V>(
    connection: OpenConnection,
    kind: string,
    reader: Reads<A, V>,
  ): DataLoader<Ask<A>, Fresh<V>, unknown> {
    const name = `${connection.id}/${kind}`
    let loader = this.#loaders.get(name) as DataLoader<Ask<A>, Fresh<V>, unknown> | undefined
    if (!loader) {
      loader = new DataLoader((asks) => reader.read([...asks]), { cache: false })
      this.#loaders.set(name, loader as DataLoader<never, unknown, never>)
    }
    return loader
  }
}

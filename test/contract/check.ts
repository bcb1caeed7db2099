import type { Connector, Erp } from '../../subgraphs/connector.ts'
import type { Bench } from './bench.ts'

/**
 * One promise of the contract. Its id is stable: a later check gets a new id, and an id is never given another
 * meaning. MUST binds every connector; SHOULD may be excused with a reason in excuses.ts.
 */
export interface Check {
  id: string
  level: 'MUST' | 'SHOULD'
  /** A whole sentence. */
  title: string
  /** Whether the connection has what the check is about; a check without it runs for every connector. */
  needs?: (erp: Erp, connector: Connector) => unknown
  /** True where it tries a sample of cases, so that an excused one does not always fail. */
  sampled?: boolean
  run: (bench: Bench) => Promise<void>
}

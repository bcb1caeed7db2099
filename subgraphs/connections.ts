import type { Connector, CustomerInput, Erp, Limits, SignIn } from './connector.ts'
import type { Outbound } from './http.ts'
import type { ConnectionPolicy } from './policy.ts'
import type { Readers } from './readers.ts'

/** What an operator set for one connection beside its credentials. */
export interface ConnectionSettings extends ConnectionPolicy {
  createMissingCustomers: boolean
  /** Milliseconds a value counts as fresh, by kind; the defaults stand in readers.ts. */
  ttlMs: Record<string, number>
  /** How often changes are polled, in milliseconds. */
  pollMs: number
  /** How often everything is listed again where a system tells no changes, in milliseconds. */
  sweepMs: number
  /** How often a source is told what its customers owe, in milliseconds. */
  standingMs: number
  /** What a customer of a source must have before it, or an order of it, goes to an ERP. */
  requiredCustomerFields: (keyof CustomerInput)[]
  /** What this company's contract with the vendor allows, where it differs from the connector's defaults. */
  limits: Partial<Limits>
}

/** One connected company, opened: ready to be asked. */
export interface OpenConnection {
  id: string
  tenant: string
  connector: Connector
  erp: Erp
  http: Outbound
  readers: Readers
  settings: ConnectionSettings
  /** What may be sent: by the connector, the configuration, or the operator, the later one winning. */
  limits: Limits
  /** What inbound webhooks are signed with; null where none were agreed. */
  webhookSecret: string | null
  /** How a person signs in; null where nobody has to. */
  signIn: SignIn | null
}

/** Where subgraphs look up connections; kept in memory, so a look-up costs nothing. */
export interface Directory {
  /** The connection, or null when it is unknown, paused or another tenant's. */
  find(tenant: string, id: string): OpenConnection | null
  /** All open connections of a tenant in configured order. */
  all(tenant: string): OpenConnection[]
}

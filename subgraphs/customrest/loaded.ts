import type { Expression } from '../expression.ts'
import type { CapabilityName, CapabilityPlan, ErrorPlan, JobPlan, Manifest, PagingPlan } from './manifest.ts'
import type { RequestPlan } from './request.ts'
import type { Template } from './template.ts'

/** A request with its expressions compiled. */
export interface Wording {
  method: RequestPlan['method']
  path: Template
  query: [string, Template][]
  headers: [string, Template][]
  body: Expression | null
  form: boolean
  omitEmpty: boolean
  /** Every field name of the input that the request reads: what it does not name it cannot send. */
  names: ReadonlySet<string>
}

/** When an answer is a failure, and which one. */
export interface ErrorRules {
  isSuccess: Expression | null
  message: Expression | null
  rules: (Omit<ErrorPlan['rules'][number], 'when' | 'field' | 'message'> & {
    when: Expression | null
    field: Expression | null
    message: Expression | null
  })[]
}

/** A page plan with its expressions compiled. */
export type Paging = Omit<PagingPlan, 'cursor' | 'nextUrl' | 'stopWhen'> & {
  cursor: Expression | null
  nextUrl: Expression | null
  stopWhen: Expression | null
}

/** A job with its expressions compiled; its requests see the id as `input.jobId`. */
export type Job = Pick<JobPlan, 'intervalMs' | 'timeoutMs' | 'done' | 'failed'> & {
  jobId: Expression
  status: Expression
  poll: Wording
  result: Wording | null
}

/** One capability, ready to be used. */
export interface Operation {
  name: CapabilityName
  plan: CapabilityPlan
  wording: Wording
  records: Expression | null
  /** All fields of a record at once; null where the manifest maps none. */
  row: Expression | null
  fields: [string, Expression][]
  paging: Paging | null
  /** Null where the first answer is the end. */
  job: Job | null
  errors: ErrorRules[]
  /** What stands in the header or field that carries the key; our reference where the manifest says nothing. */
  key: Expression | null
  notFoundWhen: Expression | null
}

/** A webhook event, ready to be used. */
export interface EventRule {
  when: Expression
  emit: string
  externalId: Expression
  /** False: the record is not read again, only what is kept of it is dropped. */
  reread: boolean
}

/** A checked manifest with everything compiled. */
export interface Loaded {
  manifest: Manifest
  baseUrl: Template
  headers: [string, Template][]
  operations: Map<CapabilityName, Operation>
  errors: ErrorRules | null
  login: { wording: Wording; token: Expression; expiresInS: Expression | null; logout: Wording | null } | null
  webhook: { deliveryId: Expression | null; list: Expression | null; events: EventRule[] } | null
}

import { LRUCache } from 'lru-cache'
import { parse as parseYaml } from 'yaml'
import { ErpError } from '../../schema/errors.ts'
import { Expression } from '../expression.ts'
import { SECRETS } from './credentials.ts'
import type { ErrorRules, EventRule, Job, Loaded, Operation, Paging, Wording } from './loaded.ts'
import {
  CAPABILITIES,
  type CapabilityName,
  type CapabilityPlan,
  type ErrorPlan,
  type Manifest,
  manifest as shape,
} from './manifest.ts'
import { ManifestError, type ManifestProblem, problemOf } from './problem.ts'
import { type Place, Template } from './template.ts'
import type { RequestPlan } from './request.ts'
import { functionsOf } from './words.ts'

const EXTRA_FIELDS: Partial<Record<string, string>> = {
  'products.get': 'product',
  'products.list': 'product',
  'customers.get': 'customer',
  'customers.list': 'customer',
  'customers.search': 'customer',
  'orders.get': 'order',
  'orders.list': 'order',
}

/** Which capability finds again what this one wrote, where the manifest names one. */
function lookupOf(name: CapabilityName, { idempotency }: CapabilityPlan): CapabilityName | undefined {
  const named = CAPABILITIES.find((one) => one === idempotency?.lookup)
  return named ?? (name === 'orders.create' ? 'orders.findByReference' : undefined)
}

class Loader {
  readonly problems: ManifestProblem[] = []
  readonly #manifest: Manifest
  readonly #functions: ReturnType<typeof functionsOf>

  constructor(manifest: Manifest, units: Record<string, string>) {
    this.#manifest = manifest
    this.#functions = functionsOf(units)
  }

  #at<T>(path: PropertyKey[], work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof ErpError)) throw error
      this.problems.push({ path, message: error.message })
      return null
    }
  }

  expression(text: string | undefined, path: PropertyKey[]): Expression | null {
    return text === undefined ? null : this.#at(path, () => new Expression(text, this.#functions))
  }

  template(text: string, place: Place, path: PropertyKey[]): Template {
    const made = (of: string) => new Template(of, place, this.#functions)
    return this.#at(path, () => made(text)) ?? made('')
  }

  templates(
    all: Record<string, string> | undefined,
    place: Place,
    path: PropertyKey[],
  ): [string, Template][] {
    return Object.entries(all ?? {}).map(([name, text]) => [
      name,
      this.template(text, place, [...path, name]),
    ])
  }

  wording(plan: RequestPlan, path: PropertyKey[]): Wording {
    const body = this.expression(plan.body, [...path, 'body'])
    const parts = {
      path: this.template(plan.path, 'path', [...path, 'path']),
      query: this.templates(plan.query, 'query', [...path, 'query']),
      headers: this.templates(plan.headers, 'header', [...path, 'headers']),
    }
    const read = [parts.path, ...parts.query.map(([, one]) => one), ...parts.headers.map(([, one]) => one)]
    return {
      method: plan.method,
      ...parts,
      body,
      form: plan.bodyEncoding === 'form',
      omitEmpty: plan.omitEmptyQuery ?? false,
      names: new Set([...read.flatMap(({ names }) => names), ...(body?.names ?? [])]),
    }
  }

  errors(plan: ErrorPlan | undefined, path: PropertyKey[]): ErrorRules | null {
    if (!plan) return null
    return {
      isSuccess: this.expression(plan.isSuccess, [...path, 'isSuccess']),
      message: this.expression(plan.message, [...path, 'message']),
      rules: plan.rules.map((rule, index) => ({
        ...rule,
        when: this.expression(rule.when, [...path, 'rules', index, 'when']),
        field: this.expression(rule.field, [...path, 'rules', index, 'field']),
        message: this.expression(rule.message, [...path, 'rules', index, 'message']),
      })),
    }
  }

  paging(name: string | undefined, path: PropertyKey[]): Paging | null {
    if (name === undefined) return null
    const plan = this.#manifest.paging?.[name]
    if (!plan) {
      this.problems.push({ path, message: `There is no paging named "${name}" in paging.` })
      return null
    }
    const at = ['paging', name]
    return {
      ...plan,
      cursor: this.expression(plan.cursor, [...at, 'cursor']),
      nextUrl: this.expression(plan.nextUrl, [...at, 'nextUrl']),
      stopWhen: this.expression(plan.stopWhen, [...at, 'stopWhen']),
    }
  }

  job(plan: CapabilityPlan, path: PropertyKey[]): Job | null {
    const { asyncJob: given, paging } = plan
    if (!given) return null
    const at = [...path, 'asyncJob']
    const tell = (name: string, message: string): void => {
      this.problems.push({ path: name ? [...at, name] : at, message })
    }
    const { intervalMs, timeoutMs, done, failed } = given
    const jobId = this.expression(given.jobId, [...at, 'jobId'])
    const status = this.expression(given.status, [...at, 'status'])
    const poll = this.wording(given.poll, [...at, 'poll'])
    const result = given.result ? this.wording(given.result, [...at, 'result']) : null
    if (paging !== undefined) tell('', 'A list that goes on page by page cannot be a job.')
    if (!poll.names.has('jobId')) tell('poll', 'It must name input.jobId, or it asks for no job.')
    if (failed.some((word) => done.includes(word))) tell('failed', 'A status cannot be done and failed.')
    return jobId && status && { intervalMs, timeoutMs, done, failed, jobId, status, poll, result }
  }

  operation(name: CapabilityName, plan: CapabilityPlan, common: ErrorRules | null): Operation {
    const path = ['capabilities', name]
    const texts: [string, string][] = Object.entries(plan.fields ?? {})
    if (plan.batch?.key) texts.push(['$key', plan.batch.key])
    if (plan.version && !plan.fields?.version) texts.push(['version', plan.version])
    if (plan.changedSince) texts.push(['$changed', plan.changedSince.cursor])
    if (plan.changedSince?.deleted) texts.push(['$deleted', plan.changedSince.deleted])
    for (const { key, entity, read } of this.#manifest.customFields ?? [])
      if (read && entity === EXTRA_FIELDS[name]) texts.push([`$custom.${key}`, read])
    const fields = texts.map(([field, text]): [string, Expression | null] => [
      field,
      this.expression(text, [...path, 'fields', field]),
    ])
    const whole = fields.every(([, one]) => one)
      ? `{${texts.map(([field, text]) => `${JSON.stringify(field)}: (${text})`).join(', ')}}`
      : '{}'
    const own = this.errors(plan.errors, [...path, 'errors'])
    return {
      name,
      plan,
      wording: this.wording(plan.request, [...path, 'request']),
      records: this.expression(plan.records, [...path, 'records']),
      row: texts.length > 0 ? this.expression(whole, [...path, 'fields']) : null,
      fields: fields.flatMap(([field, one]) => (one ? [[field, one] as [string, Expression]] : [])),
      paging: this.paging(plan.paging, [...path, 'paging']),
      job: this.job(plan, path),
      errors: [own, common].filter((rules) => rules !== null),
      key: this.expression(plan.idempotency?.value, [...path, 'idempotency', 'value']),
      notFoundWhen: this.expression(plan.notFoundWhen, [...path, 'notFoundWhen']),
    }
  }

  references(): void {
    const { capabilities } = this.#manifest
    for (const [name, plan] of Object.entries(capabilities)) {
      const { idempotency, request } = plan
      const path = ['capabilities', name, 'idempotency']
      if (idempotency?.kind === 'lookup' && !(idempotency.lookup && idempotency.lookup in capabilities))
        this.problems.push({ path, message: 'lookup must name a capability of this manifest.' })
      if (idempotency?.kind === 'header' && !idempotency.name)
        this.problems.push({ path, message: 'name must say which header carries the key.' })
      if (idempotency?.value && !idempotency.name)
        this.problems.push({ path, message: 'value needs a name: the header or field that carries it.' })
      if (/\.(create|update|cancel)$/.test(name) && request.method === 'GET')
        this.problems.push({
          path: ['capabilities', name, 'request', 'method'],
          message: 'A write is no GET.',
        })
    }
    const secrets = new Set<string>(SECRETS)
    for (const [, name = ''] of JSON.stringify(this.#manifest).matchAll(/\bsecret\.(\w+)/g))
      if (!secrets.has(name))
        this.problems.push({
          path: ['auth'],
          message: `There is no secret "${name}"; there are ${SECRETS.join(', ')}.`,
        })
  }

  /** A look-up that cannot ask for the reference, or see it in what is found, would take any record for ours. */
  lookup(of: CapabilityName, found: Operation | undefined): void {
    if (!found || found.name === of) return
    const { name, plan, wording } = found
    if (!wording.names.has('reference')) {
      const message = `${name} must name input.reference in its request, to look for what was written.`
      this.problems.push({ path: ['capabilities', of, 'idempotency', 'lookup'], message })
    }
    if (plan.fields && !plan.fields.reference) {
      const message = `It must be mapped: the ERP may leave out the condition, and ${of} looks here for its own.`
      this.problems.push({ path: ['capabilities', name, 'fields', 'reference'], message })
    }
  }

  events(webhook: NonNullable<Manifest['webhook']>): EventRule[] {
    return webhook.events.flatMap((event, index) => {
      const path = ['webhook', 'events', index]
      const when = this.expression(event.when, [...path, 'when'])
      const externalId = this.expression(event.externalId, [...path, 'externalId'])
      const { emit, reread = true } = event
      return when && externalId ? [{ when, externalId, emit, reread }] : []
    })
  }

  load(): Loaded {
    const { http, auth, webhook } = this.#manifest
    const errors = this.errors(this.#manifest.errors, ['errors'])
    const operations = CAPABILITIES.flatMap((name): [CapabilityName, Operation][] => {
      const plan = this.#manifest.capabilities[name]
      return plan ? [[name, this.operation(name, plan, errors)]] : []
    })
    const token = auth.kind === 'session' ? this.expression(auth.token, ['auth', 'token']) : null
    const events = webhook && this.events(webhook)
    this.references()
    const known = new Map(operations)
    for (const [name, { plan }] of operations) this.lookup(name, known.get(lookupOf(name, plan) ?? name))
    return {
      manifest: this.#manifest,
      baseUrl: this.template(http.baseUrl, 'url', ['http', 'baseUrl']),
      headers: this.templates(http.headers, 'header', ['http', 'headers']),
      operations: new Map(operations),
      errors,
      login:
        (auth.kind === 'session' &&
          token && {
            wording: this.wording(auth.login, ['auth', 'login']),
            token,
            expiresInS: this.expression(auth.expiresInS, ['auth', 'expiresInS']),
            logout: auth.logout ? this.wording(auth.logout, ['auth', 'logout']) : null,
          }) ||
        null,
      webhook: events
        ? {
            deliveryId: this.expression(webhook?.deliveryId, ['webhook', 'deliveryId']),
            list: this.expression(webhook?.list, ['webhook', 'list']),
            events,
          }
        : null,
    }
  }
}

function read(source: string | object): unknown {
  if (typeof source !== 'string') return source
  try {
    return parseYaml(source, { maxAliasCount: 20 })
  } catch (error) {
    throw new ManifestError([
      { path: [], message: `It is neither JSON nor YAML: ${(error as Error).message}` },
    ])
  }
}

const known = new LRUCache<string, Loaded>({ max: 32 })

/**
 * Checks and compiles a manifest (text or data) with the unit table of a connection; ManifestError names everything
 * that is wrong, and where.
 */
export function load(source: string | object, units: Record<string, string>): Loaded {
  const key = JSON.stringify([source, units])
  const before = known.get(key)
  if (before) return before
  const checked = shape.safeParse(read(source))
  if (!checked.success) throw new ManifestError(checked.error.issues.map(problemOf))
  const loader = new Loader(checked.data, units)
  const loaded = loader.load()
  if (loader.problems.length > 0) throw new ManifestError(loader.problems)
  known.set(key, loaded)
  return loaded
}

import { LRUCache } from 'lru-cache'
import { parse as parseYaml } from 'yaml'
import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { Expression } from '../expression.ts'
import type { ErrorRules, Loaded, Operation, Paging, Wording } from './loaded.ts'
import {
  CAPABILITIES,
  type CapabilityName,
  type CapabilityPlan,
  type ErrorPlan,
  type Manifest,
  type RequestPlan,
  SECRETS,
  manifest as shape,
} from './manifest.ts'
import { type Place, Template } from './template.ts'
import { functions } from './words.ts'

/** Something wrong in a manifest, and where. */
export interface ManifestProblem {
  path: PropertyKey[]
  message: string
}

/** A manifest that cannot be used, with every problem that was found. */
export class ManifestError extends ErpError {
  readonly problems: ManifestProblem[]

  constructor(problems: ManifestProblem[]) {
    const shown = problems.slice(0, 5).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
    super('VALIDATION', `The manifest cannot be used. ${shown.join(' ')}`, { field: 'manifest' })
    this.problems = problems
  }
}

const EXTRA_FIELDS: Partial<Record<string, string>> = {
  'products.get': 'product',
  'products.list': 'product',
  'customers.get': 'customer',
  'customers.list': 'customer',
  'customers.search': 'customer',
  'orders.get': 'order',
  'orders.list': 'order',
}

class Loader {
  readonly problems: ManifestProblem[] = []
  readonly #manifest: Manifest

  constructor(manifest: Manifest) {
    this.#manifest = manifest
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
    return text === undefined ? null : this.#at(path, () => new Expression(text, functions))
  }

  template(text: string, place: Place, path: PropertyKey[]): Template {
    return this.#at(path, () => new Template(text, place, functions)) ?? new Template('', place, functions)
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
      errors: [own, common].filter((rules) => rules !== null),
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

  load(): Loaded {
    const { http, auth, webhook } = this.#manifest
    const errors = this.errors(this.#manifest.errors, ['errors'])
    const operations = CAPABILITIES.flatMap((name): [CapabilityName, Operation][] => {
      const plan = this.#manifest.capabilities[name]
      return plan ? [[name, this.operation(name, plan, errors)]] : []
    })
    const token = auth.kind === 'session' ? this.expression(auth.token, ['auth', 'token']) : null
    const events = webhook?.events.flatMap((event, index) => {
      const path = ['webhook', 'events', index]
      const when = this.expression(event.when, [...path, 'when'])
      const externalId = this.expression(event.externalId, [...path, 'externalId'])
      return when && externalId ? [{ when, externalId, emit: event.emit }] : []
    })
    this.references()
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
          }) ||
        null,
      webhook: events ? { list: this.expression(webhook?.list, ['webhook', 'list']), events } : null,
    }
  }
}

function issueOf({ path, message }: z.core.$ZodIssue): ManifestProblem {
  return { path, message: /[.!]$/.test(message) ? message : `${message}.` }
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

/** Checks and compiles a manifest (text or data); ManifestError names everything that is wrong, and where. */
export function load(source: string | object): Loaded {
  const key = typeof source === 'string' ? source : JSON.stringify(source)
  const before = known.get(key)
  if (before) return before
  const checked = shape.safeParse(read(source))
  if (!checked.success) throw new ManifestError(checked.error.issues.map(issueOf))
  const loader = new Loader(checked.data)
  const loaded = loader.load()
  if (loader.problems.length > 0) throw new ManifestError(loader.problems)
  known.set(key, loaded)
  return loaded
}

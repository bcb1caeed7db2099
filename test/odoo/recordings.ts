import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { Float, parseBody } from '../../subgraphs/odoo/sandbox/values.ts'

/** A request to a real Odoo and its answer; numbers as the sandbox reads them, so that 450.0 stays a float. */
export interface Recording {
  file: string
  request: { method: string; path: string; headers: Record<string, string>; body: unknown }
  response: { status: number; headers: Record<string, string>; json: unknown; text: string | null }
}

/** Where the recordings lie, beside the repository. */
export const FOLDER = new URL('../../../shared/recordings/odoo19/', import.meta.url)
/** Where vendors' specifications lie, beside the repository. */
export const SPEC = new URL('../../../shared/specs/odoo/models-19.0.json', import.meta.url)

/** Whether the recordings lie beside the repository. */
export const recorded = existsSync(FOLDER)

/** Every recording in the order in which they were made; empty where the folder is absent. */
export function recordings(): Recording[] {
  if (!recorded) return []
  const order = (file: string) => Number(file.split('-')[0])
  const files = readdirSync(FOLDER).toSorted((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
  return files.map((file) => ({
    file,
    ...(parseBody(readFileSync(new URL(file, FOLDER), 'utf8')) as Omit<Recording, 'file'>),
  }))
}

/** The model and method that a recording calls; null for other requests. */
export function calledBy({ request }: Recording): { model: string; method: string } | null {
  const [, api, , model = '', method = ''] = request.path.split('/')
  if (api === 'json') return { model, method }
  const { params } = (request.body ?? {}) as { params?: { service?: string; args?: string[] } }
  return params?.service === 'object'
    ? { model: params.args?.[3] ?? '', method: params.args?.[4] ?? '' }
    : null
}

const REFERENCES: Record<string, string> = {
  partner_id: 'res.partner',
  product_id: 'product.product',
  pricelist_id: 'product.pricelist',
  property_product_pricelist: 'product.pricelist',
  pricelist: 'product.pricelist',
  order_id: 'sale.order',
  warehouse: 'stock.warehouse',
  warehouse_id: 'stock.warehouse',
  active_ids: 'account.move',
}

/** Ids of the real database -> ids of the sandbox, by model, as far as records were made. */
export class Ids {
  readonly #known = new Map<string, number>()

  learn(model: string, real: unknown, ours: unknown): void {
    const pairs: [unknown, unknown][] =
      Array.isArray(real) && Array.isArray(ours) ? real.map((id, at) => [id, ours[at]]) : [[real, ours]]
    for (const [one, other] of pairs) {
      if (typeof one === 'number' && typeof other === 'number') this.#known.set(`${model} ${one}`, other)
    }
  }

  /** A value in which every id that stands for a known record is replaced; `model` is what bare ids mean. */
  translate(value: unknown, model: string | null = null): unknown {
    if (typeof value === 'number') return this.#known.get(`${model} ${value}`) ?? value
    if (Array.isArray(value)) {
      const [field, , wanted] = value as unknown[]
      if (value.length === 3 && typeof field === 'string' && REFERENCES[field]) {
        return [field, value[1], this.translate(wanted, REFERENCES[field])]
      }
      return value.map((each) => this.translate(each, model))
    }
    if (value === null || typeof value !== 'object' || value instanceof Float) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.translate(each, REFERENCES[key] ?? null)]),
    )
  }
}

/** A text without what differs from one database to another. */
export function normal(text: string): string {
  return text.replace(/"[^"]*"/g, '"#"').replace(/\d+/g, '#')
}

/**
 * What two answers differ in as to their form; empty where they agree. Texts and figures are the database's own;
 * `false` stands for anything that may be empty.
 */
export function difference(real: unknown, ours: unknown, path = 'answer'): string[] {
  if (Array.isArray(real) && Array.isArray(ours)) {
    // A reference is [id, label], a command [number, id, values]; other lists hold rows of one form.
    const isTuple = typeof real[1] === 'string'
    const length = isTuple ? real.length : Math.min(real.length, ours.length, 1)
    return Array.from({ length }, (_, at) => difference(real[at], ours[at], `${path}.${at}`)).flat()
  }
  if (isRecord(real) && isRecord(ours)) {
    const names = [...new Set([...Object.keys(real), ...Object.keys(ours)])]
    return names.flatMap((name) => {
      if (!(name in real)) return [`${path}.${name} is ours alone`]
      if (!(name in ours)) return [`${path}.${name} is missing`]
      return difference(real[name], ours[name], `${path}.${name}`)
    })
  }
  const [one, other] = [typeOf(real), typeOf(ours)]
  const mayBeEmpty = ['text', 'list']
  if (one === other) return []
  if (real === false && mayBeEmpty.includes(other)) return []
  if (ours === false && mayBeEmpty.includes(one)) return []
  return [`${path} is ${other} instead of ${one}`]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Float)
}

function typeOf(value: unknown): string {
  if (value instanceof Float) return 'float'
  if (Array.isArray(value)) return 'list'
  if (value === null) return 'null'
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'integer' : typeof value
}

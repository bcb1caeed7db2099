import { describe, expect, it } from 'vitest'
import { Float, parseBody } from '../../subgraphs/odoo/sandbox/values.ts'
import { type Bench, native, open } from './bench.ts'
import { Ids, type Recording, calledBy, difference, normal, recorded, recordings } from './recordings.ts'

/** Recordings whose figures follow from the price lists that earlier recordings made. */
const PRICED = [
  '72-order-lines-pricelist.json',
  '131-price-onchange-with-pricelist.json',
  '132-price-onchange-line.json',
  '133-price-onchange-line-default.json',
]
const FIGURES = ['price_unit', 'price_subtotal', 'amount_untaxed']

/** Recorded fields of products that other modules add; of these the sandbox knows none. */
const FIELDS = '08-product-fields-get.json'

/** The recorded request as the sandbox's own user would send it. */
function forSandbox({ request }: Recording, { sandbox }: Bench, ids: Ids, call: ReturnType<typeof calledBy>) {
  const { database, user, secret } = sandbox.config('http://sandbox')
  const headers = { ...request.headers }
  if (headers['X-Odoo-Database'] === 'odoo19') headers['X-Odoo-Database'] = String(database)
  if (headers.Authorization)
    headers.Authorization = headers.Authorization.replace('<ODOO19_API_KEY>', String(secret))
  if (typeof request.body === 'string') return { headers, body: request.body }
  if (request.body === null) return { headers, body: undefined }
  const { params, ...rest } = request.body as { params?: { args?: unknown[] } }
  if (!params?.args) return { headers, body: JSON.stringify(named(request.body, ids, call)) }
  const login = { odoo19: database, admin: call ? secret : user }
  const args = params.args.map((arg, at) => {
    if (at === 2) return arg === 'admin' || String(arg).startsWith('<') ? secret : arg
    if (at < 3) return login[arg as keyof typeof login] ?? arg
    if (at !== 5 || !Array.isArray(arg)) return at > 4 ? ids.translate(arg) : arg
    return [ids.translate(arg[0], call?.model), ...arg.slice(1).map((one) => ids.translate(one))]
  })
  return { headers, body: JSON.stringify({ ...rest, params: { ...params, args } }) }
}

function named(body: unknown, ids: Ids, call: ReturnType<typeof calledBy>): unknown {
  if (Array.isArray(body)) return body
  const { ids: own, ...rest } = body as { ids?: unknown }
  return {
    ...(own !== undefined && { ids: ids.translate(own, call?.model) }),
    ...(ids.translate(rest) as object),
  }
}

async function play(recording: Recording, bench: Bench, ids: Ids): Promise<string[]> {
  const { request, response } = recording
  const call = calledBy(recording)
  const { headers, body } = forSandbox(recording, bench, ids, call)
  const answer = await fetch(bench.server.url('odoo') + request.path, {
    method: request.method,
    headers,
    body,
  })
  const text = await answer.text()
  const problems: string[] = []
  if (answer.status !== response.status)
    problems.push(`status ${answer.status} instead of ${response.status}`)
  const type = answer.headers.get('content-type')
  if (type !== response.headers['Content-Type']) problems.push(`content type ${type}`)
  if (response.json === null) return problems
  const ours = parseBody(text)
  const [real, got] = [response.json, ours].map((each) => stripped(each)) as [Body, Body]
  if (call?.method === 'create') ids.learn(call.model, real.result ?? real, got.result ?? got)
  if (call?.method === 'load' && call.model === 'sale.order') ids.learn(call.model, real.result, got.result)
  const [wanted, said] = [real, got].map(errorOf)
  if (wanted || said) {
    if (wanted?.name !== said?.name)
      problems.push(`${said?.name}: ${said?.message} instead of ${wanted?.name}`)
    if (normal(wanted?.message ?? '') !== normal(said?.message ?? '')) problems.push(`"${said?.message}"`)
  }
  if (PRICED.includes(recording.file) && figures(real).join() !== figures(got).join()) {
    problems.push(`${figures(got).join()} instead of ${figures(real).join()}`)
  }
  return recording.file === FIELDS
    ? [...problems, ...fieldsDiffer(real, got)]
    : [...problems, ...difference(real, got)]
}

function figures(value: unknown, name = ''): string[] {
  if (value instanceof Float) return FIGURES.includes(name) ? [value.text] : []
  if (Array.isArray(value)) return value.flatMap((each) => figures(each))
  return value && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, each]) => figures(each, key))
    : []
}

interface Body {
  result?: unknown
  error?: { data: { name: string; message: string } }
  name?: string
  message?: string
}

function errorOf(body: Body): { name: string; message: string } | null {
  if (body.error) return body.error.data
  return body.name && body.message ? { name: body.name, message: body.message } : null
}

/** Python's stack trace is the server's own, and the help of an import's message is for people. */
function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped)
  if (value === null || typeof value !== 'object' || value instanceof Float) return value
  const kept = Object.entries(value).filter(([name]) => name !== 'moreinfo' && name !== 'domain')
  return Object.fromEntries(kept.map(([name, each]) => [name, name === 'debug' ? 'trace' : stripped(each)]))
}

function fieldsDiffer(real: Body, ours: Body): string[] {
  const [wanted, got] = [real.result, ours.result] as [Record<string, object>, Record<string, object>]
  return Object.entries(got).flatMap(([name, facts]) => {
    // Fields that the demo company added are in no other database.
    if (name.startsWith('x_')) return []
    const { type } = facts as { type: string }
    const same = (wanted[name] as { type?: string } | undefined)?.type
    return same === type ? [] : [`${name} is ${type} instead of ${same}`]
  })
}

describe.skipIf(!recorded)(
  'the sandbox answers as the real Odoo 19 did (skipped where the recordings are absent)',
  () => {
    it('to every recorded request, in the order of the recording', async () => {
      await using bench = await open(19)
      // The recorded database was fresh: its price list feature was off, and had no price list.
      const settings = await native<number>(bench, 'res.config.settings', 'create', [
        { group_product_pricelist: false },
      ])
      await native(bench, 'res.config.settings', 'execute', [[settings]])
      const ids = new Ids()
      const differ: string[] = []
      for (const recording of recordings()) {
        for (const problem of await play(recording, bench, ids)) differ.push(`${recording.file}: ${problem}`)
      }
      expect(differ).toEqual([])
      expect(recordings().length).toBeGreaterThan(120)
    })
  },
)

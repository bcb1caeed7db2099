import jsonata from 'jsonata'
import { RE2JS } from 're2js'
import { setImmediate as breathe } from 'node:timers/promises'
import { ErpError } from '../schema/errors.ts'
import { DECIMALS } from './decimals.ts'
import { GUARDS } from './guards.ts'

/** What an expression may cost; each limit ends the evaluation with ErpError VALIDATION. */
export interface Bounds {
  /** Milliseconds of work for one evaluation; evaluations run one after the other, so it is its own time. */
  timeMs: number
  /** How deep calls may nest. */
  depth: number
  /** Elements of one list. */
  items: number
  /** Values and letters of one result, above twice those of the input. */
  size: number
}

/** Enough for any mapping, little enough that a hostile one is a short pause. */
export const BOUNDS: Bounds = { timeMs: 500, depth: 200, items: 50_000, size: 1_000_000 }

/** A function that expressions may call as `$name(…)`. It must end by itself, and quickly. */
export type ExpressionFunction = (...args: unknown[]) => unknown

const MAX_TEXT = 8_000
const MAX_NESTING = 100
/** Instructions of a pattern times letters that it looks at, in one evaluation. */
const MAX_MATCHING = 5_000_000

function refuse(why: string, details: { field?: string; said?: string } = {}): never {
  throw new ErpError('VALIDATION', why, details)
}

/** Of a pause between two steps no more is counted, in ms: a busy machine is not the expression's fault. */
const PAUSE_MS = 50

interface Run {
  bounds: Bounds
  /** Milliseconds of work until the last step, and when that was. */
  worked: number
  steppedAt: number
  size: number
  matching: number
}

/** The evaluation that runs now; there is never more than one. */
let run: Run | null = null

function current(): Run {
  return run ?? refuse('No expression is being evaluated.')
}

/** Ends the evaluation when its time is over. Each step is bounded by itself, so many of them are a long work. */
function tick(): void {
  const state = current()
  const now = performance.now()
  state.worked += Math.min(now - state.steppedAt, PAUSE_MS)
  state.steppedAt = now
  if (state.worked > state.bounds.timeMs)
    refuse(`The expression takes longer than ${state.bounds.timeMs} ms.`)
}

interface Weight {
  size: number
  nesting: number
}

const weights = new WeakMap<object, Weight>()

/**
 * How large a value is when it is written out: a list that holds the same large list twice counts it twice, so
 * that a value of a few steps that unfolds to millions is seen at once. Known parts are not counted again.
 */
function weigh(value: unknown): Weight {
  if (typeof value === 'string') return { size: value.length + 1, nesting: 0 }
  if (value === null || typeof value !== 'object' || isCode(value)) return { size: 1, nesting: 0 }
  const known = weights.get(value)
  if (known) return known
  const weight: Weight = { size: 1, nesting: 1 }
  for (const part of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    const { size, nesting } = weigh(part)
    weight.size += size
    weight.nesting = Math.max(weight.nesting, nesting + 1)
  }
  weights.set(value, weight)
  return weight
}

function isCode(value: object): boolean {
  return '_jsonata_lambda' in value || '_jsonata_function' in value
}

function mustBeSmall(value: unknown): void {
  const { size, nesting } = weigh(value)
  if (size > current().size) refuse('A result of the expression is too large.')
  if (nesting > MAX_NESTING) refuse('A result of the expression is nested too deeply.')
}

/** A regular expression whose work grows with the text, never faster (RE2: no look-around, no back-references). */
class LinearRegex extends RegExp {
  readonly #program: RE2JS

  constructor(pattern: RegExp) {
    super(pattern.source, pattern.flags)
    const flags =
      (pattern.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (pattern.multiline ? RE2JS.MULTILINE : 0)
    this.#program = RE2JS.compile(RE2JS.translateRegExp(pattern.source), flags)
  }

  override exec(text: string): RegExpExecArray | null {
    tick()
    const state = current()
    state.matching += this.#program.programSize() * (text.length - this.lastIndex + 1)
    if (state.matching > MAX_MATCHING) refuse('The regular expression has too much to look at.')
    const matcher = this.#program.matcher(text)
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0
      return null
    }
    this.lastIndex = matcher.end()
    const groups = Array.from({ length: matcher.groupCount() }, (_, index) => matcher.group(index + 1))
    const found: (string | undefined)[] = [
      matcher.group() ?? '',
      ...groups.map((group) => group ?? undefined),
    ]
    return Object.assign(found, { index: matcher.start(), input: text }) as RegExpExecArray
  }
}

const RegexEngine = new Proxy(RegExp, {
  construct: (_target, [pattern]: [RegExp]) => new LinearRegex(pattern),
})

interface Builtin {
  _jsonata_function: true
  implementation: (...args: unknown[]) => unknown
  signature: unknown
}

/** jsonata's own comparison of each with each is too slow for long lists. */
function distinct(list: unknown): unknown {
  if (!Array.isArray(list) || list.length < 2) return list
  const seen = new Map(list.map((one: unknown) => [typeof one + JSON.stringify(one), one]))
  return [...seen.values()]
}

const BUILTINS =
  'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis'

function guarded(name: string, { implementation, signature }: Builtin): Builtin {
  const work = name === 'distinct' ? distinct : implementation
  function bounded(this: unknown, ...args: unknown[]): unknown {
    tick()
    GUARDS[name]?.(args)
    const result = work.apply(this, args)
    if (!(result instanceof Promise)) mustBeSmall(result)
    return result
  }
  // jsonata counts the arguments of a function, and reads their names from its text to apply some of them.
  Object.defineProperty(bounded, 'length', { value: implementation.length })
  Object.defineProperty(bounded, 'toString', { value: () => implementation.toString() })
  return { _jsonata_function: true, implementation: bounded, signature }
}

function quiet(work: ExpressionFunction): ExpressionFunction {
  return (...args) => (args[0] === undefined ? undefined : work(...args))
}

const builtins: [string, Builtin][] = []
for (const name of BUILTINS.split(' '))
  builtins.push([name, guarded(name, (await jsonata(`$${name}`).evaluate(null)) as Builtin)])

/** The tree of an expression, as far as it is looked at. */
type Node = Record<string, unknown>

/** Looks at every part of the tree once; the tree of an expression has no rings, `ancestor` links apart. */
function walk(part: unknown, look: (node: Node) => void, seen = new Set<unknown>()): void {
  if (part === null || typeof part !== 'object' || part instanceof RegExp || seen.has(part)) return
  seen.add(part)
  if (!Array.isArray(part)) look(part as Node)
  for (const value of Object.values(part)) walk(value, look, seen)
}

let turn: Promise<unknown> = Promise.resolve()

/** Runs one evaluation after the other, and lets others have the process after a long one. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = turn.then(work)
  turn = next.then(
    () => undefined,
    () => undefined,
  )
  return next
}

function plain(value: unknown, within = 0): unknown {
  if (typeof value === 'function') return refuse('The result of the expression is a function.')
  if (typeof value === 'number' && !Number.isFinite(value)) return refuse('The result is no number.')
  if (value === null || typeof value !== 'object' || JSON.isRawJSON(value)) return value
  if (isCode(value)) return refuse('The result of the expression is a function.')
  if (within > MAX_NESTING) return refuse('The result of the expression is nested too deeply.')
  if (Array.isArray(value)) return value.map((one: unknown) => plain(one, within + 1) ?? null)
  const members = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(members.map(([name, part]) => [name, plain(part, within + 1)]))
}

function compiled(text: string, { depth, items }: Bounds): jsonata.Expression {
  try {
    return jsonata(text, { RegexEngine, stack: depth, sequence: items })
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number }
    return refuse(`The expression cannot be read${position ? ` at letter ${position}` : ''}: ${message}`)
  }
}

/** A JSONata expression, compiled once. It cannot hang, and reaches nothing but its input and variables. */
export class Expression {
  readonly text: string
  /** Every field name that stands in it. */
  readonly names: ReadonlySet<string>
  readonly #compiled: jsonata.Expression
  readonly #bounds: Bounds

  /** Throws ErpError VALIDATION that says what is wrong and where. */
  constructor(
    text: string,
    functions: Record<string, ExpressionFunction> = {},
    bounds: Partial<Bounds> = {},
  ) {
    this.text = text
    this.#bounds = { ...BOUNDS, ...bounds }
    if (text.length > MAX_TEXT) refuse(`An expression has at most ${MAX_TEXT} letters.`)
    this.#compiled = compiled(text, this.#bounds)
    this.names = inspect(this.#compiled.ast() as object)
    for (const [name, work] of builtins) this.#compiled.assign(name, work)
    for (const [name, work] of Object.entries({ ...DECIMALS, ...functions }))
      this.#compiled.registerFunction(name, quiet(work))
    assignHook(this.#compiled, 'entry', () => tick())
    assignHook(this.#compiled, 'exit', (_node, _input, _environment, result) => mustBeSmall(result))
  }

  /** The result as plain data; undefined where there is none. Throws ErpError VALIDATION when it fails. */
  run(input: unknown, variables: Record<string, unknown> = {}): Promise<unknown> {
    return inTurn(async () => {
      const started = performance.now()
      const bounds = this.#bounds
      const size = bounds.size + 2 * weigh([input, ...Object.values(variables)]).size
      run = { bounds, worked: 0, steppedAt: started, size, matching: 0 }
      try {
        const result: unknown = await this.#compiled.evaluate(input, variables)
        mustBeSmall(result)
        return plain(result)
      } catch (error) {
        if (error instanceof ErpError) throw error
        return refuse(`The expression failed: ${String((error as Error).message).slice(0, 200)}`)
      } finally {
        run = null
        if (performance.now() - started > 20) await breathe()
      }
    })
  }
}

/** Refuses what cannot be bounded, and gives the names of the fields that are read. */
function inspect(tree: object): Set<string> {
  const names = new Set<string>()
  walk(tree, (node) => {
    if (node.type === 'lambda' && node.signature !== undefined)
      refuse('Functions of an expression have no signature.')
    if (node.type === 'regex' && node.value instanceof RegExp) regex(node.value)
    if (node.type === 'name' && typeof node.value === 'string') names.add(node.value)
  })
  return names
}

function regex(pattern: RegExp): void {
  try {
    new LinearRegex(pattern)
  } catch (error) {
    refuse(`The regular expression /${pattern.source}/ cannot be used: ${(error as Error).message}`)
  }
}

type Watch = (node: unknown, input: unknown, environment: unknown, result: unknown) => void

/** jsonata calls these around every step; its types know only names of variables that are texts. */
function assignHook(compiled: { assign(name: string, value: unknown): void }, when: string, watch: Watch) {
  Reflect.apply(compiled.assign, compiled, [Symbol.for(`jsonata.__evaluate_${when}`), watch])
}

declare global {
  interface JSON {
    /** Whether a value was made by JSON.rawJSON (ECMAScript proposal "JSON.parse source text access"). */
    isRawJSON(value: unknown): boolean
  }
}

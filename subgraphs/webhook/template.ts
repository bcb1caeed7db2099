import { ErpError } from '../../schema/errors.ts'
import { Expression } from '../expression.ts'
import { exactNumber } from '../json.ts'

/** What a template is written over: the document, and the element inside `$each`. */
interface Scope {
  $: unknown
  '@': unknown
}

type Part = (scope: Scope) => unknown

const MAX_DEPTH = 32
const STEP = /\.(\*|[\p{L}_][\p{L}\p{N}_]*)|\[(?:(\*)|(-?\d{1,9})|'([^'\\]*)'|"([^"\\]*)")\]/uy

function refuse(why: string): never {
  throw new ErpError('VALIDATION', why, { field: 'templates' })
}

type Step = (value: unknown) => unknown[]

function members(value: unknown): [string, unknown][] {
  return value !== null && typeof value === 'object' ? Object.entries(value) : []
}

const every: Step = (value) => members(value).map(([, part]) => part)

function named(name: string): Step {
  return (value) =>
    (Array.isArray(value) ? [] : members(value)).filter(([key]) => key === name).map(([, part]) => part)
}

function nth(position: number): Step {
  return (value) => (Array.isArray(value) ? value.slice(position, position + 1 || undefined) : [])
}

/** Names, positions and "*" of JSONPath (RFC 9535); no descendants, slices, filters or functions. */
function hitsOf(text: string): (scope: Scope) => unknown[] {
  const steps: Step[] = []
  for (let at = 1; at < text.length;) {
    STEP.lastIndex = at
    const match = STEP.exec(text)
    if (!match)
      return refuse(`The path ${JSON.stringify(text.slice(0, 80))} cannot be read at letter ${at + 1}.`)
    const [whole, bare, star, position, quoted, doubled] = match
    at += whole.length
    if (bare === '*' || star) steps.push(every)
    else if (position !== undefined) steps.push(nth(Number(position)))
    else steps.push(named(bare ?? quoted ?? doubled ?? ''))
  }
  const root = text.charAt(0) as '$' | '@'
  return (scope) => steps.reduce<unknown[]>((values, step) => values.flatMap(step), [scope[root]])
}

function one(text: string): Part {
  const hits = hitsOf(text)
  return (scope) => {
    const found = hits(scope)
    if (found.length > 1) refuse(`The path ${JSON.stringify(text)} gives several values; use $each.`)
    return found[0] ?? null
  }
}

function isPath(text: string): boolean {
  return /^[$@]\./.test(text) || /^[$@]\[/.test(text) || text === '@'
}

function pair(value: unknown, name: string): [unknown, unknown] {
  if (!Array.isArray(value) || value.length !== 2) refuse(`${name} takes a list of two.`)
  return [value[0], value[1]]
}

function dated(value: unknown, format: string): unknown {
  if (value === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d))?/.exec(String(value)) ?? refuse('$date got no date.')
  const words: Record<string, string | undefined> = {
    YYYY: year,
    YY: year?.slice(2),
    MM: month,
    DD: day,
    hh: hour,
    mm: minute,
    ss: second,
  }
  return format.replace(/YYYY|YY|MM|DD|hh|mm|ss/g, (word) => words[word] ?? word)
}

const FORMS: Record<string, (argument: unknown, depth: number, node: Record<string, unknown>) => Part> = {
  $const: (value) => () => value,
  $default(argument, depth) {
    const [first, second] = pair(argument, '$default').map((each) => compile(each, depth)) as [Part, Part]
    return (scope) => first(scope) ?? second(scope)
  },
  $number(argument, depth) {
    const part = compile(argument, depth)
    return (scope) => {
      const value = part(scope)
      return value === null ? null : exactNumber(String(value))
    }
  },
  $date(argument, depth) {
    const [value, format] = pair(argument, '$date')
    const part = compile(value, depth)
    return (scope) => dated(part(scope), String(format))
  },
  $each(argument, depth, { $item }) {
    if (typeof argument !== 'string' || !isPath(argument)) refuse('$each takes a path.')
    if ($item === undefined) refuse('$each needs $item.')
    const [hits, item] = [hitsOf(argument), compile($item, depth)]
    return (scope) => hits(scope).map((element) => item({ ...scope, '@': element }))
  },
}

function compile(node: unknown, above: number): Part {
  const depth = above + 1
  if (depth > MAX_DEPTH) refuse(`A template is at most ${MAX_DEPTH} levels deep.`)
  if (typeof node === 'string') return isPath(node) ? one(node) : () => node
  if (node === null || typeof node !== 'object') return () => node
  if (Array.isArray(node)) {
    const parts = node.map((part: unknown) => compile(part, depth))
    return (scope) => parts.map((part) => part(scope))
  }
  const members = Object.entries(node)
  const [name = '', argument] = members.find(([key]) => key.startsWith('$') && key !== '$item') ?? []
  if (!name) {
    const parts = members.map(([key, part]): [string, Part] => [key, compile(part, depth)])
    return (scope) => Object.fromEntries(parts.map(([key, part]) => [key, part(scope)]))
  }
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined
  if (!form || members.length !== (name === '$each' ? 2 : 1)) refuse(`${name} is not known, or not alone.`)
  return form(argument, depth, node as Record<string, unknown>)
}

/**
 * What a body is made by: JSON in which paths, `$each`, `$const`, `$default`, `$number` and `$date` are replaced; or
 * a text that is one JSONata expression over the document, with $event and $eventId. Throws ErpError VALIDATION.
 */
export class Template {
  readonly #run: (data: unknown, variables: Record<string, unknown>) => unknown

  constructor(template: unknown) {
    if (typeof template === 'string') {
      const expression = new Expression(template)
      this.#run = (data, variables) => expression.run(data, variables)
    } else {
      const part = compile(template, 0)
      this.#run = (data) => part({ $: data, '@': null })
    }
  }

  /** The body as data; decimals that became numbers keep every digit. */
  async fill(data: unknown, variables: Record<string, unknown>): Promise<unknown> {
    const body = await this.#run(data, variables)
    return body === undefined ? refuse('The template gives nothing.') : body
  }
}

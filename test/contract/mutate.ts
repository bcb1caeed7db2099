import { textOf } from '../../subgraphs/charset.ts'
import type { SandboxAnswer, SandboxFactory, SandboxRequest } from '../../subgraphs/sandbox.ts'

/** JSON whose numbers keep their spelling. */
type Tree = string | boolean | null | object | Tree[] | { [key: string]: Tree }

interface Branch {
  [key: string]: Tree
}

/** Where a value stands in an answer, and what it is. */
export interface Leaf {
  path: string[]
  kind: 'number' | 'text' | 'other'
}

/** What may happen to a value; undefined takes the member away. */
export type Change = { to: Tree } | { to: undefined }

function parse(text: string): Tree | undefined {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? JSON.rawJSON(context?.source ?? String(value)) : value,
    ) as Tree
  } catch {
    return undefined
  }
}

function isRaw(value: Tree): boolean {
  return JSON.isRawJSON(value)
}

declare global {
  interface JSON {
    /** Whether a value was made by JSON.rawJSON (ECMAScript proposal "JSON.parse source text access"). */
    isRawJSON(value: unknown): boolean
  }
}

function kindOf(value: Tree): Leaf['kind'] {
  if (isRaw(value)) return 'number'
  if (typeof value !== 'string') return 'other'
  return /^-?\d+\.\d+$/.test(value) ? 'number' : 'text'
}

function leavesOf(tree: Tree, path: string[]): Leaf[] {
  if (tree === null || typeof tree !== 'object' || isRaw(tree)) return [{ path, kind: kindOf(tree) }]
  return Object.entries(tree).flatMap(([key, value]) => leavesOf(value as Tree, [...path, key]))
}

/** The text of an answer as it goes over the wire. */
export function wireText({ body, headers }: SandboxAnswer): string {
  if (body instanceof Uint8Array) return textOf(body, [headers?.['content-type'] ?? ''].flat()[0])
  return typeof body === 'string' ? body : JSON.stringify(body)
}

const ELEMENT = />([^<>]*[^<>\s][^<>]*)</g

/** The texts between the tags of an XML answer, by the name of their element and their number. */
function elementsOf(xml: string): Leaf[] {
  return [...xml.matchAll(ELEMENT)].map(({ 1: text = '', index: end }, index) => {
    const tag = xml.slice(xml.lastIndexOf('<', end), end)
    return { path: [/^<([^\s/>]*)/.exec(tag)?.[1] ?? '', String(index)], kind: kindOf(text.trim()) }
  })
}

function isXml(text: string): boolean {
  return text.trimStart().startsWith('<')
}

/** Every value of an answer that is neither list nor object; none where it is neither JSON nor XML. */
export function leaves(text: string): Leaf[] {
  if (isXml(text)) return elementsOf(text)
  const tree = parse(text)
  return tree === undefined ? [] : leavesOf(tree, [])
}

function changedXml(text: string, path: string[], { to }: Change): string {
  let index = 0
  const other = typeof to === 'string' ? to : to && typeof to === 'object' ? '<a>1</a>' : ''
  return text.replace(ELEMENT, (whole) => (String(index++) === path.at(-1) ? `>${other}<` : whole))
}

/** The answer with one value changed. */
export function changed(text: string, path: string[], change: Change): string {
  if (isXml(text)) return changedXml(text, path, change)
  const tree = parse(text) ?? null
  const last = path.at(-1)
  if (last === undefined) return change.to === undefined ? '' : JSON.stringify(change.to)
  const holder = path.slice(0, -1).reduce((part, key) => part[key] as Branch, tree as Branch)
  if (change.to === undefined) delete holder[last]
  else holder[last] = change.to
  return JSON.stringify(tree)
}

/** The JSON answer with a member that nobody knows in every object that is a record, not a map of such. */
export function widened(text: string): string {
  const grow = (tree: Tree): Tree => {
    if (tree === null || typeof tree !== 'object' || isRaw(tree)) return tree
    if (Array.isArray(tree)) return tree.map(grow)
    const parts = Object.entries(tree).map(([key, value]) => [key, grow(value as Tree)])
    const isRecord = parts.some(
      ([, value]) => value === null || typeof value !== 'object' || isRaw(value as Tree),
    )
    return !isRecord
      ? Object.fromEntries(parts)
      : ({ ...Object.fromEntries(parts), newInThisRelease: { a: [1] } } as Tree)
  }
  const tree = parse(text)
  return tree === undefined ? text : JSON.stringify(grow(tree))
}

/** Changes the text of an answer. */
export type Alter = (text: string) => string

/** A sandbox whose every answer passes through what `alter` gives at that moment, if anything. */
export function altering(alter: () => Alter | null): (factory: SandboxFactory) => SandboxFactory {
  return (factory) => (demo, url) => {
    const sandbox = factory(demo, url)
    const handle = async (request: SandboxRequest): Promise<SandboxAnswer> => {
      const answer = await sandbox.handle(request)
      const change = alter()
      if (answer.body === null || !change) return answer
      const text = wireText(answer)
      const other = change(text)
      if (other === text) return answer
      const type = typeof answer.body === 'string' ? 'text/plain' : 'application/json'
      const headers = { 'content-type': `${type}; charset=utf-8`, ...answer.headers }
      return { ...answer, headers, body: other }
    }
    return new Proxy(sandbox, {
      get: (target, name) => {
        if (name === 'handle') return handle
        const part: unknown = Reflect.get(target, name, target)
        return typeof part === 'function' ? (part.bind(target) as unknown) : part
      },
    })
  }
}

import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

interface Node {
  type: string
  [part: string]: unknown
}

/** Writes beside a bundle which documents it sends, for a server that answers only documents that it knows. */
export function manifestOf(texts: () => Iterable<string>): Plugin {
  return {
    name: 'manifest',
    generateBundle() {
      const idOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
      const entries = [...texts()].map((text) => [idOf(text), text])
      const source = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
      this.emitFile({ type: 'asset', fileName: 'documents.json', source })
    },
  }
}

/**
 * The manifest of the documents that stand in the code of a bundle: every literal that begins like an operation,
 * with the constants that stand in it.
 */
export function documents(): Plugin {
  const texts = new Set<string>()
  return {
    ...manifestOf(() => texts),
    // Before names are shortened, so that a constant of a module has a name of its own.
    renderChunk(code) {
      for (const text of documentsIn(this.parse(code) as unknown as Node)) texts.add(text)
    },
  }
}

function documentsIn(tree: Node): string[] {
  const constants = new Map<string, Node>()
  const literals: Node[] = []
  walk(tree, (node) => {
    const { type, id, init } = node as Node & { id?: Node; init?: Node | null }
    if (type === 'VariableDeclarator' && id?.type === 'Identifier' && init)
      constants.set(String(id.name), init)
    if (type === 'TemplateLiteral' || type === 'Literal') literals.push(node)
  })
  const found = literals.map((node) => textOf(node, constants))
  return found
    .filter((text) => text !== null)
    .filter((text) => /^(query|mutation|subscription) \w/.test(text))
}

/** The text of a literal; null where something in it is known only when it runs. */
function textOf(node: Node | undefined, constants: Map<string, Node>): string | null {
  if (node?.type === 'Literal') return typeof node.value === 'object' ? null : String(node.value)
  if (node?.type === 'Identifier') return textOf(constants.get(String(node.name)), constants)
  if (node?.type !== 'TemplateLiteral') return null
  const [quasis, holes] = [node.quasis as { value: { cooked: string } }[], node.expressions as Node[]]
  const filled = holes.map((hole) => textOf(hole, constants))
  if (filled.includes(null)) return null
  return quasis.map(({ value }, index) => value.cooked + (filled[index] ?? '')).join('')
}

function walk(part: unknown, look: (node: Node) => void): void {
  if (part === null || typeof part !== 'object') return
  if ('type' in part && typeof part.type === 'string') look(part as Node)
  for (const value of Object.values(part)) walk(value, look)
}

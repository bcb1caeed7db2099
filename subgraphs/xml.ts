import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { ErpError } from '../schema/errors.ts'

/** An element: its name without a prefix, its attributes, its own text and the elements inside it, in order. */
export interface Element {
  name: string
  attributes: Record<string, string>
  text: string
  children: Element[]
}

/** What stands inside an element: text, or elements that `element` made. */
export type Content = string | null | undefined | Markup[]

/** Text that is XML already, so that it is never escaped a second time. */
export interface Markup {
  xml: string
}

type Parsed = Record<string, Parsed[] | string | Record<string, string>>

/** Letters that XML 1.0 cannot carry at all (2.2), not even escaped. */
// oxlint-disable-next-line no-control-regex
const UNSENDABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const parser = new XMLParser({
  maxNestedTags: 100,
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
})

/** A text as it may stand between tags or in an attribute; control characters that XML forbids are left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(UNSENDABLE, '')
    .replaceAll(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter)
}

/** One element; null and undefined make none, so that what is not said is not sent. */
export function element(name: string, content: Content, attributes: Record<string, string> = {}): Markup[] {
  if (content === null || content === undefined) return []
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  const inner = typeof content === 'string' ? escapeXml(content) : content.map(({ xml }) => xml).join('')
  const open = `${name}${said.join('')}`
  return [{ xml: inner === '' ? `<${open}/>` : `<${open}>${inner}</${name}>` }]
}

/** A whole document with its declaration. */
export function documentOf(root: Markup[], encoding = 'UTF-8'): string {
  return `<?xml version="1.0" encoding="${encoding}"?>\n${root.map(({ xml }) => xml).join('')}`
}

function parse(text: string): Parsed[] {
  try {
    return parser.parse(text) as Parsed[]
  } catch (error) {
    throw new ErpError('BAD_ANSWER', 'The XML cannot be read.', { said: (error as Error).message })
  }
}

function toElement(node: Parsed): Element | null {
  const name = Object.keys(node).find((key) => key !== ':@')
  const inside = name === undefined ? null : node[name]
  if (name === undefined || name.startsWith('?') || !Array.isArray(inside)) return null
  return {
    name,
    attributes: (node[':@'] ?? {}) as Record<string, string>,
    text: inside.map((one) => (typeof one['#text'] === 'string' ? one['#text'] : '')).join(''),
    children: inside.flatMap((one) => toElement(one) ?? []),
  }
}

/**
 * The root element of a document. BAD_ANSWER for anything but well-formed XML, and for a document type: entities
 * of a document's own are never looked at (OWASP, XML External Entity Prevention).
 */
export function readXml(text: string): Element {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw new ErpError('BAD_ANSWER', 'The XML declares a document type, which is never read.')
  }
  const checked = XMLValidator.validate(text)
  if (checked !== true) throw new ErpError('BAD_ANSWER', 'The answer is no XML.', { said: checked.err.msg })
  const roots = parse(text).flatMap((node) => toElement(node) ?? [])
  if (!roots[0]) throw new ErpError('BAD_ANSWER', 'The answer is an empty XML document.')
  return roots[0]
}

/** The elements of this name directly inside. */
export function childrenOf(parent: Element | null | undefined, name: string): Element[] {
  return parent?.children.filter((child) => child.name === name) ?? []
}

/** The element at the end of a path of names, the first of each; null where one is missing. */
export function at(parent: Element | null | undefined, ...path: string[]): Element | null {
  return path.reduce<Element | null>((here, name) => childrenOf(here, name)[0] ?? null, parent ?? null)
}

/** The trimmed text at the end of a path; null where it is missing or empty. */
export function textAt(parent: Element | null | undefined, ...path: string[]): string | null {
  return at(parent, ...path)?.text.trim() || null
}

import { Refusal } from '../../refusal.ts'
import { unreadable } from './answers.ts'
import { filterOf, orderOf } from './filter.ts'
import { type Row, bare, entityOf, rowsIn, textIn } from './types.ts'

/** What a read brings along: "to_Item/to_PricingElement" as a tree. */
interface Tree {
  [name: string]: Tree
}

function treeOf(expand: string, set: string): Tree {
  const tree: Tree = {}
  for (const path of expand.split(',').filter(Boolean)) {
    let [branch, type] = [tree, set]
    for (const name of path.trim().split('/')) {
      const link = entityOf(type).navigation.get(name)
      if (!link) throw unreadable(`Navigation property ${name} not found in type ${type}Type`)
      branch = branch[name] ??= {}
      type = link.set
    }
  }
  return tree
}

/** The path of one row below the root of its service. */
export function pathOf(set: string, row: Row): string {
  const { keys } = entityOf(set)
  const quoted = (name: string) => `'${encodeURIComponent(textIn(row, name).replaceAll("'", "''"))}'`
  const [only = ''] = keys
  return keys.length === 1
    ? `${set}(${quoted(only)})`
    : `${set}(${keys.map((key) => `${key}=${quoted(key)}`).join(',')})`
}

/** The version of a row; null where its type has none. */
export function etagOf(set: string, row: Row): string | null {
  const { etag } = entityOf(set)
  if (etag === null) return null
  const ms = /\d+/.exec(textIn(row, etag))?.[0] ?? '0'
  const stamp = `datetimeoffset'${encodeURIComponent(`${new Date(Number(ms)).toISOString().slice(0, -1)}0000Z`)}'`
  return etag === 'ETag' ? `W/"'${textIn(row, etag)}'"` : `W/"${stamp}"`
}

function shown(row: Row, set: string, tree: Tree, root: string, select: Set<string> | null): Row {
  const { fields, navigation } = entityOf(set)
  const uri = `${root}/${pathOf(set, row)}`
  const service = root.split('/').at(-1) ?? ''
  const etag = etagOf(set, row)
  const out: Row = { __metadata: { id: uri, uri, type: `${service}.${set}Type`, ...(etag && { etag }) } }
  for (const name of Object.keys(row)) {
    const own = fields.has(name)
    if (own && (select === null || select.has(name))) out[name] = row[name] ?? null
  }
  for (const [name, link] of navigation) {
    const inner = tree[name]
    if (select !== null && !select.has(name) && !inner) continue
    if (!inner) out[name] = { __deferred: { uri: `${uri}/${name}` } }
    else {
      const rows = rowsIn(row, name).map((one) => shown(one, link.set, inner, root, null))
      out[name] = link.many ? { results: rows } : (rows[0] ?? null)
    }
  }
  return out
}

/** One row with what was asked to come along. */
export function entityBody(row: Row, set: string, root: string, query = new URLSearchParams()): object {
  return { d: shown(row, set, treeOf(query.get('$expand') ?? '', set), root, selected(query, set)) }
}

/** One row with the given navigations filled. */
export function filledBody(row: Row, set: string, root: string, paths: string[]): object {
  return { d: shown(row, set, treeOf(paths.join(','), set), root, null) }
}

function selected(query: URLSearchParams, set: string): Set<string> | null {
  const names = query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim())
  if (!names || names.includes('*')) return null
  const { fields, navigation } = entityOf(set)
  for (const name of names)
    if (!fields.has(name) && !navigation.has(name))
      throw unreadable(`Property ${name} not found in type ${set}Type`)
  return new Set(names)
}

const OPTIONS = new Set([
  '$filter',
  '$select',
  '$expand',
  '$orderby',
  '$top',
  '$skip',
  '$inlinecount',
  '$format',
  'sap-client',
  'sap-language',
])

function count(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null) return null
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw unreadable(`Invalid value '${text}' for ${name}`)
}

/** The rows of a set that a query asks for. There is no page of the server's own: a bare list gives everything. */
export function listBody(rows: Row[], set: string, root: string, query: URLSearchParams): object {
  const entity = entityOf(set)
  for (const name of query.keys())
    if (!OPTIONS.has(name)) throw unreadable(`The query option '${name}' is not supported`)
  const tree = treeOf(query.get('$expand') ?? '', set)
  const select = selected(query, set)
  const filter = query.get('$filter')
  const orderby = query.get('$orderby')
  const found = filter === null ? [...rows] : rows.filter(filterOf(filter, entity))
  if (orderby !== null) found.sort(orderOf(orderby, entity))
  const from = count(query, '$skip') ?? 0
  const page = found.slice(from, from + (count(query, '$top') ?? found.length))
  return {
    d: {
      results: page.map((row) => shown(row, set, tree, root, select)),
      ...(query.get('$inlinecount') === 'allpages' && { __count: String(found.length) }),
    },
  }
}

/** The keys in "A_SalesOrderItem(SalesOrder='1',SalesOrderItem='10')". */
export function keysOf(text: string, set: string): Record<string, string> {
  const { keys } = entityOf(set)
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)
  if (quoted && keys.length === 1) return { [keys[0] ?? '']: bare((quoted[1] ?? '').replaceAll("''", "'")) }
  const pairs = [...text.matchAll(/(\w+)='((?:[^']|'')*)'/g)].map(([, name = '', value = '']) => [
    name,
    bare(value.replaceAll("''", "'")),
  ])
  const found = Object.fromEntries(pairs) as Record<string, string>
  if (keys.every((key) => Object.hasOwn(found, key)) && pairs.length === keys.length) return found
  throw unreadable(`Invalid key predicate type for ${set}Type`)
}

/** The row with these keys; refused where there is none. */
export function byKey(rows: Row[], set: string, keys: Record<string, string>): Row {
  const found = rows.find((row) =>
    Object.entries(keys).every(([name, value]) => bare(textIn(row, name)) === value),
  )
  if (found) return found
  throw new Refusal(404, '/IWBEP/CM_MGW_RT/020', `Resource not found for segment '${set}Type'`)
}

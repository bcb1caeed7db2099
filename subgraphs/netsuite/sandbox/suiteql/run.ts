import Big from 'big.js'
import { type Env, type Fields, type Scope, compare, evaluate, textOf } from './evaluate.ts'
import { parse } from './parse.ts'
import { SqlError } from './tokens.ts'
import { type Expr, type Join, type Select, type Value, conjuncts, parts } from './tree.ts'

/** A table that SuiteQL exposes. */
export interface Table {
  columns: string[]
  rows(): Fields[]
  /** What BUILTIN.DF shows, where it is not the value itself. */
  display?: Record<string, (value: Value) => Value>
  /** What SELECT shows of a column that conditions know by another value. */
  shown?: Record<string, (value: Value) => Value>
}

/** The tables of an account, by lower-case name, and its clock. */
export interface Catalogue {
  tables: Record<string, Table>
  now(): Date
}

/** The answer's rows, nulls left out and everything a text; `ordered` tells whether the order is promised. */
export function run(
  statement: string,
  catalogue: Catalogue,
): { rows: Record<string, string>[]; ordered: boolean } {
  const select = parse(statement)
  resolve(select, catalogue)
  const scope = scopeOf(select, catalogue)
  const found = group(select, filtered(select, catalogue, scope), scope)
  const sorted = select.order.length === 0 ? found : found.toSorted((a, b) => inOrder(select, a, b))
  const rows = sorted.map((one) =>
    Object.fromEntries(
      select.shown
        .map(({ name, expr }): [string, string | null] => [
          name,
          textOf(shownValue(select, expr, one, catalogue)),
        ])
        .filter((entry): entry is [string, string] => entry[1] !== null),
    ),
  )
  return { rows, ordered: select.order.length > 0 }
}

function shownValue({ from }: Select, expr: Expr, scope: Scope, { tables }: Catalogue): Value {
  const value = evaluate(expr, scope)
  if (expr.is !== 'column' || value === null) return value
  const table = from.find(({ alias }) => alias === expr.table)?.table ?? ''
  return tables[table]?.shown?.[expr.name]?.(value) ?? value
}

function inOrder(select: Select, a: Scope, b: Scope): number {
  for (const { expr, down } of select.order) {
    const [x, y] = [evaluate(expr, a), evaluate(expr, b)]
    // Oracle puts nulls last when ascending.
    const order = x === null ? (y === null ? 0 : 1) : y === null ? -1 : compare(x, y)
    if (order !== 0) return down ? -order : order
  }
  return 0
}

/** Gives every column its table and refuses what no table has. */
function resolve({ shown, from, where, group, order }: Select, { tables }: Catalogue): void {
  for (const { table } of from) {
    if (!tables[table]) throw new SqlError(`Invalid or unsupported search: record '${table}' was not found.`)
  }
  const all = [
    ...shown.map(({ expr }) => expr),
    ...from.map(({ on }) => on),
    where,
    ...group,
    ...order.map(({ expr }) => expr),
  ]
  for (const part of all.flatMap((expr) => (expr ? parts(expr) : []))) {
    if (part.is !== 'column') continue
    const { name, table } = part
    const holders = from.filter(
      (join) => (table === null || join.alias === table) && tables[join.table]?.columns.includes(name),
    )
    if (holders.length !== 1) {
      const known = from.flatMap((join) =>
        tables[join.table]?.columns.map((column) => `${join.alias}.${column}`),
      )
      throw new SqlError(
        `Search error occurred: Unknown identifier '${name}'. Available identifiers are: {${known.join(', ')}}`,
      )
    }
    part.table = holders[0]?.alias ?? null
  }
}

function scopeOf({ from }: Select, catalogue: Catalogue): Scope {
  const byAlias = new Map(from.map(({ alias, table }) => [alias, catalogue.tables[table]]))
  return {
    env: {},
    group: null,
    now: catalogue.now(),
    display: (alias, column, value) => byAlias.get(alias)?.display?.[column]?.(value) ?? value,
  }
}

/** Joins table after table; every condition is tried as soon as its tables are there. */
function filtered(select: Select, { tables }: Catalogue, scope: Scope): Env[] {
  const waiting = conjuncts(select.where).map((expr) => ({ expr, needs: aliasesOf(expr) }))
  const bound = new Set<string>()
  let envs: Env[] = [{}]
  for (const join of select.from) {
    bound.add(join.alias)
    const ready = waiting.filter(({ needs }) => needs.has(join.alias) && needs.isSubsetOf(bound))
    const rows = tables[join.table]?.rows() ?? []
    envs = joined(envs, join, rows, scope).filter((env) =>
      ready.every(({ expr }) => evaluate(expr, { ...scope, env }) === true),
    )
  }
  return envs
}

function aliasesOf(expr: Expr): Set<string> {
  return new Set(parts(expr).flatMap((part) => (part.is === 'column' && part.table ? [part.table] : [])))
}

function joined(envs: Env[], join: Join, rows: Fields[], scope: Scope): Env[] {
  const all = conjuncts(join.on)
  const own = all.filter((expr) => [...aliasesOf(expr)].every((alias) => alias === join.alias))
  const candidates = rows.filter((row) =>
    own.every((expr) => evaluate(expr, { ...scope, env: { [join.alias]: row } }) === true),
  )
  const lookUp = indexed(candidates, join.alias, all)
  return envs.flatMap((env) => {
    const partners = lookUp(env, scope)
      .map((row) => ({ ...env, [join.alias]: row }))
      .filter((both) => all.every((expr) => evaluate(expr, { ...scope, env: both }) === true))
    return partners.length === 0 && join.kind === 'LEFT' ? [{ ...env, [join.alias]: null }] : partners
  })
}

/** Finds partners by the first equality between a column of this table and something of the earlier ones. */
function indexed(rows: Fields[], alias: string, all: Expr[]): (env: Env, scope: Scope) => Fields[] {
  for (const expr of all) {
    if (expr.is !== 'binary' || expr.op !== '=') continue
    for (const [mine, other] of [
      [expr.left, expr.right],
      [expr.right, expr.left],
    ] as const) {
      if (mine.is !== 'column' || mine.table !== alias || aliasesOf(other).has(alias)) continue
      const index = Map.groupBy(rows, (row) => keyOf(row[mine.name] ?? null))
      return (env, scope) => index.get(keyOf(evaluate(other, { ...scope, env }))) ?? []
    }
  }
  return () => rows
}

function keyOf(value: Value): string {
  return value instanceof Big ? value.toFixed() : String(value)
}

function group({ shown, group: by, order }: Select, envs: Env[], scope: Scope): Scope[] {
  if (by.length === 0) return envs.map((env) => ({ ...scope, env }))
  const allowed = by.map((expr) => JSON.stringify(expr))
  for (const { expr } of [...shown, ...order]) {
    const summed = expr.is === 'call' && expr.name === 'sum'
    if (!summed && !allowed.includes(JSON.stringify(expr))) {
      throw new SqlError('ORA-00979: not a GROUP BY expression')
    }
  }
  const groups = Map.groupBy(envs, (env) =>
    by.map((expr) => keyOf(evaluate(expr, { ...scope, env }))).join('\n'),
  )
  return [...groups.values()].map((rows) => ({ ...scope, env: rows[0] ?? {}, group: rows }))
}

import type Big from 'big.js'

/** A value of SuiteQL; a moment is the account's wall clock in the UTC fields of a Date. */
export type Value = string | Big | Date | boolean | null

/** An expression. */
export type Expr =
  | { is: 'value'; value: Value }
  | { is: 'column'; table: string | null; name: string }
  | { is: 'call'; name: string; args: Expr[] }
  | { is: 'binary'; op: string; left: Expr; right: Expr }
  | { is: 'not'; of: Expr }
  | { is: 'in'; of: Expr; list: Expr[]; not: boolean }
  | { is: 'null'; of: Expr; not: boolean }

/** A table in FROM; the first has no condition. */
export interface Join {
  kind: 'FROM' | 'INNER' | 'LEFT'
  table: string
  alias: string
  on: Expr | null
}

/** A column of the answer under its name. */
export interface Shown {
  name: string
  expr: Expr
}

/** A parsed SELECT. */
export interface Select {
  shown: Shown[]
  from: Join[]
  where: Expr | null
  group: Expr[]
  order: { expr: Expr; down: boolean }[]
}

/** Every expression inside one, itself included. */
export function parts(expr: Expr): Expr[] {
  switch (expr.is) {
    case 'call':
      return [expr, ...expr.args.flatMap(parts)]
    case 'binary':
      return [expr, ...parts(expr.left), ...parts(expr.right)]
    case 'not':
    case 'null':
      return [expr, ...parts(expr.of)]
    case 'in':
      return [expr, ...parts(expr.of), ...expr.list.flatMap(parts)]
    default:
      return [expr]
  }
}

/** The conditions that AND joins. */
export function conjuncts(expr: Expr | null): Expr[] {
  if (expr === null) return []
  if (expr.is === 'binary' && expr.op === 'AND') return [...conjuncts(expr.left), ...conjuncts(expr.right)]
  return [expr]
}

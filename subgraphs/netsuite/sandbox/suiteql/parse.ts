import Big from 'big.js'
import { SqlError, type Token, tokensOf } from './tokens.ts'
import type { Expr, Join, Select, Shown } from './tree.ts'

const RESERVED = new Set(
  'SELECT FROM WHERE AND OR NOT IN IS NULL LIKE JOIN LEFT INNER OUTER ON GROUP ORDER BY AS ASC DESC'.split(
    ' ',
  ),
)
const COMPARISONS = new Set(['=', '<>', '!=', '<', '>', '<=', '>='])
/** Oracle takes at most 1000 expressions in one list (ORA-01795). */
const MAX_LIST = 1000

/** Parses one SELECT by recursive descent; what it does not know is refused. */
export function parse(statement: string): Select {
  return new Parser(tokensOf(statement)).statement()
}

class Parser {
  readonly #tokens: Token[]
  #at = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  statement(): Select {
    this.#must('SELECT')
    const shown = this.#list(() => this.#shown())
    this.#must('FROM')
    const from = this.#from()
    const where = this.#take('WHERE') ? this.#or() : null
    const group = this.#take('GROUP') ? (this.#must('BY'), this.#list(() => this.#sum())) : []
    const order = this.#take('ORDER') ? (this.#must('BY'), this.#list(() => this.#ordered())) : []
    if (this.#token.is !== 'end') this.#refuse()
    return { shown, from, where, group, order }
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { is: 'end', text: '' }
  }

  #refuse(): never {
    throw new SqlError(
      `Invalid or unsupported search: unexpected "${this.#token.text || 'end of statement'}".`,
    )
  }

  #is(word: string): boolean {
    const { is, text } = this.#token
    return (is === 'name' || is === 'sign') && text.toUpperCase() === word
  }

  #take(word: string): boolean {
    if (!this.#is(word)) return false
    this.#at += 1
    return true
  }

  #must(word: string): void {
    if (!this.#take(word)) this.#refuse()
  }

  #name(afterDot = false): string {
    const { is, text } = this.#token
    if (is !== 'name' || (!afterDot && RESERVED.has(text.toUpperCase()))) this.#refuse()
    this.#at += 1
    return text.toLowerCase()
  }

  #list<T>(one: () => T): T[] {
    const all = [one()]
    while (this.#take(',')) all.push(one())
    return all
  }

  #shown(): Shown {
    const expr = this.#sum()
    if (this.#take('AS')) return { name: this.#name(), expr }
    if (expr.is === 'column') return { name: expr.name, expr }
    return { name: 'expr1', expr }
  }

  #from(): Join[] {
    const joins: Join[] = [this.#table('FROM')]
    for (;;) {
      const left = this.#take('LEFT')
      if (left) this.#take('OUTER')
      else this.#take('INNER')
      if (!this.#take('JOIN')) {
        if (left) this.#refuse()
        return joins
      }
      const join = this.#table(left ? 'LEFT' : 'INNER')
      this.#must('ON')
      joins.push({ ...join, on: this.#or() })
    }
  }

  #table(kind: Join['kind']): Join {
    const table = this.#name()
    const { is, text } = this.#token
    const alias = is === 'name' && !RESERVED.has(text.toUpperCase()) ? this.#name() : table
    return { kind, table, alias, on: null }
  }

  #ordered(): { expr: Expr; down: boolean } {
    const expr = this.#sum()
    const down = this.#take('DESC')
    if (!down) this.#take('ASC')
    return { expr, down }
  }

  #or(): Expr {
    let left = this.#and()
    while (this.#take('OR')) left = { is: 'binary', op: 'OR', left, right: this.#and() }
    return left
  }

  #and(): Expr {
    let left = this.#not()
    while (this.#take('AND')) left = { is: 'binary', op: 'AND', left, right: this.#not() }
    return left
  }

  #not(): Expr {
    return this.#take('NOT') ? { is: 'not', of: this.#not() } : this.#condition()
  }

  #condition(): Expr {
    const left = this.#sum()
    const { text } = this.#token
    if (this.#token.is === 'sign' && COMPARISONS.has(text)) {
      this.#at += 1
      return { is: 'binary', op: text === '!=' ? '<>' : text, left, right: this.#sum() }
    }
    if (this.#take('IS')) {
      const not = this.#take('NOT')
      this.#must('NULL')
      return { is: 'null', of: left, not }
    }
    const not = this.#take('NOT')
    if (this.#take('IN')) return this.#in(left, not)
    if (not) this.#refuse()
    return left
  }

  #in(of: Expr, not: boolean): Expr {
    this.#must('(')
    const list = this.#list(() => this.#sum())
    this.#must(')')
    if (list.length > MAX_LIST) {
      throw new SqlError('ORA-01795: maximum number of expressions in a list is 1000')
    }
    return { is: 'in', of, list, not }
  }

  #sum(): Expr {
    let left = this.#product()
    for (;;) {
      const op = ['+', '-', '||'].find((sign) => this.#take(sign))
      if (!op) return left
      left = { is: 'binary', op, left, right: this.#product() }
    }
  }

  #product(): Expr {
    let left = this.#single()
    for (;;) {
      const op = ['*', '/'].find((sign) => this.#take(sign))
      if (!op) return left
      left = { is: 'binary', op, left, right: this.#single() }
    }
  }

  #single(): Expr {
    const { is, text } = this.#token
    if (is === 'number' || is === 'text') {
      this.#at += 1
      return { is: 'value', value: is === 'number' ? new Big(text) : text }
    }
    if (this.#take('-')) {
      const zero: Expr = { is: 'value', value: new Big(0) }
      return { is: 'binary', op: '-', left: zero, right: this.#single() }
    }
    if (this.#take('(')) {
      const inner = this.#or()
      this.#must(')')
      return inner
    }
    if (this.#take('NULL')) return { is: 'value', value: null }
    return this.#named()
  }

  #named(): Expr {
    const name = this.#name()
    if (name === 'sysdate') return { is: 'call', name: 'sysdate', args: [] }
    const dotted = this.#take('.') ? this.#name(true) : null
    const call = dotted === null ? name : `${name}.${dotted}`
    if (this.#take('(')) {
      const args = this.#is(')') ? [] : this.#list(() => this.#or())
      this.#must(')')
      return { is: 'call', name: call, args }
    }
    return dotted === null ? { is: 'column', table: null, name } : { is: 'column', table: name, name: dotted }
  }
}

/** A statement that SuiteQL refuses, in its own words. */
export class SqlError extends Error {
  override name = 'SqlError'
}

/** A piece of a statement; `name` keeps its spelling, keywords are told apart by the parser. */
export interface Token {
  is: 'name' | 'number' | 'text' | 'sign' | 'end'
  text: string
}

const PATTERNS: [Token['is'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['text', /'(?:[^']|'')*'/y],
  ['sign', /<=|>=|<>|!=|\|\||[=<>(),.*+\-/]/y],
]

/** Cuts a statement into tokens; anything else than the signs of SuiteQL is refused. */
export function tokensOf(statement: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < statement.length) {
    const [is, text] = next(statement, at)
    at += text.length
    if (is === 'space') continue
    tokens.push({ is, text: is === 'text' ? text.slice(1, -1).replaceAll("''", "'") : text })
  }
  return [...tokens, { is: 'end', text: '' }]
}

function next(statement: string, at: number): [Token['is'] | 'space', string] {
  for (const [is, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const found = pattern.exec(statement)
    if (found) return [is, found[0]]
  }
  throw new SqlError(`Invalid or unsupported search: unexpected character at position ${at + 1}.`)
}

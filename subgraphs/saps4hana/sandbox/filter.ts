import Big from 'big.js'
import { milliseconds } from '../../odata2.ts'
import { filterOf as parsed, unquoted } from '../../odatafilter.ts'
import { unreadable } from './answers.ts'
import { type Entity, type Field, type Row, bare } from './types.ts'

/** What numbers and texts are ordered by. */
function sortable(value: string): string {
  return /^\d+$/.test(value) ? bare(value).padStart(40, '0') : value
}

function textOf(literal: string, name: string): string {
  if (!literal.startsWith("'")) throw unreadable(`Invalid literal '${literal}' for property '${name}'`)
  return unquoted(literal)
}

function moment(literal: string, prefix: string): number {
  const [, kind, text = ''] = /^(datetimeoffset|datetime)'(.*)'$/.exec(literal) ?? []
  const ms = kind === prefix ? Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`) : NaN
  if (Number.isNaN(ms)) throw unreadable(`Invalid literal '${literal}'; ${prefix}'…' is expected`)
  return ms
}

/** Compares with a literal that is read once; rows without a value are below everything. */
function comparison({ kind }: Field, name: string, literal: string): (row: Row) => number {
  if (kind === 'd') {
    const wanted = new Big(literal.replace(/[MD]$/i, ''))
    return (row) => new Big(String(row[name])).cmp(wanted)
  }
  if (kind === 'b') return (row) => (String(row[name]) === literal ? 0 : 1)
  if (kind === 't' || kind === 'i') {
    const wanted = moment(literal, kind === 't' ? 'datetime' : 'datetimeoffset')
    return (row) => (milliseconds(String(row[name])) ?? -Infinity) - wanted
  }
  const wanted = kind === 'a' ? sortable(textOf(literal, name)) : textOf(literal, name)
  return (row) => {
    const value = kind === 'a' ? sortable(String(row[name])) : String(row[name])
    return value === wanted ? 0 : value < wanted ? -1 : 1
  }
}

/** The condition of a $filter; refused for what the gateway would not read. */
export function filterOf(text: string, entity: Entity): (row: Row) => boolean {
  const fieldOf = (name: string): Field => {
    const field = entity.fields.get(name)
    if (!field) throw unreadable(`Property ${name} not found in type ${entity.set}Type`)
    return field
  }
  return parsed<Row>(text, {
    version: 2,
    refuse: unreadable,
    field: fieldOf,
    compare: (name, literal) => comparison(fieldOf(name), name, literal),
    key(name) {
      const { kind } = fieldOf(name)
      if (kind === 'a') return sortable
      return kind === 's' ? (value) => value : null
    },
  })
}

/** Orders rows as $orderby says; refused for unknown fields. */
export function orderOf(text: string, entity: Entity): (one: Row, other: Row) => number {
  const parts = text.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/)
    const field = entity.fields.get(name)
    if (!field) throw unreadable(`Property ${name} not found in type ${entity.set}Type`)
    return { name, field, sign: direction === 'desc' ? -1 : 1 }
  })
  return (one, other) => {
    for (const { name, field, sign } of parts) {
      const [a, b] = [rank(one[name], field), rank(other[name], field)]
      if (a !== b) return (a < b ? -1 : 1) * sign
    }
    return 0
  }
}

function rank(value: Row[string] | undefined, { kind }: Field): string | number {
  const text = String(value ?? '')
  if (kind === 't' || kind === 'i') return milliseconds(text) ?? -Infinity
  return kind === 'a' ? sortable(text) : text
}

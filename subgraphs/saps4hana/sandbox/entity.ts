/** A row as it lies in memory: decimals and dates in the spelling of the wire, related rows inside. */
export interface Row {
  [name: string]: string | boolean | null | Row | Row[]
}

/** a: text whose numbers are compared without leading zeros, s: text, d: decimal, b: boolean, t: day, i: instant, h: time. */
export type Kind = 'a' | 's' | 'd' | 'b' | 't' | 'i' | 'h'

/** A field: its kind, how long it may be, and whether it can be given when a row is made. */
export interface Field {
  kind: Kind
  length: number
  creatable: boolean
}

/** An entity type: "to_Item" leads to many rows of the type "A_SalesOrderItem", "to_Customer" to one. */
export interface Entity {
  set: string
  keys: string[]
  fields: Map<string, Field>
  navigation: Map<string, { set: string; many: boolean }>
  /** The field whose value is the version. */
  etag: string | null
}

/** An entity type out of a line: "Name:kindLength" and a minus where it cannot be given; the first ones are keys. */
export function entity(
  set: string,
  keys: number,
  etag: string | null,
  fields: string,
  navigation = '',
): [string, Entity] {
  const parsed = fields.split(/\s+/).map((text): [string, Field] => {
    const [, name = '', kind = 's', length = '', fixed] = /^(\w+):([asdbtih])(\d*)(-?)$/.exec(text) ?? []
    return [name, { kind: kind as Kind, length: Number(length || 99), creatable: fixed !== '-' }]
  })
  const links = navigation
    .split(/\s+/)
    .filter(Boolean)
    .map((text): [string, { set: string; many: boolean }] => {
      const [name = '', target = ''] = text.split('=')
      return [name, { set: target.replace('*', ''), many: target.endsWith('*') }]
    })
  const names = parsed.map(([name]) => name).slice(0, keys)
  return [set, { set, keys: names, fields: new Map(parsed), navigation: new Map(links), etag }]
}

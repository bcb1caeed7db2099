import Big from 'big.js'
import type { CustomAttribute } from '../../schema/index.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import { ownValues } from '../custom.ts'
import type { Names } from './map.ts'
import type { Connection } from './read.ts'
import type * as rows from './shapes.ts'
import { midnightIn } from '../zone.ts'
import { toDay } from './time.ts'

// What is left out points to other records (ENTITY, REFERENCE) or holds several values (MULTISELECT_LIST).
const TYPES: Record<string, NativeField['type']> = {
  STRING: 'TEXT',
  LARGE_TEXT: 'TEXT',
  URL: 'TEXT',
  INTEGER: 'NUMBER',
  DECIMAL: 'NUMBER',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  LIST: 'PICKLIST',
}

/** The entities whose attributes a kind of record carries; a party shows those of its customer too. */
const ENTITIES: Record<FieldKind, string[]> = {
  item: ['article'],
  customer: ['party', 'customer'],
  order: ['salesOrder'],
}

function toField(row: rows.Definition): NativeField[] {
  const type = TYPES[row.attributeType]
  if (!type) return []
  const values = (row.selectableValues ?? []).filter(({ active }) => active)
  return [
    {
      name: row.attributeKey,
      label: row.label ?? row.attributeKey,
      type,
      required: row.mandatory,
      custom: true,
      options:
        type === 'PICKLIST' ? values.map(({ id, value }) => ({ value: id, label: value ?? id })) : null,
    },
  ]
}

/** The definitions of a kind of record by their keys, without the one that keeps our reference. */
async function definitionsOf(
  { setup, config }: Connection,
  kind: FieldKind,
  keys: string[] = [],
): Promise<Map<string, rows.Definition>> {
  const fits = (row: rows.Definition) =>
    row.active &&
    row.attributeKey !== config.orderReference &&
    (row.entities ?? []).some((entity) => ENTITIES[kind].includes(entity))
  // One that is new to us makes all of them be read again.
  for (const key of keys) await setup.attributes.find((row) => fits(row) && row.attributeKey === key)
  const all = [...(await setup.attributes.with([])).values()].filter(fits)
  return new Map(all.map((row) => [row.attributeKey, row]))
}

/** The custom attributes of a kind: https://www.weclapp.com/api/ (customAttributeDefinition) */
export async function fields(connection: Connection, kind: FieldKind): Promise<NativeField[]> {
  return [...(await definitionsOf(connection, kind)).values()].flatMap(toField)
}

/** Custom attributes of a record by their keys, as text; the one that keeps our reference has its own place. */
export function toAttributes(
  list: rows.Attribute[],
  names: Pick<Names, 'attributes'>,
  { timeZone, orderReference }: Connection['config'],
): CustomAttribute[] {
  return list.flatMap((one) => {
    const key = names.attributes.get(one.attributeDefinitionId)?.attributeKey
    if (!key || key === orderReference) return []
    const flag = one.booleanValue === null || one.booleanValue === undefined ? null : String(one.booleanValue)
    const value =
      one.stringValue ?? one.numberValue ?? flag ?? toDay(one.dateValue, timeZone) ?? one.selectedValueId
    return value === null ? [] : [{ key, value }]
  })
}

/** Custom attributes to be written. Throws ErpError VALIDATION for one that the kind of record does not have. */
export async function ownBody(
  connection: Connection,
  kind: FieldKind,
  attributes: CustomAttribute[],
): Promise<object[]> {
  if (attributes.length === 0) return []
  const definitions = await definitionsOf(
    connection,
    kind,
    attributes.map(({ key }) => key),
  )
  const known = [...definitions.values()].flatMap(toField)
  return ownValues('weclapp', known, attributes).map(({ field: { name, type }, value }) => {
    const definition = definitions.get(name)
    const at = `customAttributes.${name}`
    const parts: Record<NativeField['type'], () => object> = {
      TEXT: () => ({ stringValue: value }),
      NUMBER: () => ({ numberValue: value === null ? null : new Big(value).toFixed() }),
      BOOLEAN: () => ({ booleanValue: value === 'true' }),
      DATE: () => ({
        dateValue: value === null ? null : midnightIn(connection.config.timeZone, value.slice(0, 10), at),
      }),
      PICKLIST: () => ({ selectedValueId: value }),
    }
    return { attributeDefinitionId: definition?.id, ...parts[type]() }
  })
}

import type { DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { ABC_CLASSES, CHANNELS, channelOf, customerExtras, productExtras } from '../../extras.ts'
import type { Row, Store } from './store.ts'

/** The custom attribute that keeps our reference on orders. */
export const REFERENCE = 'uda_order_ref'

const ADDED: [key: string, label: string, type: string, entity: string, values?: readonly string[]][] = [
  [REFERENCE, 'Unified API order', 'STRING', 'salesOrder'],
  ['route', 'Tour', 'STRING', 'party'],
  ['abcClass', 'ABC-Klasse', 'LIST', 'customer', ABC_CLASSES.map(({ value }) => value)],
  ['customerSince', 'Kunde seit', 'DATE', 'party'],
  ['visitDays', 'Besuchsrhythmus (Tage)', 'INTEGER', 'party'],
  ['newsletter', 'Newsletter', 'BOOLEAN', 'party'],
  ['hazardous', 'Gefahrgut', 'BOOLEAN', 'article'],
  ['customsTariff', 'Zolltarif (eigener)', 'STRING', 'article'],
  ['channel', 'Vertriebskanal', 'LIST', 'salesOrder', CHANNELS],
  ['freightWeight', 'Frachtgewicht', 'DECIMAL', 'salesOrder'],
  ['relatedTicket', 'Ticket', 'ENTITY', 'salesOrder'],
]

/** The definitions of custom attributes that the demo company made. */
export function seedDefinitions(store: Store): void {
  for (const [attributeKey, label, attributeType, entity, values] of ADDED)
    store.insert('customAttributeDefinition', {
      attributeKey,
      label,
      attributeType,
      entities: [entity],
      active: true,
      defaultBooleanValue: false,
      mandatory: false,
      readOnly: false,
      showInOverview: false,
      showOnCreationDialog: false,
      systemCustomAttribute: false,
      ...(values && {
        selectableValues: values.map((value, index) => ({
          ...store.meta(),
          active: true,
          defaultValue: false,
          positionNumber: index + 1,
          value,
        })),
      }),
    })
}

function definition(store: Store, key: string): Row {
  const found = store.all('customAttributeDefinition').find((row) => row.attributeKey === key)
  if (!found) throw new Error(`The demo has no custom attribute ${key}.`)
  return found
}

/** One value in the property that its definition's type has. */
function valued(store: Store, key: string, value: string | boolean): object {
  const { id, attributeType, selectableValues } = definition(store, key)
  const listed = (selectableValues ?? []) as { id: string; value: string }[]
  const parts: Record<string, object> = {
    STRING: { stringValue: value },
    BOOLEAN: { booleanValue: value },
    // Days are midnights in the tenant's zone; in April that is two hours before UTC's.
    DATE: { dateValue: Date.parse(`${value}T00:00:00+02:00`) },
    LIST: { selectedValueId: listed.find((one) => one.value === value)?.id },
  }
  return { attributeDefinitionId: id, ...parts[String(attributeType)] }
}

/** The custom attributes of a demo customer. */
export function customerAttributes(store: Store, customer: DemoCustomer): object[] {
  const { route, abcClass, customerSince } = customerExtras(customer)
  return [
    valued(store, 'route', route),
    valued(store, 'abcClass', abcClass),
    valued(store, 'customerSince', customerSince),
  ]
}

/** The custom attributes of a demo product. */
export function articleAttributes(store: Store, product: DemoProduct): object[] {
  const { hazardous, customsTariff } = productExtras(product)
  return [
    valued(store, 'hazardous', hazardous),
    ...(customsTariff ? [valued(store, 'customsTariff', customsTariff)] : []),
  ]
}

/** The custom attributes of a demo order. */
export function orderAttributes(store: Store, document: DemoDocument): object[] {
  return [valued(store, 'channel', channelOf(document))]
}

import { documentOf, element } from '../../xml.ts'
import { type Kind, SERVICES, entityOf } from './types.ts'

const TYPES: Record<Kind, string> = {
  a: 'Edm.String',
  s: 'Edm.String',
  d: 'Edm.Decimal',
  b: 'Edm.Boolean',
  t: 'Edm.DateTime',
  i: 'Edm.DateTimeOffset',
  h: 'Edm.Time',
}

function typeOf(set: string) {
  const { fields, keys } = entityOf(set)
  const properties = [...fields].flatMap(([name, { kind, length }]) =>
    element('Property', '', {
      Name: name,
      Type: TYPES[kind],
      ...(keys.includes(name) && { Nullable: 'false' }),
      ...(TYPES[kind] === 'Edm.String' && { MaxLength: String(length) }),
      // "YY1_AbcClass_BUS" is shown as "AbcClass".
      'sap:label': /^YY1_(.+)_\w+$/.exec(name)?.[1] ?? name,
    }),
  )
  return element('EntityType', properties, { Name: `${set}Type`, 'sap:content-version': '1' })
}

/** GET $metadata: the entity types of a service with all their properties, custom ones among them. */
export function metadataOf(service: string): string {
  const types = (SERVICES[service] ?? []).flatMap(typeOf)
  const schema = element('Schema', types, {
    Namespace: service,
    xmlns: 'http://schemas.microsoft.com/ado/2008/09/edm',
  })
  const inner = element('edmx:DataServices', schema, {
    'm:DataServiceVersion': '2.0',
    'xmlns:m': 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata',
  })
  const root = element('edmx:Edmx', inner, {
    Version: '1.0',
    'xmlns:edmx': 'http://schemas.microsoft.com/ado/2007/06/edmx',
    'xmlns:sap': 'http://www.sap.com/Protocols/SAPData',
  })
  return documentOf(root, 'utf-8')
}

import { createHash } from 'node:crypto'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { insertOperation } from '../operations.ts'
import { referenceOf } from '../request.ts'
import { settingsOf } from '../setting/read.ts'
import { attributesOf, inwards } from '../mapping/apply.ts'
import { customKey } from '../mapping/fields.ts'
import { mappingsOf } from '../mapping/read.ts'
import { type Field, same, valueOf } from './fields.ts'

/** A change of a golden record that its other sides shall have too. */
export interface Spread {
  tenant: string
  customer: string
  values: Partial<Record<Field, unknown>>
  /** The operation that it follows from. */
  cause: string
  /** What tells one change from another, so that the same is written once. */
  key: string
}

interface Side {
  connection: string
  native: string
  content: Record<string, unknown>
}

const SIDES = `
select r.connection, r.native_id as native, coalesce(m.content, '{}') as content from external_ref r
left join mirror m on m.connection = r.connection and m.kind = 'customer' and m.native_id = r.native_id
where r.tenant = ? and r.kind = 'customer' and r.hub_id = ? and not r.deleted order by r.connection, r.native_id`

/**
 * Writes what changed to every ERP that knows the customer, takes changes and is set to direction OUT or BOTH; one
 * that already says the same is left alone. Inside the caller's transaction; gives the new operations.
 */
export async function spread(hub: Hub, em: Manager, change: Spread): Promise<string[]> {
  const { tenant, customer, cause, values } = change
  const sides = await rows<Side>(em, SIDES, [tenant, customer])
  const settings = await settingsOf(
    em,
    sides.map(({ connection }) => connection),
    'customer',
  )
  const operations: string[] = []
  for (const { connection, native, content } of sides) {
    const setting = settings.find((one) => one.connection === connection)
    const open = hub.directory.find(tenant, connection)
    if (!setting?.enabled || setting.direction === 'IN' || !open?.erp.customer?.update) continue
    const set = await mappingsOf(hub.db, em, { tenant, connection, kind: 'customer' })
    const { record: theirs } = await inwards(set, content)
    const own = attributesOf(content)
    const news = (Object.entries(values) as [Field, unknown][]).filter(([field, value]) => {
      const key = customKey(field)
      // What no mapping names goes to an ERP that has a custom field of this name.
      const takes = key === null || set.namesHub(field) || own.has(key)
      return takes && set.writes(field) && !same(valueOf(theirs, field), value)
    })
    if (news.length === 0) continue
    const id = newId('op')
    const hash = createHash('sha256').update(JSON.stringify(news)).digest('hex')
    await insertOperation(em, {
      ...{ id, tenant, connection, customer, cause, object: 'CUSTOMER', action: 'UPDATE' },
      reference: referenceOf(hub, tenant, { key: `${change.key} ${connection} ${native}`, hash }),
      input: { ...inputOf(news), customer },
      ...{ salesOrder: null, dependsOn: null, externalId: native, requestedBy: 'sync' },
    })
    operations.push(id)
  }
  return operations
}

/** Changed fields as an operation carries them: custom attributes in their list. */
export function inputOf(news: [Field, unknown][]): StoredFields {
  const isCustom = ([field]: [Field, unknown]) => customKey(field) !== null
  const custom = news.filter(isCustom).map(([field, value]) => ({ key: customKey(field) ?? '', value }))
  const plain = Object.fromEntries(news.filter((one) => !isCustom(one)))
  return custom.length > 0 ? { ...plain, customAttributes: custom } : plain
}

type StoredFields = Record<string, unknown>

import { z } from 'zod'
import { isSecret } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'
import { unpadded } from './map.ts'

const event = z.object({
  id: z.string().min(1).max(200).optional(),
  source: z.string().max(200).optional(),
  type: z.string().max(200),
  time: z.iso.datetime({ offset: true }).optional(),
  data: z.record(z.string(), z.unknown()),
})
/** The last but one word of a type, "sap.s4.beh.salesorder.v1.SalesOrder.Created.v1", and the key it comes with. */
const KINDS: Record<string, Kind> = {
  Product: 'item',
  BusinessPartner: 'customer',
  SalesOrder: 'order',
  BillingDocument: 'invoice',
  SalesQuotation: 'quote',
}
const TYPE = /^sap\.s4\.beh\.\w+\.v\d+\.(\w+)\.(Created|Changed|Deleted)\.v\d+$/

function toldIn(raw: RawRequest): z.output<typeof event> | undefined {
  return event.safeParse(looseOrNull(raw.body.toString('utf8'))).data
}

/**
 * Business events as CloudEvents 1.0, as SAP Event Mesh delivers them to a webhook (structured content mode). They
 * are not signed: the address of the subscription carries the secret (`?secret=…`), and an event is only a hint. The
 * subscription has to be exempt from the handshake.
 * https://help.sap.com/docs/event-mesh
 */
export const hook: Hook = {
  verify(raw: RawRequest, secret: string): boolean {
    return isSecret(raw.query.secret, secret)
  },
  /** Queues deliver at least once; source and id together name an event (CloudEvents 1.0, 3.1). */
  delivery(raw: RawRequest): string | null {
    const { id, source = '' } = toldIn(raw) ?? {}
    return id === undefined ? null : `${source} ${id}`
  },
  read(raw: RawRequest): Change[] {
    const told = toldIn(raw)
    const [, name = '', what] = TYPE.exec(told?.type ?? '') ?? []
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
    const id = told?.data[name]
    if (!told || !kind || typeof id !== 'string' || !/^\S{1,40}$/.test(id)) return []
    const at = told.time ? new Date(told.time).toISOString() : null
    return [{ kind, id: unpadded(id), deleted: what === 'Deleted', at }]
  },
}

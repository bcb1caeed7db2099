import { post, registerPayment } from './account.ts'
import type { Db } from './db.ts'
import { load } from './load.ts'
import { onchange, onchangeLine } from './onchange.ts'
import { unlinkPartners } from './partner.ts'
import { priceBy } from './pricing.ts'
import { fieldsGet, format, grouped, search } from './read.ts'
import { cancel, confirm, unlinkOrders } from './sale.ts'
import { Float, Raise, type Sent } from './values.ts'
import type { Flow } from './warehouse.ts'

/** What a method works on. */
export interface Room {
  db: Db
  flow: Flow
  model: string
  ids: number[]
  args: Sent
  context: Sent
}

/** A public method: its arguments in order, "!" for compulsory ones, and whether it is called on records. */
export interface Method {
  params: string[]
  onRecords: boolean
  only?: string[]
  since?: number
  until?: number
  run(room: Room): unknown
}

const onModel = (params: string, run: Method['run']): Method => ({
  params: params.split(' ').filter(Boolean),
  onRecords: false,
  run,
})
const onRecords = (params: string, run: Method['run'], ...only: string[]): Method => ({
  params: params.split(' ').filter(Boolean),
  onRecords: true,
  only: only.length > 0 ? only : undefined,
  run,
})

const rows = ({ db, model, ids }: Room) =>
  ids.map((id) => db.find(model, id)).filter((row) => row !== undefined)

/** The public methods that this imitation knows. */
export const METHODS: Record<string, Method> = {
  search: onModel('domain! offset limit order', ({ db, model, args, context }) =>
    search(db, model, args, context).map((row) => row.id),
  ),
  search_count: onModel(
    'domain! limit',
    ({ db, model, args, context }) => search(db, model, args, context).length,
  ),
  search_read: onModel('domain fields offset limit order load', ({ db, model, args, context }) =>
    format(db, model, search(db, model, args, context), args.fields, context, args.load === undefined),
  ),
  read: onRecords('fields load', (room) =>
    format(room.db, room.model, rows(room), room.args.fields, room.context, room.args.load === undefined),
  ),
  fields_get: onModel('allfields attributes', ({ db, model, args }) =>
    fieldsGet(db, model, args.allfields, args.attributes),
  ),
  create: onModel('vals_list!', ({ db, model, args, context }) => {
    const list = Array.isArray(args.vals_list) ? (args.vals_list as Sent[]) : [args.vals_list as Sent]
    const ids = list.map((values) => {
      const row = db.create(model, values)
      if (model.endsWith('.register')) row.active_ids = (context.active_ids ?? []) as number[]
      return row.id
    })
    return Array.isArray(args.vals_list) ? ids : ids[0]
  }),
  write: onRecords('vals!', ({ db, model, ids, args }) => {
    for (const id of ids) db.write(model, id, args.vals as Sent)
    return true
  }),
  unlink: onRecords('', ({ db, model, ids }) => {
    if (model === 'sale.order') return unlinkOrders(db, ids)
    if (model === 'res.partner') return unlinkPartners(db, ids)
    for (const id of ids) db.delete(model, id)
    return true
  }),
  load: onModel('fields! data!', ({ db, model, args }) =>
    load(db, model, args.fields as string[], args.data as string[][]),
  ),
  formatted_read_group: {
    ...onModel('domain! groupby aggregates having offset limit order', ({ db, model, args, context }) =>
      grouped(
        db,
        model,
        {
          domain: args.domain,
          groupby: strings(args.groupby),
          aggregates: strings(args.aggregates),
          old: false,
        },
        context,
      ),
    ),
    since: 19,
  },
  read_group: onModel('domain! fields! groupby! offset limit orderby lazy', ({ db, model, args, context }) =>
    grouped(
      db,
      model,
      { domain: args.domain, groupby: strings(args.groupby), aggregates: strings(args.fields), old: true },
      context,
    ),
  ),
  onchange: onRecords('values! field_names! fields_spec!', ({ db, model, args, context }) =>
    db.trial(() => {
      const {
        values,
        field_names: names,
        fields_spec: spec,
      } = args as { values: Sent; field_names: string[]; fields_spec: Record<string, object> }
      if (model === 'sale.order.line') return onchangeLine(db, values, names, spec, context)
      return onchange(db, model, values, names, spec, context)
    }),
  ),
  action_confirm: onRecords('', ({ db, flow, ids }) => confirm(db, flow, ids), 'sale.order'),
  action_cancel: onRecords('', ({ db, flow, ids, context }) => cancel(db, flow, ids, context), 'sale.order'),
  action_draft: onRecords('', setState('draft'), 'sale.order'),
  action_lock: onRecords('', lock(true), 'sale.order'),
  action_unlock: onRecords('', lock(false), 'sale.order'),
  action_post: onRecords('', ({ db, ids }) => post(db, ids), 'account.move'),
  action_create_payments: onRecords(
    '',
    ({ db, model, ids }) => registerPayment(db, db.get(model, ids[0] ?? 0)),
    'account.payment.register',
  ),
  execute: onRecords(
    '',
    ({ db, model, ids }) => {
      db.pricelists = db.get(model, ids[0] ?? 0).group_product_pricelist === true
      return { type: 'ir.actions.client', tag: 'reload' }
    },
    'res.config.settings',
  ),
  get_contextual_price: onRecords('', contextualPrice, 'product.product'),
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : []
}

function setState(state: string): Method['run'] {
  return ({ db, model, ids }) => {
    for (const id of ids) db.write(model, id, { state })
    return true
  }
}

function lock(locked: boolean): Method['run'] {
  return ({ db, model, ids }) => {
    for (const id of ids) db.write(model, id, { locked })
    return null
  }
}

function contextualPrice({ db, model, ids, context }: Room): Float {
  if (ids.length !== 1)
    throw new Raise('builtins.ValueError', `Expected singleton: ${model}(${ids.join(', ')})`)
  const product = db.get(model, ids[0] ?? 0)
  const pricelist = db.find('product.pricelist', Number(context.pricelist ?? 0))
  const at = typeof context.date === 'string' ? context.date : db.now()
  return new Float(
    priceBy(db, pricelist, { product, quantity: String(context.quantity ?? 1), at }).price.toFixed(),
  )
}

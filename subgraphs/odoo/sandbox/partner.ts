import Big from 'big.js'
import type { Db } from './db.ts'
import { Raise, type Stored, type Value } from './values.ts'

/** Fills in what Odoo computes on partners, and the labels of all models. */
export function computePartners(db: Db): void {
  const label = (field: string) => (_: Db, row: Stored) => row[field] ?? false
  const compute = db.computed
  compute.set('*.display_name', label('name'))
  compute.set('product.product.display_name', (_, row) =>
    row.default_code ? `[${String(row.default_code)}] ${String(row.name)}` : (row.name ?? false),
  )
  compute.set('product.product.lst_price', label('list_price'))
  compute.set('product.category.display_name', label('complete_name'))
  compute.set('stock.location.display_name', label('complete_name'))
  compute.set('product.pricelist.display_name', (_, row) => {
    const currency = db.find('res.currency', row.currency_id ?? false)
    return `${String(row.name)} (${String(currency?.name)})`
  })
  compute.set('res.partner.display_name', (_, row) => {
    const parent = db.find('res.partner', row.parent_id ?? false)
    return parent ? [parent.name, row.name].filter(Boolean).join(', ') : (row.name ?? false)
  })
  compute.set('res.partner.commercial_partner_id', (_, row) => commercial(db, row).id)
  compute.set(
    'res.partner.country_code',
    (_, row) => db.find('res.country', row.country_id ?? false)?.code ?? false,
  )
  compute.set('res.partner.property_product_pricelist', (_, row) => pricelistOf(db, row))
  compute.set('res.partner.credit', (_, row) => owed(db, commercial(db, row)))
  db.afterWrite.set('res.partner', (_, row, sent, created) => {
    if (created) row.type ||= 'contact'
    if (created) row.lang ||= 'en_US'
    if ('property_product_pricelist' in sent)
      row.specific_property_product_pricelist = row.property_product_pricelist ?? false
    if (!row.name && row.type === 'contact') {
      throw new Raise(
        'odoo.exceptions.ValidationError',
        'The operation cannot be completed: Contacts require a name',
      )
    }
  })
}

function commercial(db: Db, row: Stored): Stored {
  const parent = db.find('res.partner', row.parent_id ?? false)
  return parent && !row.is_company ? commercial(db, parent) : row
}

/** The partner's own list, else the first one; none while the feature is off. */
function pricelistOf(db: Db, row: Stored): Value {
  if (!db.pricelists) return false
  const own = commercial(db, row).specific_property_product_pricelist
  return own || (db.all('product.pricelist').find((list) => list.active)?.id ?? false)
}

function owed(db: Db, partner: Stored): string {
  const open = db
    .all('account.move')
    .filter((move) => move.commercial_partner_id === partner.id && move.state === 'posted')
  return open.reduce((sum, move) => sum.plus(String(move.amount_residual)), new Big(0)).toFixed()
}

/** Deletes partners that nothing refers to. */
export function unlinkPartners(db: Db, ids: number[]): true {
  for (const id of ids) {
    if (db.all('account.move').some((move) => move.partner_id === id)) {
      throw new Raise(
        'odoo.exceptions.UserError',
        'The partner cannot be deleted because it is used in Accounting',
      )
    }
    if (db.all('sale.order').some((order) => order.partner_id === id)) {
      const message = 'The operation cannot be completed: another model requires the record being deleted.'
      throw new Raise('odoo.exceptions.ValidationError', message)
    }
    db.delete('res.partner', id)
  }
  return true
}

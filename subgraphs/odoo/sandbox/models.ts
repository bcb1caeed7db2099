/** A field of a model. */
export interface Field {
  type: string
  required: boolean
  relation?: string
  /** For one2many: the field of the other model that points back. */
  inverse?: string
  values?: string[]
}
/** A model's fields by name. */
export type Model = Map<string, Field>

// name:type(relation or selection)! — "!" is required; ">=18" and "<19" are the versions that have the field.
const TABLES: Record<string, string> = {
  'res.company': 'name:char! currency_id:many2one(res.currency)!',
  'res.currency': 'name:char! rate:float',
  'res.country': 'name:char! code:char',
  'res.country.state': 'name:char! code:char country_id:many2one(res.country)',
  'res.partner.category': 'name:char!',
  'res.partner': `name:char ref:char vat:char email:char phone:char mobile:char<19 is_company:boolean
    active:boolean type:selection(contact,invoice,delivery,other) parent_id:many2one(res.partner)
    child_ids:one2many(res.partner,parent_id) commercial_partner_id:many2one(res.partner) street:char
    street2:char zip:char city:char state_id:many2one(res.country.state) country_id:many2one(res.country)
    country_code:char lang:selection customer_rank:integer category_id:many2many(res.partner.category)
    property_payment_term_id:many2one(account.payment.term)
    property_product_pricelist:many2one(product.pricelist)
    specific_property_product_pricelist:many2one(product.pricelist)>=18 credit:monetary credit_limit:float
    credit_to_invoice:monetary use_partner_credit_limit:boolean company_id:many2one(res.company)
    user_id:many2one(res.users) comment:html website:char company_registry:char x_route:char
    x_abc_class:selection(A,B,C) x_customer_since:date x_visit_days:integer x_newsletter:boolean`,
  'res.users': 'name:char login:char! company_id:many2one(res.company)!',
  'uom.uom': `name:char! active:boolean category_id:many2one(uom.category)<19
    relative_uom_id:many2one(uom.uom)>=19 parent_path:char>=19 factor:float`,
  'uom.category': 'name:char!',
  'product.category': 'name:char! complete_name:char parent_id:many2one(product.category) parent_path:char',
  'product.template': `name:char! active:boolean product_variant_ids:one2many(product.product,product_tmpl_id)`,
  'product.product': `default_code:char barcode:char name:char! active:boolean sale_ok:boolean
    type:selection(consu,service,combo)! is_storable:boolean>=18 uom_id:many2one(uom.uom)! list_price:float
    lst_price:float standard_price:float currency_id:many2one(res.currency)
    categ_id:many2one(product.category) taxes_id:many2many(account.tax) weight:float volume:float
    description_sale:text sale_delay:integer product_tmpl_id:many2one(product.template)
    qty_available:float free_qty:float virtual_available:float incoming_qty:float outgoing_qty:float
    product_template_attribute_value_ids:many2many(product.template.attribute.value)
    x_hazardous:boolean x_customs_tariff:char x_gross_weight:float`,
  'product.pricelist': `name:char! active:boolean currency_id:many2one(res.currency)!
    company_id:many2one(res.company) item_ids:one2many(product.pricelist.item,pricelist_id)`,
  'product.pricelist.item': `pricelist_id:many2one(product.pricelist)
    applied_on:selection(3_global,2_product_category,1_product,0_product_variant)!
    product_id:many2one(product.product) product_tmpl_id:many2one(product.template)
    categ_id:many2one(product.category) min_quantity:float date_start:datetime date_end:datetime
    compute_price:selection(fixed,percentage,formula)! fixed_price:float percent_price:float
    base:selection(list_price,standard_price,pricelist)! base_pricelist_id:many2one(product.pricelist)
    price_discount:float price_markup:float price_round:float price_surcharge:float price_min_margin:float
    price_max_margin:float currency_id:many2one(res.currency)`,
  'stock.warehouse': `name:char! code:char! active:boolean company_id:many2one(res.company)
    lot_stock_id:many2one(stock.location) view_location_id:many2one(stock.location)
    partner_id:many2one(res.partner)`,
  'stock.location': `name:char! complete_name:char active:boolean
    usage:selection(supplier,view,internal,customer,inventory,production,transit)!
    location_id:many2one(stock.location) warehouse_id:many2one(stock.warehouse)`,
  'stock.quant': `product_id:many2one(product.product)! location_id:many2one(stock.location)!
    quantity:float reserved_quantity:float available_quantity:float`,
  'account.payment.term': 'name:char! active:boolean',
  'account.tax': 'name:char!',
  'sale.order': `name:char! state:selection(draft,sent,sale,cancel) locked:boolean
    partner_id:many2one(res.partner)! partner_invoice_id:many2one(res.partner)!
    partner_shipping_id:many2one(res.partner)! client_order_ref:char origin:char date_order:datetime!
    commitment_date:datetime validity_date:date is_expired:boolean signed_by:char signed_on:datetime
    pricelist_id:many2one(product.pricelist) currency_id:many2one(res.currency)
    payment_term_id:many2one(account.payment.term) warehouse_id:many2one(stock.warehouse) note:html
    company_id:many2one(res.company)! order_line:one2many(sale.order.line,order_id) amount_untaxed:monetary
    amount_tax:monetary amount_total:monetary invoice_status:selection(upselling,invoiced,to~invoice,no)
    delivery_status:selection(pending,started,partial,full) invoice_ids:many2many(account.move)
    picking_ids:one2many(stock.picking,sale_id) x_channel:char x_priority:selection(low,normal,high)
    x_confirmed_at:datetime`,
  'sale.order.line': `order_id:many2one(sale.order)! sequence:integer
    display_type:selection(line_section,line_subsection,line_note) product_id:many2one(product.product)
    name:text! product_uom_qty:float! product_uom_id:many2one(uom.uom)>=19 product_uom:many2one(uom.uom)<19
    tax_ids:many2many(account.tax)>=19 tax_id:many2many(account.tax)<19 price_unit:float! discount:float
    price_subtotal:monetary price_tax:float price_total:monetary qty_delivered:float qty_invoiced:float
    qty_to_invoice:float customer_lead:float pricelist_item_id:many2one(product.pricelist.item)`,
  'stock.picking': 'name:char sale_id:many2one(sale.order) state:char',
  'account.move': `name:char ref:char move_type:selection(entry,out_invoice,out_refund,in_invoice,in_refund)!
    state:selection(draft,posted,cancel)! partner_id:many2one(res.partner) invoice_date:date
    payment_state:selection(not_paid,in_payment,paid,partial,reversed,blocked,invoicing_legacy)
    invoice_date_due:date currency_id:many2one(res.currency)! amount_untaxed:monetary amount_tax:monetary
    amount_total:monetary amount_residual:monetary invoice_origin:char payment_reference:char
    invoice_line_ids:one2many(account.move.line,move_id) reversed_entry_id:many2one(account.move)
    invoice_payment_term_id:many2one(account.payment.term) narration:html
    commercial_partner_id:many2one(res.partner)`,
  'account.move.line': `move_id:many2one(account.move)! product_id:many2one(product.product) name:char
    display_type:selection(product,tax,payment_term,line_section,line_note)! quantity:float
    product_uom_id:many2one(uom.uom) price_unit:float discount:float price_subtotal:monetary
    price_total:monetary`,
  'account.payment': `name:char date:date! amount:monetary currency_id:many2one(res.currency)
    payment_type:selection(inbound,outbound)! partner_type:selection(customer,supplier)!
    partner_id:many2one(res.partner) state:selection(draft,in_process,paid,canceled,rejected)! memo:char>=18
    ref:char<18 reconciled_invoice_ids:many2many(account.move)`,
  'account.payment.register': 'amount:monetary payment_date:date communication:char',
  'ir.model.data': 'module:char! name:char! model:char! res_id:many2one_reference',
  'res.config.settings': 'group_product_pricelist:boolean group_stock_multi_locations:boolean',
}

const COMMON = 'display_name:char create_date:datetime write_date:datetime'
const PATTERN = /^(\w+):(\w+)(?:\(([^)]*)\))?(!)?(?:(>=|<)(\d+))?$/

function fieldOf(text: string, version: number): [string, Field] | null {
  const [, name = '', type = '', inside = '', required, sign, limit] = PATTERN.exec(text) ?? []
  if (sign === '>=' && version < Number(limit)) return null
  if (sign === '<' && version >= Number(limit)) return null
  const field: Field = { type, required: required === '!' }
  if (type === 'selection' && inside) field.values = inside.split(',').map((value) => value.replace('~', ' '))
  else if (inside) [field.relation, field.inverse] = inside.split(',')
  return [name, field]
}

/** The models of a version of Odoo. */
export function modelsOf(version: number): Map<string, Model> {
  const models = Object.entries(TABLES).map(([name, text]): [string, Model] => {
    const fields = `${text} ${COMMON}`.split(/\s+/).map((field) => fieldOf(field, version))
    return [name, new Map(fields.filter((field) => field !== null))]
  })
  const all = new Map(models)
  all.get('res.config.settings')?.delete('display_name')
  // Up to 17 "stocked" was a type of its own, and a payment had the states of its booking.
  if (version < 18) {
    const words = (values: string[]): Field => ({ type: 'selection', required: true, values })
    all.get('product.product')?.set('type', words(['consu', 'service', 'product']))
    all.get('account.payment')?.set('state', words(['draft', 'posted', 'cancel']))
  }
  return all
}

/** How lists are sorted when the client does not say. */
export const ORDER: Record<string, string> = {
  'product.product': 'default_code, name, id',
  'product.pricelist.item': 'applied_on, min_quantity desc, categ_id desc, id desc',
  'res.partner': 'name, id desc',
  'sale.order': 'date_order desc, id desc',
  'sale.order.line': 'order_id, sequence, id',
}

/** What Odoo fills in when a client says nothing. */
export const DEFAULTS: Record<string, Record<string, string | number | boolean>> = {
  'product.pricelist': { currency_id: 1, company_id: 1 },
  'product.pricelist.item': { applied_on: '3_global', compute_price: 'fixed', base: 'list_price' },
  'product.product': { type: 'consu', sale_ok: true, uom_id: 1, currency_id: 1 },
  'res.config.settings': { group_product_pricelist: true },
  'stock.warehouse': { company_id: 1 },
}

/** How Odoo calls things in its error texts and in `fields_get`. */
export const LABELS: Record<string, string> = {
  'res.partner.x_route': 'Route',
  'res.partner.x_abc_class': 'ABC class',
  'res.partner.x_customer_since': 'Customer since',
  'product.product.x_hazardous': 'Hazardous goods',
  'product.product.x_customs_tariff': 'Customs tariff number',
  'sale.order.x_channel': 'Sales channel',
  'sale.order': 'Sales Order',
  'sale.order.line': 'Sales Order Line',
  'account.move': 'Journal Entry',
  'sale.order.partner_id': 'Customer',
  'product.product.name': 'Name',
}

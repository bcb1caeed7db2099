import { parseExact } from '../../json.ts'
import { binOf } from './catalog.ts'
import { proposed } from './invoices.ts'
import { type Row, TABLES, decimal, defaultsOf, isChild, table, text, toJson } from './meta.ts'
import { queryOf, select } from './query.ts'
import { type Args, type Method, applyPriceList, applyRule, itemDetails, object, words } from './rating.ts'
import { Raised, refuse } from './raised.ts'
import { ZONE } from './clock.ts'
import type { Site } from './site.ts'

/** The rows that a list call gives; a child table is only listed along with its parent's DocType. */
export function listing(site: Site, doctype: string, args: Args): Row[] {
  if (isChild(doctype)) {
    const parent = words(args, 'parent')
    if (!Object.values(TABLES[parent] ?? {}).includes(doctype)) {
      throw new Raised(
        'PermissionError',
        `User <strong>${site.user}</strong> does not have doctype access via role permission for document <strong>${doctype}</strong>`,
      )
    }
  }
  return select(doctype, site.rows(doctype), queryOf(doctype, args))
}

function cancel(site: Site, args: Args): unknown {
  const [doctype, name] = [words(args, 'doctype'), words(args, 'name')]
  return toJson(site.whole(doctype, site.save(doctype, name, { docstatus: '2' })))
}

function insertMany(site: Site, args: Args): string[] {
  const docs = typeof args.docs === 'string' ? parseExact(args.docs) : args.docs
  const all = Array.isArray(docs) ? docs.map(object) : []
  if (all.length > 200) refuse('Only 200 inserts allowed in one request', false)
  const made: [string, string][] = []
  try {
    for (const doc of all)
      made.push([words(doc, 'doctype'), text(site.insert(words(doc, 'doctype'), doc), 'name')])
  } catch (error) {
    for (const [doctype, name] of made) site.forget(doctype, name)
    throw error
  }
  return made.map(([, name]) => name)
}

/** What only an order has, or only what is stored; an invoice made from it leaves that behind. */
const LEFT = new Set(
  'name creation modified modified_by parent transaction_date delivery_date order_type skip_delivery_note has_unit_price_items reserve_stock delivery_status per_delivered per_billed per_picked billing_status advance_paid title is_stock_item stock_reserved_qty billed_amt against_blanket_order blanket_order_rate ordered_qty planned_qty production_plan_qty requested_qty work_order_qty produced_qty returned_qty picked_qty subcontracted_qty fg_item_qty valuation_rate gross_profit projected_qty ensure_delivery_based_on_produced_serial_no child_docname custom_unified_id'.split(
    ' ',
  ),
)

function carried(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([field, value]) => !LEFT.has(field) && value !== null),
  )
}

/** What tells a document that is only proposed from one that is stored. */
function local(site: Site): Row {
  return { docstatus: 0, owner: site.user, __islocal: 1, __unsaved: 1 }
}

function invoiceLine(site: Site, of: Row, part: Row): Row {
  const suffix = ` - ${site.company.abbr}`
  return {
    ...defaultsOf('Sales Invoice Item'),
    ...carried(part),
    ...local(site),
    stock_uom_rate: '0',
    use_serial_batch_fields: 1,
    income_account: `Sales${suffix}`,
    expense_account: `Cost of Goods Sold${suffix}`,
    sales_order: text(of, 'name'),
    so_detail: text(part, 'name'),
    doctype: 'Sales Invoice Item',
    parentfield: 'items',
    parenttype: 'Sales Invoice',
  }
}

function makeInvoice(site: Site, args: Args): unknown {
  const of = site.get('Sales Order', words(args, 'source_name'))
  const rules = table(of, 'pricing_rules').map((part): Row => {
    const { owner: _owner, ...rest } = carried(part)
    return { ...rest, docstatus: 0, parenttype: 'Sales Invoice', __islocal: 1 }
  })
  const head: Row = {
    ...defaultsOf('Sales Invoice'),
    ...Object.fromEntries(Object.keys(TABLES['Sales Invoice'] ?? {}).map((field) => [field, []])),
    ...carried(of),
    ...local(site),
    naming_series: 'ACC-SINV-.YYYY.-',
    posting_date: site.today(),
    posting_time: site.now().slice(11),
    due_date: site.today(),
    outstanding_amount: decimal(of, 'grand_total'),
    debit_to: `Debtors - ${site.company.abbr}`,
    party_account_currency: site.company.currency,
    last_scanned_warehouse: null,
    status: 'Draft',
    doctype: 'Sales Invoice',
    items: table(of, 'items').map((part) => invoiceLine(site, of, part)),
    pricing_rules: rules,
    payment_schedule: [],
  }
  return { ...toJson(head), __onload: { load_after_mapping: true } }
}

/** The whitelisted methods; everything else is refused. */
const METHODS: Record<string, Method> = {
  ping: () => 'pong',
  'frappe.auth.get_logged_user': (site) => site.user,
  'frappe.utils.change_log.get_versions': () => ({
    frappe: {
      title: 'Frappe Framework',
      description: 'Full stack web framework',
      branch: 'version-15',
      version: '15.44.0',
    },
    erpnext: { title: 'ERPNext', description: 'ERP made simple', branch: 'version-15', version: '15.109.0' },
  }),
  'frappe.client.get_time_zone': () => ({ time_zone: ZONE }),
  'frappe.client.get_count': (site, args) =>
    listing(site, words(args, 'doctype'), { ...args, limit_page_length: '0', fields: ['name'] }).length,
  'frappe.client.get_list': (site, args) => listing(site, words(args, 'doctype'), args).map(toJson),
  'frappe.client.cancel': cancel,
  'frappe.client.insert_many': insertMany,
  'erpnext.stock.utils.get_stock_balance': (site, args) =>
    JSON.rawJSON(
      floatText(decimal(binOf(site, words(args, 'item_code'), words(args, 'warehouse')), 'actual_qty')),
    ),
  'erpnext.stock.get_item_details.get_item_details': itemDetails,
  'erpnext.stock.get_item_details.apply_price_list': applyPriceList,
  'erpnext.accounts.doctype.pricing_rule.pricing_rule.apply_pricing_rule': applyRule,
  'erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice': makeInvoice,
  'erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry': (site, args) => ({
    ...toJson({
      owner: site.user,
      docstatus: 0,
      idx: 0,
      ...proposed(site, site.get('Sales Invoice', words(args, 'dn'))),
    }),
    __islocal: 1,
    __unsaved: 1,
  }),
}

const floatText = (value: string) => (value.includes('.') ? value : `${value}.0`)

/** Calls a method by its dotted path. */
export function call(site: Site, path: string, args: Args): unknown {
  const method = METHODS[path]
  if (method) return method(site, args)
  const app = path.split('.')[0] ?? ''
  const installed = ['frappe', 'erpnext'].includes(app)
  const cause = installed
    ? `No module named '${path.split('.').slice(0, -1).join('.')}'`
    : `App ${app} is not installed`
  throw new Raised('ValidationError', `Failed to get method for command ${path} with ${cause}`, {
    earlier: installed ? [] : [cause],
  })
}

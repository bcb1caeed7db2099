/** What differs between the versions of Odoo, in one place. */
export interface Dialect {
  /** JSON-2 came with 19.0; JSON-RPC is deprecated there and is removed with 22. */
  api: 'json2' | 'jsonrpc'
  /** The context key that narrows stock to warehouses. The wrong one is silently ignored and gives the total. */
  warehouseKey: 'warehouse' | 'warehouse_id'
  /** The public method that sums rows by group. */
  group: 'read_group' | 'formatted_read_group'
  /** The field of an order line that holds its unit. */
  lineUnit: 'product_uom' | 'product_uom_id'
  /** Whether "stocked" is a boolean of its own; before, it was `type` = "product". */
  hasStorable: boolean
  /** The field of a unit that tells which others it converts to. */
  unitFamily: 'category_id' | 'parent_path'
  /** The field of a payment that holds free text. */
  memo: 'ref' | 'memo'
  /** What `action_cancel` needs in the context, or it answers a wizard and cancels nothing. */
  cancelContext: Record<string, boolean>
}

const V17: Dialect = {
  api: 'jsonrpc',
  warehouseKey: 'warehouse',
  group: 'read_group',
  lineUnit: 'product_uom',
  hasStorable: false,
  unitFamily: 'category_id',
  memo: 'ref',
  cancelContext: { disable_cancel_warning: true },
}
const V18: Dialect = { ...V17, warehouseKey: 'warehouse_id', hasStorable: true, memo: 'memo' }
const V19: Dialect = {
  ...V18,
  api: 'json2',
  group: 'formatted_read_group',
  lineUnit: 'product_uom_id',
  unitFamily: 'parent_path',
}

/** The oldest version that is known to work. */
export const OLDEST = 17

/** How to speak to a major version; newer ones are taken to speak like the newest known. */
export function dialectOf(major: number): Dialect {
  if (major <= 17) return V17
  return major === 18 ? V18 : V19
}

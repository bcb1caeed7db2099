import Big from 'big.js'
import { type Row, num, textOf } from './answers.ts'
import { ACCOUNTS, type Store, TAX, cents } from './store.ts'

const FIELDS =
  /^(LineItemID|Description|Quantity|UnitAmount|ItemCode|AccountCode|TaxType|TaxAmount|LineAmount|DiscountRate|DiscountAmount|Tracking)$/
/** The tracking categories of the demo company with their options. */
export const TRACKING: Record<string, string[]> = { Region: ['North', 'South'] }

/** What is wrong with a line, in Xero's words. */
function faults(line: Row, item: Row | undefined, authorised: boolean): string[] {
  const { ItemCode: code, AccountCode: account, Tracking: tracking = [] } = line
  const named = (tracking as Row[]).every(({ Name, Option }) =>
    TRACKING[String(Name)]?.includes(String(Option)),
  )
  const bare = isText(line)
  const sold = (item?.SalesDetails ?? {}) as Row
  return [
    ...Object.keys(line).flatMap((name) => (FIELDS.test(name) ? [] : [`${name} is not a field of a line`])),
    ...(code && !item ? [`Item code '${String(code)}' is not valid`] : []),
    ...(account && !ACCOUNTS.includes(String(account))
      ? [`Account code '${String(account)}' is not a valid code for this document.`]
      : []),
    ...(line.Description || item?.Description ? [] : ['Description must be specified']),
    ...(authorised && !bare && !account && !sold.AccountCode ? ['Account code must be specified'] : []),
    ...(line.DiscountRate && line.DiscountAmount ? ['Only one of rate and amount may be given'] : []),
    ...((tracking as Row[]).length > 2 || !named ? ['The tracking category is not valid'] : []),
  ]
}

/** A line that only says something. */
function isText(line: Row): boolean {
  return !line.ItemCode && line.UnitAmount === undefined && line.Quantity === undefined
}

/** A document's lines as Xero keeps them, and what is wrong with them. `places` are the decimals of unit prices. */
export function linesOf(
  store: Store,
  given: Row[],
  options: { authorised: boolean; inclusive: boolean; places: number },
): { lines: Row[]; faults: string[] } {
  const made = given.map((line) => {
    const item = line.ItemCode ? store.itemsByCode.get(String(line.ItemCode)) : undefined
    const wrong = faults(line, item, options.authorised)
    return { wrong, line: wrong.length > 0 ? line : lineOf(store, line, item, options) }
  })
  const mismatch = made.flatMap(({ line, wrong }, index) => {
    const said = given[index]?.LineAmount
    const same = said === undefined || new Big(textOf(said)).eq(textOf(line.LineAmount))
    return wrong.length > 0 || same ? wrong : ['The line total does not match the expected line total']
  })
  return { lines: made.map(({ line }) => line), faults: mismatch }
}

function lineOf(
  store: Store,
  line: Row,
  item: Row | undefined,
  { inclusive, places }: { inclusive: boolean; places: number },
): Row {
  const id = line.LineItemID ?? store.nextId('LineItems')
  const tracking = line.Tracking ?? []
  if (isText(line)) return { LineItemID: id, Description: line.Description, Tracking: tracking }
  const sold = (item?.SalesDetails ?? {}) as Row
  const unit = new Big(textOf(line.UnitAmount ?? sold.UnitPrice)).round(places, Big.roundHalfUp)
  const quantity = new Big(textOf(line.Quantity ?? 1))
  const rate = new Big(textOf(line.DiscountRate))
  const less = new Big(textOf(line.DiscountAmount))
  const amount = unit.times(quantity).times(new Big(100).minus(rate)).div(100).minus(less).round(2)
  const percent = new Big(line.TaxType === 'NONE' ? 0 : TAX.percent)
  const tax = amount
    .times(percent)
    .div(inclusive ? percent.plus(100) : 100)
    .round(2)
  return {
    LineItemID: id,
    ...(item && { ItemCode: item.Code, Item: { ItemID: item.ItemID, Name: item.Name, Code: item.Code } }),
    Description: line.Description ?? item?.Description,
    Quantity: num(quantity.toFixed()),
    UnitAmount: num(unit.toFixed()),
    ...(rate.gt(0) && { DiscountRate: num(rate.toFixed()) }),
    ...(less.gt(0) && { DiscountAmount: num(less.toFixed()) }),
    LineAmount: num(cents(amount)),
    TaxType: line.TaxType ?? sold.TaxType ?? TAX.type,
    TaxAmount: num(cents(tax)),
    ...((line.AccountCode ?? sold.AccountCode) ? { AccountCode: line.AccountCode ?? sold.AccountCode } : {}),
    Tracking: tracking,
  }
}

/** Net, tax and total of a document. */
export function totalsOf(lines: Row[], inclusive: boolean): { row: Row; total: Big } {
  const sum = (name: string) => lines.reduce((all, line) => all.plus(textOf(line[name])), new Big(0))
  const [amount, tax] = [sum('LineAmount'), sum('TaxAmount')]
  const net = inclusive ? amount.minus(tax) : amount
  const row = { SubTotal: num(cents(net)), TotalTax: num(cents(tax)), Total: num(cents(net.plus(tax))) }
  return { row, total: net.plus(tax) }
}

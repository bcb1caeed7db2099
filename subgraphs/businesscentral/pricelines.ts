import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Query, allOf, anyOf, encodeName, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import { type Client, groups } from './client.ts'
import { day, decimal, member, text } from './shapes.ts'

/** A line of an active price list. Amounts are for one unit; `currency` null is the local one. */
export interface Line {
  list: string
  item: string
  sourceType: string
  sourceNumber: string | null
  unit: string | null
  minimum: string
  price: string
  discount: string
  from: string | null
  until: string | null
  currency: string | null
}

/** The lines of some items, and the price group of each customer by number. */
export interface Shelf {
  lines: Line[]
  groups: Map<string, string | null>
}

/** Property names follow the controls of pages 7001 and 22; they are not part of a published API. */
const row = z
  .object({
    Price_List_Code: z.string().min(1),
    Source_Type: member,
    Source_No: text,
    Asset_No: z.string(),
    Variant_Code: text,
    Unit_of_Measure_Code: text,
    Minimum_Quantity: decimal,
    Unit_Price: decimal,
    Line_Discount_Percent: decimal,
    Starting_Date: day,
    Ending_Date: day,
    Currency_Code: text,
  })
  .transform((native): Line & { variant: string | null } => ({
    list: native.Price_List_Code,
    item: native.Asset_No,
    sourceType: native.Source_Type,
    sourceNumber: native.Source_No,
    variant: native.Variant_Code,
    unit: native.Unit_of_Measure_Code,
    minimum: native.Minimum_Quantity,
    price: native.Unit_Price,
    discount: native.Line_Discount_Percent,
    from: native.Starting_Date,
    until: native.Ending_Date,
    currency: native.Currency_Code,
  }))
const person = z.object({ No: z.string(), Customer_Price_Group: text })
const SHARED = ['All Customers', 'Customer Price Group'].map((one) => literal(encodeName(one)))

/** Reads in one call what the customers pay for the items: both by number. */
export async function readShelf(client: Client, items: string[], customers: string[]): Promise<Shelf> {
  if (items.length === 0 || customers.length === 0) return { lines: [], groups: new Map() }
  const { priceLinesService, customersService } = client.config
  const goods = groups(items).map((some) => anyOf('Asset_No', some.map(literal)))
  const people = groups(customers)
  const active = "Asset_Type eq 'Item' and Status eq 'Active'"
  const shared = goods.map((some) => allOf(active, some, anyOf('Source_Type', SHARED)))
  const own = goods.flatMap((some) =>
    people.map((these) =>
      allOf(active, some, "Source_Type eq 'Customer'", anyOf('Source_No', these.map(literal))),
    ),
  )
  const lines = [...shared, ...own].map((filter): [string, Query] => [priceLinesService, { filter }])
  const members = people.map((these): [string, Query] => [
    customersService,
    { filter: anyOf('No', these.map(literal)), select: ['No', 'Customer_Price_Group'] },
  ])
  const rows = await client.read([...lines, ...members], 'ODataV4').catch(published(client))
  const known = rows
    .slice(lines.length)
    .flat()
    .map((one) => shaped(person, one, 'A customer of the published page'))
  return {
    lines: rows
      .slice(0, lines.length)
      .flat()
      .map((one) => shaped(row, one, 'A price list line'))
      .filter(({ variant }) => variant === null),
    groups: new Map(known.map(({ No, Customer_Price_Group: group }) => [No, group])),
  }
}

/** An unpublished page is a matter of set-up, not of a missing record. */
function published({ config }: Client): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ErpError) || error.code !== 'NOT_FOUND') throw error
    const pages = `7001 as ${config.priceLinesService} and 22 as ${config.customersService}`
    throw new ErpError('VALIDATION', `Publish pages ${pages} as web services, or set prices to "list".`, {
      field: 'prices',
      said: error.said,
    })
  }
}

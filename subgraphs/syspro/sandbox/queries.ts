import Big from 'big.js'
import { type Element, type Markup, element, textAt } from '../../xml.ts'
import type { Tables } from './tables.ts'
import { Failure, type Row, document, elements, padded } from './wire.ts'

function edited(value: string): string {
  return Number(value).toLocaleString('en-US', { minimumFractionDigits: 3 })
}

function warehouseItem(row: Row, tables: Tables): Markup[] {
  const { StockCode: _, QtyOnHand: onHand = '0', ...others } = row
  const used = new Big(row.QtyAllocated?.trim() ?? 0).plus(row.QtyAllocatedWip?.trim() ?? 0)
  const { Warehouse = '' } = row
  return element(
    'WarehouseItem',
    elements({
      Warehouse,
      Description: tables.find('InvWhControl', 'Warehouse', Warehouse)?.Description ?? '',
      QtyOnHand: onHand,
      Edited_QtyOnHand: edited(onHand.trim()),
      AvailableQty: padded(new Big(onHand.trim()).minus(used).toFixed()),
      ...others,
    }),
  )
}

/** INVQRY: an item with all its warehouses, whatever the filter says; an unknown one has none. */
export function inventory(tables: Tables, query: Element): string {
  const code = textAt(query, 'Key', 'StockCode') ?? ''
  const item = tables.find('InvMaster', 'StockCode', code)
  if (!item) return document('InvQuery', element('StockItem', ''))
  const rows = tables.rows('InvWarehouse').filter(({ StockCode }) => StockCode === item.StockCode)
  return document('InvQuery', [
    ...element('QueryOptions', elements({ StockCode: code, Description: item.Description ?? '' })),
    ...element('StockItem', elements(item)),
    ...rows.flatMap((row) => warehouseItem(row, tables)),
  ])
}

/** ARSQRY: a customer with its invoices; paid ones only when asked for. */
export function statement(tables: Tables, query: Element): string {
  const code = textAt(query, 'Key', 'Customer') ?? ''
  const customer = tables.find('ArCustomer', 'Customer', code)
  if (!customer) throw new Failure(`Customer '${code}' not found`)
  const zero = textAt(query, 'Option', 'IncludeZeroBalances') === 'Y'
  const open = [...tables.orders.values()].filter(
    ({ head }) => head.Customer === customer.Customer && /^[1-7]$/.test(head.OrderStatus ?? ''),
  )
  const outstanding = open
    .flatMap(({ lines }) => lines)
    .reduce(
      (sum, line) => sum.plus(new Big(line.MOrderQty?.trim() ?? 0).times(line.MPrice?.trim() ?? 0)),
      new Big(0),
    )
  const invoices = tables
    .rows('ArInvoice')
    .filter((row) => row.Customer === customer.Customer && (zero || Number(row.InvoiceBal1) !== 0))
  const { UserField1: _, ...shown } = customer
  return document('ARStatement', [
    ...elements({
      ...shown,
      // A key of digits is written as wide as the field here, whatever the table holds.
      Customer: (customer.Customer ?? '').padStart(15, '0'),
      OutstOrdVal: padded(outstanding.toFixed(2), 2),
      DateCustAdded: '2026-02-01',
    }),
    ...invoices.flatMap(({ InvoiceBal1 = '', CurrencyValue = '', Customer: __, ...row }) =>
      element('InvoiceDetail', [
        ...elements({
          ...row,
          Invoice: row.Invoice?.replace(/^0+/, '') ?? '',
          CurrencyValue,
          InvoiceBal: InvoiceBal1,
          ConvRate: padded('1'),
          MulDiv: 'M',
        }),
        ...element('TransDetail', ''),
      ]),
    ),
  ])
}

function commentLine(comment: string, number: number): Markup[] {
  const line = elements({ SalesOrderLine: String(number), NComment: comment })
  return element('SalesOrderLine', element('CommentLine', line))
}

const PREFIXES =
  '   xmlns:SALARE="SALARE" xmlns:SALSLS="SALSLS" xmlns:TBLART="TBLART" xmlns:SALBRN="SALBRN" xmlns:TBLCUR="TBLCUR" '

/** SORQRY: an order; finished lines are missing unless they are asked for. */
export function order(tables: Tables, query: Element): string {
  const number = textAt(query, 'Key', 'SalesOrder') ?? ''
  const found = tables.orders.get(number)
  if (!found) throw new Failure(`Sales order '${number}' not found`)
  const { head, lines, comments } = found
  const option = (name: string): boolean => textAt(query, 'Option', name) === 'Y'
  const isDone = head.OrderStatus === '9' || head.OrderStatus === '8'
  const shown = option('IncludeStockedLines') && (!isDone || option('IncludeCompletedLines')) ? lines : []
  const said = option('IncludeCommentLines') ? comments : []
  const { SalesOrder = '', Customer = '', ...rest } = head
  return document(
    'SorDetail',
    [
      ...elements({
        SalesOrder,
        DocumentType: 'O',
        Customer,
        CustomerName: tables.find('ArCustomer', 'Customer', Customer)?.Name ?? '',
        DiscPct1: '0.00',
        DiscPct2: '0.00',
        DiscPct3: '0.00',
        'SALSLS:Name': 'HOUSE ACCOUNT',
        ...rest,
        'TBLART:Description': 'NET 30 DAYS',
        'TBLCUR:Description': 'LOCAL',
        ExchangeRate: padded('1'),
        MulDiv: 'M',
      }),
      ...shown.flatMap((line) => element('SalesOrderLine', element('Merchandise', elements(line)))),
      ...said.flatMap((comment, index) => commentLine(comment, lines.length + index + 1)),
    ],
    PREFIXES,
  )
}

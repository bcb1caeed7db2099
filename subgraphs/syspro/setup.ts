import { ErpError } from '../../schema/errors.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'
import { INVOICE_COLUMNS, ORDER_COLUMNS } from './documents.ts'
import { find } from './find.ts'
import { CUSTOMER_COLUMNS, ITEM_COLUMNS } from './map.ts'
import { PRICE_COLUMNS, contractColumnsOf } from './prices.ts'
import { STOCK_COLUMNS } from './stock.ts'

function tablesOf(config: Config): [table: string, columns: string[]][] {
  return [
    ['InvMaster', ITEM_COLUMNS],
    ['InvPrice', PRICE_COLUMNS],
    ...(config.stock === 'table' ? [['InvWarehouse', STOCK_COLUMNS] as [string, string[]]] : []),
    ['ArCustomer', [...CUSTOMER_COLUMNS, 'BalanceType']],
    ['ArInvoice', INVOICE_COLUMNS],
    ['SorMaster', ORDER_COLUMNS],
    ...(config.contracts ? [['SorContractPrice', contractColumnsOf(config)] as [string, string[]]] : []),
  ]
}

/**
 * Asks each table for one row with every column that is read of it: installations differ in their columns, and
 * nothing but a search tells. Throws the refusal, with the table's name. A table that the operator may not see is
 * passed over, because not everybody needs all of them.
 */
export async function probe(client: Client): Promise<void> {
  for (const [table, columns] of tablesOf(client.config)) {
    try {
      await find(client, { table, columns, rows: 1 })
    } catch (error) {
      if (!(error instanceof ErpError) || error.code !== 'VALIDATION') {
        if (error instanceof ErpError && error.code === 'PERMISSION_DENIED') continue
        throw error
      }
      const field = table === 'SorContractPrice' ? 'contractColumns' : undefined
      throw new ErpError('VALIDATION', `The table ${table} cannot be searched. ${error.message}`, {
        said: error.said,
        field,
      })
    }
  }
}

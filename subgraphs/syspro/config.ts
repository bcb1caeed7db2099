import { z } from 'zod'

const column = z.string().regex(/^\w+$/)
const codes = z.record(z.string(), z.string())

/** What an operator fills in for one company of SYSPRO. */
export const config = z.object({
  url: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .describe(
      'Address of the e.net REST service, for example https://erp.example.com:30001/SYSPROWCFService/Rest. HTTPS only: passwords travel in the address.',
    ),
  operator: z
    .string()
    .min(1)
    .describe('Operator code; used by nobody else, because a second log-on ends the first session.'),
  operatorPassword: z.string().default('').describe('Password of the operator.').meta({ secret: true }),
  company: z.string().min(1).describe('Company id, for example A.'),
  companyPassword: z
    .string()
    .default('')
    .describe('Password of the company; empty where it has none.')
    .meta({ secret: true }),
  release: z
    .enum(['7', '8'])
    .default('8')
    .describe('SYSPRO 7 or 8: decides how long customer codes and names may be.'),
  sessionMinutes: z
    .number()
    .positive()
    .default(20)
    .describe('After so many minutes a session is not used again, in minutes; a lost one is renewed anyway.'),
  maxUrl: z
    .int()
    .min(2_000)
    .default(14_000)
    .describe(
      'Longest address that the server takes. http.sys allows 16 KB unless it is set otherwise; a proxy may allow less.',
    ),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO code of the local currency, which SYSPRO may write as "$" or leave blank.'),
  currencies: codes
    .default({})
    .describe('SYSPRO currency code -> ISO code, where it is neither local nor an ISO code.'),
  units: codes
    .default({})
    .describe('SYSPRO unit of measure -> UN/ECE Rec 20 code, beside EA, KG, M, L, HR and their kin.'),
  paymentTerms: codes
    .default({})
    .describe('Payment terms as orders and customers name them -> SYSPRO terms code of two signs.'),
  statuses: z
    .record(z.string(), z.enum(['DRAFT', 'PENDING_APPROVAL', 'OPEN', 'FULFILLED', 'CLOSED', 'CANCELLED']))
    .default({})
    .describe('SYSPRO order status -> our word, where it differs from the standard meaning.'),
  addressLines: z
    .array(z.enum(['line', 'city', 'region', 'country']))
    .length(5)
    .default(['line', 'line', 'city', 'region', 'country'])
    .describe('What each of the five address lines holds: line, city, region or country.'),
  stock: z
    .enum(['table', 'query'])
    .default('table')
    .describe(
      'table: all items in one search of InvWarehouse, available = on hand - allocated. query: INVQRY, the exact available quantity, one call per item.',
    ),
  contracts: z
    .boolean()
    .default(true)
    .describe(
      'Whether contract prices are read; switch off where the operator may not see SorContractPrice.',
    ),
  contractColumns: z
    .object({
      owner: column.default('CustomerBuygrp').describe('Column with the customer or buying group.'),
      type: column.default('ContractType').describe('Column that holds C for customer, B for buying group.'),
      name: column.default('Contract').describe('Column with the name of the contract.'),
      price: column.default('FixedPrice').describe('Column with the fixed price.'),
      currency: column.default('Currency').describe('Column with the currency of the price.'),
      from: column.default('StartDate').describe('Column with the first day.'),
      until: column.default('ExpiryDate').describe('Column with the last day.'),
    })
    .prefault({})
    .describe('Columns of the table SorContractPrice.'),
  customerKeys: z
    .enum(['reference', 'series'])
    .default('reference')
    .describe('reference: new customers get a code made from our reference. series: SYSPRO numbers them.'),
  customerDefaults: codes
    .default({})
    .describe(
      'Elements of ARSSCS that every new customer gets, for example {"Branch": "10", "TermsCode": "30", "Area": "S", "Salesperson": "100"}.',
    ),
  allocation: z
    .enum(['A', 'B', 'F', 'S', 'R'])
    .default('A')
    .describe('AllocationAction of orders: A automatic, B back-order, F force, S ship, R reserve.'),
  orderType: z.string().min(1).default('ORD').describe('TypeOfOrder of orders.'),
  cancelReason: z
    .string()
    .optional()
    .describe('CancelReasonCode, where the company asks for a reason when an order is cancelled.'),
})

/** The checked configuration. */
export type Config = z.output<typeof config>

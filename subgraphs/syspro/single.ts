import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id } from '../connector.ts'
import { type Element, childrenOf, element } from '../xml.ts'
import { type Client, fields } from './client.ts'
import { bare, deep } from './shapes.ts'

const YES = [
  'IncludeStockedLines',
  'IncludeNonStockedLines',
  'IncludeFreightLines',
  'IncludeMiscLines',
  'IncludeCommentLines',
  'IncludeCompletedLines',
  'IncludeValues',
  'ReturnLineShipDate',
]
const NO = [
  'IncludeSerials',
  'IncludeLots',
  'IncludeBins',
  'IncludeAttachedItems',
  'IncludeCustomForms',
  'IncludeDetailLineCustomForms',
]

function flags(yes: string[], no: string[]) {
  return [...yes.flatMap((name) => element(name, 'Y')), ...no.flatMap((name) => element(name, 'N'))]
}

/** What is not known is null; everything else stays an error. */
async function known<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ErpError && (error.code === 'NOT_FOUND' || error.code === 'INVALID_CUSTOMER'))
      return null
    throw error
  }
}

/** An order with its lines, finished ones too (business object SORQRY); null where there is none. */
export function readOrder(client: Client, number: string): Promise<Element | null> {
  return known(async () => {
    const root = await client.query('SORQRY', 'Query', [
      ...element('Key', element('SalesOrder', number)),
      ...element('Option', flags(YES, NO)),
    ])
    const [header] = childrenOf(root, 'SalesOrder')
    if (!header)
      throw new ErpError('BAD_ANSWER', 'SYSPRO answers an order without its number.', { field: 'SalesOrder' })
    return bare(header.text) === bare(number) ? root : null
  })
}

/** Reads each id once; what fails is the answer of its row. */
export function eachRow<T>(ids: Id[], read: (id: Id) => Promise<T | null>): Promise<Answer<T>[]> {
  const asked = new Map(
    [...new Set(ids)].map((id) => [
      id,
      id.trim() === '' || id.length > 60 ? Promise.resolve(null) : read(id),
    ]),
  )
  const one = async (id: Id): Promise<Answer<T>> => {
    try {
      return (await asked.get(id)) ?? null
    } catch (error) {
      if (error instanceof ErpError) return error
      throw error
    }
  }
  return Promise.all(ids.map(one))
}

/** A customer's invoices and credit (business object ARSQRY); null where there is no such customer. */
export function readStatement(client: Client, customer: string, zero: 'Y' | 'N'): Promise<Element | null> {
  return known(async () => {
    const root = await client.query('ARSQRY', 'Query', [
      ...element('Key', element('Customer', customer)),
      ...element('Option', [
        ...fields({
          IncludeFutures: 'N',
          IncludeTransactions: 'N',
          IncludeCheckPayments: 'N',
          IncludePostDated: 'N',
          IncludeZeroBalances: zero,
        }),
        ...fields({ IncludeCustomForms: 'N', AsOfPeriod: 'C' }),
        ...element('XslStylesheet', ''),
      ]),
    ])
    const [found] = deep(root, 'Customer')
    if (!found)
      throw new ErpError('BAD_ANSWER', 'SYSPRO answers a statement without a customer.', {
        field: 'Customer',
      })
    return bare(found.text) === bare(customer) ? root : null
  })
}

/** The name of the company of this session, where its profile tells. */
export function companyName(profile: Element): string | null {
  if (profile.name.toLowerCase() === 'html')
    throw new ErpError('BAD_ANSWER', 'The profile of the log-on is a web page.')
  return deep(profile, 'CompanyName')[0]?.text.trim() || null
}

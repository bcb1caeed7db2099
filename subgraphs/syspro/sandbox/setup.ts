import { type Element, type Markup, at, element, textAt } from '../../xml.ts'
import { blankCustomer } from './rows.ts'
import { CURRENCIES, TERMS, type Tables } from './tables.ts'
import { Failure, document, elements } from './wire.ts'

const LENGTHS: Record<string, number> = {
  Name: 50,
  ShortName: 10,
  Salesperson: 3,
  Currency: 3,
  PriceCode: 2,
  Branch: 2,
  TermsCode: 2,
  Telephone: 20,
  UserField1: 10,
  TaxExemptNumber: 30,
}
const NEEDED = ['Name', 'Branch', 'Salesperson', 'Area', 'TermsCode']

function problems(name: string, value: string): [number: string, words: string] | null {
  if (value.length > (LENGTHS[name] ?? 80)) return ['240001', `${name} is too long`]
  if (name === 'TermsCode' && !(value in TERMS)) return ['240004', `Terms code '${value}' not found`]
  if (name === 'Currency' && !(value in CURRENCIES)) return ['240004', `Currency '${value}' not found`]
  if (NEEDED.includes(name) && value === '') return ['240003', `${name} must be entered`]
  return null
}

function reply(customer: string, refused: Markup[], invalid: number): string {
  const item = [...element('key', element('customer', customer)), ...refused]
  return document('setuparcustomer', [
    ...element('item', item),
    ...element('StatusOfItems', elements({ RecordsRead: '1', RecordsInvalid: String(invalid) })),
  ])
}

function refusal(name: string, value: string, number: string, words: string): Markup[] {
  return element(name.toLowerCase(), elements({ Value: value, ErrorNumber: number, ErrorDescription: words }))
}

/** ARSSCS: adds or changes a customer. Names of the request come back in lower case; unknown elements are ignored. */
export function customerSetup(tables: Tables, action: string, input: Element): string {
  const item = at(input, 'Item')
  const asked = textAt(item, 'Key', 'Customer')
  const next = () => String(tables.rows('ArCustomer').length + 20_001).padStart(7, '0')
  const code = asked ?? (action === 'Add' ? next() : '')
  if (code.length > 15) throw new Failure('Customer is too long')
  const old = tables.find('ArCustomer', 'Customer', code)
  const known = blankCustomer(code, '')
  const said = (item?.children ?? []).filter(({ name }) => name in known && name !== 'Customer')
  if (action === 'Add' && old)
    return reply(code, refusal('customer', code, '240010', `Customer '${code}' already exists`), 1)
  if (action === 'Update' && !old)
    return reply(code, refusal('customer', code, '240004', `Customer '${code}' not found`), 1)
  const missing = action === 'Add' ? NEEDED.filter((name) => !said.some((one) => one.name === name)) : []
  const refused = [
    ...missing.flatMap((name) => refusal(name, '', '240003', `${name} must be entered`)),
    ...said.flatMap(({ name, text }) => {
      const problem = problems(name, text)
      return problem ? refusal(name, text, ...problem) : []
    }),
  ]
  if (refused.length > 0) return reply(code, refused, 1)
  const values = Object.fromEntries(said.map(({ name, text }) => [name, text]))
  if (old) Object.assign(old, values)
  else tables.rows('ArCustomer').push({ ...known, ...values })
  return reply(code, [], 0)
}

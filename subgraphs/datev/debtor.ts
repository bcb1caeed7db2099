import { createHash } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import type { Address, CustomAttribute } from '../../schema/index.ts'
import type { Customer, CustomerInput, Ref } from '../connector.ts'
import type { Books } from './books.ts'
import type { Client, Job } from './client.ts'
import { type Config, isDebtor } from './config.ts'
import { FORMATS } from './extf.ts'
import { toCustomer } from './map.ts'
import { type Draft, type Maker, Uploads, oneLine, rowOf } from './upload.ts'

const format = FORMATS.debtor
/** Columns of a debtor, counted from 1. https://developer.datev.de/datev/platform/de/dtvf */
const AT = {
  account: 1,
  company: 2,
  kind: 7,
  short: 8,
  vatCountry: 9,
  vatNumber: 10,
  addressKind: 15,
  street: 16,
  postalCode: 18,
  city: 19,
  country: 20,
  addition: 22,
  recipient: 24,
  phone: 29,
  email: 33,
  number: 99,
  taxNumber: 100,
  terms: 109,
  ownFields: 137,
} as const
/** What a debtor's account is called among custom attributes. */
const ACCOUNT = 'account'
const SHORT_MOST = 15
const EU = new Set(
  'AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI'.split(' '),
)

function wrong(field: string, message: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** VAT numbers of the EU stand apart from their country, Greece under EL; every other number is a tax number. */
function taxCells(taxId: string | null | undefined): Record<number, string> {
  if (!taxId) return {}
  const [, prefix = '', digits = ''] = /^([A-Z]{2})[ .-]?([\dA-Z+*]{2,13})$/.exec(oneLine(taxId)) ?? []
  const country = prefix === 'GR' ? 'EL' : prefix
  if (EU.has(country)) return { [AT.vatCountry]: country, [AT.vatNumber]: digits }
  return { [AT.taxNumber]: oneLine(taxId) }
}

/** The one address of a debtor; where goods go is no matter of accounting. */
function addressOf(addresses: Address[]): Address | undefined {
  return addresses.find(({ type }) => type === 'BILLING') ?? addresses.find(({ type }) => type !== 'SHIPPING')
}

function addressCells({ addresses, country }: CustomerInput): Record<number, string> {
  const address = addressOf(addresses ?? []) ?? addresses?.[0]
  if (!address) return country ? { [AT.country]: country } : {}
  const [street = '', addition = '', ...more] = address.lines
  if (more.length > 0) throw wrong('addresses', 'An address takes two lines.')
  return {
    [AT.addressKind]: 'STR',
    [AT.street]: street,
    [AT.addition]: addition,
    [AT.postalCode]: address.postalCode ?? '',
    [AT.city]: [address.city, address.region].filter(Boolean).join(', '),
    [AT.country]: address.country ?? country ?? '',
    [AT.recipient]: address.name ?? '',
  }
}

function termOf(config: Config, terms: string | null | undefined): string {
  if (!terms) return ''
  const known = config.paymentTerms[terms] ?? (/^\d{1,3}$/.test(terms) ? Number(terms) : undefined)
  if (known !== undefined) return String(known)
  throw new ErpError('MAPPING_MISSING', `No payment term of DATEV is named for "${terms.slice(0, 40)}".`, {
    field: 'paymentTerms',
  })
}

function ownCells(config: Config, input: CustomerInput, ref: string | null): Record<number, string> {
  const given: CustomAttribute[] = [...(input.customAttributes ?? [])]
  if (input.group) given.push({ key: 'group', value: input.group })
  const cells: Record<number, string> = {}
  if (ref !== null) cells[AT.ownFields + config.referenceField - 1] = ref
  for (const { key, value } of given) {
    if (key === ACCOUNT || key === 'third_party_number') continue
    const field = Object.hasOwn(config.attributes, key) ? config.attributes[key] : undefined
    if (field === undefined || field === config.referenceField)
      throw new ErpError('MAPPING_MISSING', `No individual field is named for "${key.slice(0, 40)}".`, {
        field: key === 'group' ? 'group' : 'customAttributes',
      })
    cells[AT.ownFields + field - 1] = oneLine(value ?? '')
  }
  return cells
}

function draft(config: Config, input: CustomerInput, account: string, ref: string | null): Draft {
  const name = input.name.trim()
  if (name === '') throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
  const cells: Record<number, string> = {
    [AT.account]: account,
    [AT.company]: name,
    [AT.kind]: '2',
    [AT.short]: [...name].slice(0, SHORT_MOST).join('').trim(),
    ...taxCells(input.taxId),
    ...addressCells(input),
    [AT.phone]: input.phone ?? '',
    [AT.email]: input.email ?? '',
    [AT.number]: account,
    [AT.terms]: termOf(config, input.paymentTerms),
    ...ownCells(config, input, ref),
  }
  return { id: account, rows: [rowOf(format, cells)], label: 'Debitoren' }
}

/** The account in the name of a file: "EXTF_10061_<reference>.csv". */
function accountIn({ filename }: Job): string | null {
  return /^EXTF_(\d{5,9})_/.exec(filename ?? '')?.[1] ?? null
}

function wantedAccount(config: Config, { customAttributes }: CustomerInput): string | null {
  const wanted = customAttributes?.find(({ key }) => key === ACCOUNT)?.value
  if (!wanted) return null
  if (isDebtor(wanted, config.accountLength)) return wanted
  throw wrong('customAttributes', `A debtor account has ${config.accountLength + 1} digits, 1 to 6 in front.`)
}

/**
 * The account of a new debtor. It is never given twice: what stands in files that nobody has imported yet counts
 * as taken. The online service cannot tell which accounts are free, so without DATEVconnect the caller names one.
 */
async function newAccount(client: Client, books: Books | null, input: CustomerInput): Promise<string> {
  const { config } = client
  const wanted = wantedAccount(config, input)
  if (!books) {
    if (wanted) return wanted
    throw new ErpError(
      'MISSING_REQUIRED_FIELD',
      'Without DATEVconnect nobody knows which accounts are free: name one as the custom attribute "account".',
      { field: 'customAttributes' },
    )
  }
  const taken = new Set((await client.jobs(format.category)).map(accountIn))
  if (wanted) {
    if (!taken.has(wanted) && !(await books.debtorsOf([wanted])).has(wanted)) return wanted
    throw new ErpError('CONFLICT', `The debtor account ${wanted} is taken.`, {
      field: 'customAttributes',
      retryable: false,
    })
  }
  const from = config.firstDebtor ?? `1${'0'.repeat(config.accountLength)}`
  let account = await books.nextAccount(from)
  while (taken.has(account)) account = await books.nextAccount(String(Number(account) + 1))
  if (isDebtor(account, config.accountLength)) return account
  throw new ErpError('VALIDATION', 'There is no free debtor account left.', { field: 'firstDebtor' })
}

/** What a debtor says already, in the words in which it is written. */
function asInput(row: Customer): CustomerInput {
  const { name, customAttributes: _, ...rest } = row
  return { ...rest, name: name ?? '' }
}

/** Customers as debtors: master data files. A change is sent with all that DATEVconnect tells of the debtor. */
export class Debtors extends Uploads<CustomerInput> {
  readonly update?: (ref: Ref, change: Partial<CustomerInput>) => Promise<Ref>

  constructor(client: Client, books: Books | null) {
    const { config } = client
    const maker: Maker<CustomerInput> = {
      format,
      draft: async (input, ref) => draft(config, input, await newAccount(client, books, input), ref),
      idOf: accountIn,
    }
    super(client, maker)
    if (books) this.update = (ref, change) => this.#change(config, books, ref, change)
  }

  async #change(config: Config, books: Books, { id }: Ref, change: Partial<CustomerInput>): Promise<Ref> {
    const row = isDebtor(id, config.accountLength) ? (await books.debtorsOf([id])).get(id) : undefined
    if (!row) throw new ErpError('NOT_FOUND', `DATEV has no debtor ${id.slice(0, 40)}.`)
    const input = { ...asInput(toCustomer(row, config.accountLength)), ...change }
    const one = draft(config, input, id, null)
    const mark = createHash('sha256').update(JSON.stringify(one.rows)).digest('hex').slice(0, 12)
    return this.send(async () => one, `upd_${mark}`)
  }
}

import { ErpError } from '../../schema/errors.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import { type Element, element } from '../xml.ts'
import { addressFields } from './address.ts'
import { type Call, type Client, fields, xmlOf } from './client.ts'
import { refusalOf } from './errors.ts'
import { anyOf, find } from './find.ts'
import { customerCode, customerMark } from './reference.ts'
import { deep, key, text } from './shapes.ts'
import { currencyCode, short, termsCode } from './words.ts'

const NAME = { '7': 30, '8': 50 }

/**
 * Customers through the set-up object ARSSCS. UserField1 holds a mark of our reference for life; the code is made
 * from it too, so that a second create is refused by SYSPRO itself.
 */
export class Customers implements Write<CustomerInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 5_000
  readonly maxPushMs = 5 * 60_000
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return Promise.resolve().then(() => [this.#client.shown(this.#addition(input, ref))])
  }

  async find(ref: string): Promise<Found | null> {
    const mark = customerMark(ref)
    const rows = await find(this.#client, {
      table: 'ArCustomer',
      columns: ['Customer', 'UserField1'],
      where: [anyOf('UserField1', [mark])],
      orderBy: ['Customer'],
      rows: 50,
    })
    const row = rows.find((one) => text(one, 'UserField1') === mark)
    return row ? { ref: refOf(key(row, 'Customer')), step: 1, done: true } : null
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const call = this.#addition(input, ref)
    this.#client.checkLength(call)
    try {
      const number = keptKey(await this.#client.write(call))
      if (number !== null) return refOf(number)
    } catch (error) {
      const found = error instanceof ErpError && error.code === 'CONFLICT' ? await this.find(ref) : null
      if (!found) throw error
      return found.ref
    }
    const found = await this.find(ref)
    if (found) return found.ref
    throw new ErpError('UNCERTAIN', 'SYSPRO took the customer, and it cannot be found by its mark.')
  }

  /** Only what is named changes; an address is written whole. */
  async update({ id }: Ref, change: Partial<CustomerInput>): Promise<Ref> {
    const rows = await find(this.#client, {
      table: 'ArCustomer',
      columns: ['Customer'],
      where: [anyOf('Customer', [id])],
      rows: 2,
    })
    if (!rows.some((row) => key(row, 'Customer') === id))
      throw new ErpError('NOT_FOUND', `There is no customer ${id.slice(0, 40)}.`)
    const call = this.#call('Setup/Update', id, this.#fields(change))
    this.#client.checkLength(call)
    keptKey(await this.#client.write(call))
    return refOf(id)
  }

  #addition(input: CustomerInput, ref: string): Call {
    if (!input.name.trim())
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
    const { customerKeys, customerDefaults, release } = this.#client.config
    const code = customerKeys === 'reference' ? customerCode(ref, release) : ''
    const said = Object.entries(this.#fields(input)).filter(([, value]) => value !== undefined)
    return this.#call('Setup/Add', code, {
      ...customerDefaults,
      ...Object.fromEntries(said),
      UserField1: customerMark(ref),
    })
  }

  #call(path: string, code: string, values: Record<string, string | undefined>): Call {
    const parameters = element(
      'Parameters',
      fields({ IgnoreWarnings: 'N', ApplyIfEntireDocumentValid: 'Y', ValidateOnly: 'N' }),
    )
    const item = element('Item', [...element('Key', element('Customer', code)), ...fields(values)])
    return {
      path,
      query: [
        ['BusinessObject', 'ARSSCS'],
        ['XmlParameters', xmlOf('SetupArCustomer', 'ARSSCS.XSD', parameters)],
        ['XmlIn', xmlOf('SetupArCustomer', 'ARSSCSDOC.XSD', item)],
      ],
    }
  }

  #fields(input: Partial<CustomerInput>): Record<string, string | undefined> {
    const { config } = this.#client
    if (input.customAttributes?.length)
      throw new ErpError('VALIDATION', 'A customer of SYSPRO has no such fields.', {
        field: 'customAttributes',
      })
    const billing = input.addresses?.find(({ type }) => type !== 'SHIPPING')
    const shipping = input.addresses?.find(({ type }) => type === 'SHIPPING')
    const country = input.country ?? null
    const place = billing ?? (country !== null && !shipping ? { lines: [] } : undefined)
    const contact = billing?.name && billing.name !== input.name ? billing.name : undefined
    const said = (value: string | null | undefined, most: number, field: string) =>
      value === undefined ? undefined : short(value ?? '', most, field)
    return {
      Name: said(input.name, NAME[config.release], 'name'),
      Email: said(input.email, 80, 'email'),
      Telephone: said(input.phone, 20, 'phone'),
      Contact: contact,
      CompanyTaxNumber: said(input.taxId, 30, 'taxId'),
      Currency: input.currency ? currencyCode(input.currency, config) : undefined,
      CustomerClass: input.group ? short(input.group, 6, 'group') : undefined,
      TermsCode: input.paymentTerms ? termsCode(input.paymentTerms, config) : undefined,
      ...(place && addressFields(place, 'SoldToAddr', config, place.country ?? country, 'addresses')),
      ...(shipping &&
        addressFields(shipping, 'ShipToAddr', config, shipping.country ?? country, 'addresses')),
    }
  }
}

function refOf(id: string): Ref {
  return { id, number: id, version: null }
}

/**
 * The key that a set-up object kept. What it refuses stands beside the key, under the name of the field in lower
 * case, with a number and words; RecordsInvalid tells that there is such a thing.
 */
function keptKey(root: Element): string | null {
  const invalid = deep(root, 'RecordsInvalid')[0]?.text.trim() ?? ''
  if (root.name.toLowerCase() !== 'setuparcustomer' || !/^\d+$/.test(invalid))
    throw new ErpError('BAD_ANSWER', 'SYSPRO does not tell how many customers it took.', {
      field: 'RecordsInvalid',
    })
  const bad = holders(root)[0]
  if (bad) {
    const [words] = deep(bad, 'ErrorDescription')
    throw refusalOf(words?.text ?? 'A field is refused without a word.', bad.name)
  }
  if (Number(invalid) > 0) throw refusalOf('The customer is refused without a word.')
  return deep(root, 'Customer')[0]?.text.trim() || null
}

/** Elements that hold an error of their own. */
function holders(root: Element): Element[] {
  return root.children.flatMap((child) =>
    child.children.some(({ name }) => name.toLowerCase() === 'errornumber') ? [child] : holders(child),
  )
}

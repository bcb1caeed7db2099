import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Id, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { etagOf, literal } from '../odata.ts'
import { type Operation, entityOf } from '../odata2.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { OwnFields } from './custom.ts'
import type { Config } from './config.ts'
import { errorOf } from './errors.ts'
import { areaOf, unpadded } from './map.ts'
import { streetOf, termsOf } from './body.ts'
import { PARTNER } from './read.ts'
import { partnerReference } from './reference.ts'
import { type NativePartner, partner } from './shapes.ts'

const SERVICE = 'API_BUSINESS_PARTNER'
const OUR_FIELD = 'BusinessPartnerIDByExtSystem'
const written = z.object({ Customer: z.string(), BusinessPartner: z.string().min(1) })

function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

/** Four fields of forty signs, parted between words where that is possible. */
function namesOf(name: string): Record<string, string> {
  const parts: string[] = []
  for (let rest = name.trim(); rest !== '';) {
    const cut = rest.length <= 40 ? 40 : rest.lastIndexOf(' ', 40)
    parts.push(rest.slice(0, cut > 0 ? cut : 40))
    rest = rest.slice(cut > 0 ? cut : 40).trim()
  }
  if (parts.length === 0) refuse('name', 'A customer needs a name.', 'MISSING_REQUIRED_FIELD')
  if (parts.length > 4) refuse('name', 'A name may have four times 40 signs.')
  return Object.fromEntries([0, 1, 2, 3].map((at) => [`OrganizationBPName${at + 1}`, parts[at] ?? '']))
}

function taxType(country: string | null | undefined, { taxTypes }: Config): string {
  if (!country) refuse('country', 'A tax number needs the country of the customer.', 'MISSING_REQUIRED_FIELD')
  return taxTypes[country] ?? (country === 'US' ? 'US01' : `${country}0`)
}

function addressOf(address: Address, config: Config): Record<string, string> {
  const street = streetOf(address, 'StreetName', 'StreetSuffixName', 'AdditionalStreetSuffixName')
  return { ...street, Language: config.language }
}

function areaFields(input: Partial<CustomerInput>, config: Config): Record<string, string> {
  const group =
    input.group && Object.hasOwn(config.customerGroups, input.group)
      ? config.customerGroups[input.group]
      : input.group
  if (group && !/^\w{1,2}$/.test(group))
    refuse('group', `There is no key for the group ${group}.`, 'MAPPING_MISSING')
  return {
    ...(input.currency && { Currency: input.currency }),
    ...(input.paymentTerms && { CustomerPaymentTerms: termsOf(input.paymentTerms, config) }),
    ...(group && { CustomerGroup: group }),
  }
}

/** The addresses of a new partner; mail and telephone stand at the first one, which is made for them if need be. */
function newAddresses({ email, phone, country, ...input }: CustomerInput, config: Config) {
  const given = input.addresses?.length
    ? input.addresses
    : country || email || phone
      ? [{ lines: [], country }]
      : []
  return given.map((address, index) => ({
    ...addressOf({ ...address, country: address.country ?? country }, config),
    ...(index === 0 && email && { to_EmailAddress: [{ EmailAddress: email, IsDefaultEmailAddress: true }] }),
    ...(index === 0 && phone && { to_PhoneNumber: [{ PhoneNumber: phone, IsDefaultPhoneNumber: true }] }),
  }))
}

/** A new partner with the roles of a customer, its address, tax number, company code and sales area. */
function newPartner(input: CustomerInput, ref: string, own: object, config: Config): object {
  const addresses = newAddresses(input, config)
  const { taxId } = input
  const country = input.country ?? input.addresses?.[0]?.country
  const tax = taxId && { BPTaxType: taxType(country, config), BPTaxNumber: taxId }
  const terms = input.paymentTerms ? termsOf(input.paymentTerms, config) : null
  return {
    BusinessPartnerCategory: '2',
    BusinessPartnerGrouping: config.grouping,
    ...namesOf(input.name),
    ...own,
    [OUR_FIELD]: partnerReference(ref),
    CorrespondenceLanguage: config.language,
    to_BusinessPartnerRole: [{ BusinessPartnerRole: 'FLCU00' }, { BusinessPartnerRole: 'FLCU01' }],
    ...(addresses.length > 0 && { to_BusinessPartnerAddress: addresses }),
    ...(tax && { to_BusinessPartnerTax: [tax] }),
    to_Customer: {
      to_CustomerCompany: [
        {
          CompanyCode: config.companyCode,
          ReconciliationAccount: config.reconciliationAccount,
          ...(terms && { PaymentTerms: terms }),
        },
      ],
      to_CustomerSalesArea: [
        {
          SalesOrganization: config.salesOrganization,
          DistributionChannel: config.distributionChannel,
          Division: config.division,
          CustomerPricingProcedure: config.pricingProcedure,
          ShippingCondition: config.shippingCondition,
          ...areaFields(input, config),
        },
      ],
    },
  }
}

function entity(set: string, keys: Record<string, string>): string {
  return `${set}(${Object.entries(keys)
    .map(([name, value]) => `${name}=${literal(value)}`)
    .join(',')})`
}

const JSON_BODY = { 'Content-Type': 'application/json', Accept: 'application/json' }

function patch(url: string, body: object, version = '*'): Operation {
  return { method: 'PATCH', url, headers: { ...JSON_BODY, 'If-Match': version }, body: JSON.stringify(body) }
}

function post(url: string, body: object): Operation {
  return { method: 'POST', url, headers: JSON_BODY, body: JSON.stringify(body) }
}

function placeOf({ BusinessPartner, to_BusinessPartnerAddress: [first] }: NativePartner): string | null {
  return first ? entity('A_BusinessPartnerAddress', { BusinessPartner, AddressID: first.AddressID }) : null
}

/** The first mail address or telephone number of the first address, written over or made. */
function contactChange(native: NativePartner, kind: 'Email' | 'Phone', value: string): Operation {
  const [[first], place] = [native.to_BusinessPartnerAddress, placeOf(native)]
  if (!first || !place) return refuse(kind, 'The customer has no address yet; give one with it.')
  const [set, name, nav] =
    kind === 'Email'
      ? ['A_AddressEmailAddress', 'EmailAddress', 'to_EmailAddress']
      : ['A_AddressPhoneNumber', 'PhoneNumber', 'to_PhoneNumber']
  const [row] = kind === 'Email' ? first.to_EmailAddress : first.to_PhoneNumber
  if (!row) return post(`${place}/${nav}`, { [name]: value })
  const { Person, OrdinalNumber } = row
  return patch(entity(set, { AddressID: first.AddressID, Person, OrdinalNumber }), { [name]: value })
}

/** Each address takes over the one that stands in its place; what is more is added. */
function addressChange(native: NativePartner, change: Partial<CustomerInput>, config: Config): Operation[] {
  const given = change.addresses?.length
    ? change.addresses
    : change.country
      ? [{ lines: [], country: change.country }]
      : []
  const { BusinessPartner, to_BusinessPartnerAddress: places } = native
  const base = entity('A_BusinessPartner', { BusinessPartner })
  return given.map((address, index) => {
    const [body, place] = [addressOf(address, config), places[index]]
    if (!place) return post(`${base}/to_BusinessPartnerAddress`, body)
    const { AddressID } = place
    return patch(entity('A_BusinessPartnerAddress', { BusinessPartner, AddressID }), body)
  })
}

function taxChange(native: NativePartner, change: Partial<CustomerInput>, config: Config): Operation[] {
  if (!change.taxId) return []
  const {
    BusinessPartner,
    to_BusinessPartnerAddress: [first],
  } = native
  const BPTaxType = taxType(change.country ?? first?.Country, config)
  const taxed = native.to_BusinessPartnerTax.some((row) => row.BPTaxType === BPTaxType)
  const body = { BPTaxNumber: change.taxId }
  if (taxed) return [patch(entity('A_BusinessPartnerTaxNumber', { BusinessPartner, BPTaxType }), body)]
  const base = entity('A_BusinessPartner', { BusinessPartner })
  return [post(`${base}/to_BusinessPartnerTax`, { BPTaxType, ...body })]
}

function areaChange(native: NativePartner, change: Partial<CustomerInput>, config: Config): Operation[] {
  const body = areaFields(change, config)
  if (Object.keys(body).length === 0) return []
  const sales = areaOf(native, config)
  if (!sales) return refuse('currency', 'The customer is not in our sales area.')
  const { SalesOrganization, DistributionChannel, Division } = sales
  const keys = { Customer: native.Customer, SalesOrganization, DistributionChannel, Division }
  return [patch(entity('A_CustomerSalesArea', keys), body)]
}

/** The writes of a partial change: every part of a partner is an entity of its own. */
function operations(
  native: NativePartner,
  change: Partial<CustomerInput>,
  etag: string | null,
  own: object,
  config: Config,
): Operation[] {
  const base = entity('A_BusinessPartner', { BusinessPartner: native.BusinessPartner })
  const head = { ...(change.name ? namesOf(change.name) : {}), ...own }
  return [
    ...(Object.keys(head).length > 0 ? [patch(base, head, etag ?? '*')] : []),
    ...addressChange(native, change, config),
    ...(change.email ? [contactChange(native, 'Email', change.email)] : []),
    ...(change.phone ? [contactChange(native, 'Phone', change.phone)] : []),
    ...taxChange(native, change, config),
    ...areaChange(native, change, config),
  ]
}

/**
 * Customers: a business partner in one deep insert. Nothing is unique, so a repeated write is always looked up
 * first, by the number of an external system.
 */
export class Customers implements Write<CustomerInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 5_000
  readonly maxPushMs = 10 * 60_000
  readonly #client: Client
  readonly #own: OwnFields

  constructor(client: Client, own: OwnFields) {
    this.#own = own
    this.#client = client
  }

  async plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const answer = await this.#client.write(SERVICE, await this.#request(input, ref))
    return refOf(entityOf(answer.json()))
  }

  async find(ref: string): Promise<Found | null> {
    const wanted = partnerReference(ref)
    const rows = await this.#client.rows(SERVICE, 'A_BusinessPartner', {
      filter: `${OUR_FIELD} eq ${literal(wanted)}`,
      select: ['BusinessPartner', 'Customer', OUR_FIELD],
      orderby: 'BusinessPartner',
    })
    const own = rows.find((row) => (row as Record<string, Json>)[OUR_FIELD] === wanted)
    return own === undefined ? null : { ref: refOf(own), step: 1, done: true }
  }

  /** All parts of the change in one change set: they count together or not at all. */
  async update(ref: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    const own = await this.#own.body('customer', change.customAttributes)
    const row = await this.#read(ref.id)
    const etag = etagOf(row)
    if (version !== null && etag !== null && version !== etag)
      throw new ErpError('CONFLICT', `Customer ${ref.id} was changed by somebody else meanwhile.`)
    const native = shaped(partner, row, 'A business partner')
    const writes = operations(native, change, etag, own, this.#client.config)
    if (writes.length === 0) return refOf(row)
    const [answers = []] = await this.#client.batch(SERVICE, [writes], false)
    const refused = answers.find(({ status }) => status >= 300)
    if (refused) throw errorOf(refused)
    return refOf(await this.#read(ref.id))
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    const own = await this.#own.body('customer', input.customAttributes)
    const body = newPartner(input, ref, own, this.#client.config)
    return this.#client.request('POST', SERVICE, 'A_BusinessPartner', body)
  }

  async #read(id: Id): Promise<Json> {
    const [row] = /^\w{1,10}$/.test(id)
      ? await this.#client.rowsOf(SERVICE, 'A_BusinessPartner', 'Customer', [id], { expand: PARTNER })
      : []
    if (row === undefined) throw new ErpError('NOT_FOUND', `There is no customer ${id.slice(0, 40)}.`)
    return row
  }
}

/** A partner that has no customer number yet is not one that orders could name. */
function refOf(row: Json): Ref {
  const { Customer, BusinessPartner } = shaped(written, row, 'A written business partner')
  const number = unpadded(Customer || BusinessPartner)
  return { id: number, number, version: etagOf(row) }
}

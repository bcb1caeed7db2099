import { createHmac } from 'node:crypto'
import Big from 'big.js'
import type { Demo, DemoCustomer } from '../../demo.ts'
import { exactNumber } from '../../json.ts'
import { OFFERS, type Offer } from './offers.ts'
import type { People } from './people.ts'

const UNITS = { H87: 'piece', KGM: 'kg', MTR: 'meter', LTR: 'Liter', HUR: 'hour' }
const COUNTRIES: Record<string, string> = { DE: 'Germany', AT: 'Austria', FR: 'France', US: 'United States' }
const TAX = '0.19'

/** A quote of the workspace; its status is what a person changes. */
export interface Offered {
  id: string
  status: string
  offer: Offer
}

/** What a link to a file is signed with, so that an old one is refused. */
export function fileSignature(id: string, generation: number): string {
  return createHmac('sha256', 'sandbox files').update(`${id} ${generation}`).digest('hex').slice(0, 16)
}

/** The demo quotes, one in each status and with each trap. */
export function offered(): Offered[] {
  return OFFERS.map((offer, at) => ({ id: `qte_${at + 1}`, status: offer.status, offer }))
}

/** A quote as `GET /quote/{id}` gives it. */
export class QuoteWriter {
  readonly #demo: Demo
  readonly #people: People
  readonly #url: () => string

  constructor(demo: Demo, people: People, url: () => string) {
    this.#demo = demo
    this.#people = people
    this.#url = url
  }

  write({ id, status, offer }: Offered, generation: number): object {
    const buyer = this.#demo.customers[offer.customer]
    if (!buyer) throw new Error(`The demo has no customer ${offer.customer}.`)
    const at = Number(id.slice('qte_'.length))
    const bo = { id: 'usr_5', email: 'bo@nordlicht.example' }
    const ids = { crm: 'u77', erp: null, accounting: null }
    return {
      id,
      number: `Q-2026-${String(at).padStart(3, '0')}`,
      status,
      publish: !['draft', 'approved'].includes(status),
      issue_date: '2026-11-10',
      expiration_date: '2026-12-10',
      currency: buyer.currency,
      language: buyer.country === 'US' ? 'en' : 'de',
      title: offer.title,
      opportunity_id: `opp_${770 + at}`,
      pdf_link: `${this.#url()}/files/${id}.pdf?signature=${fileSignature(id, generation)}`,
      dealroom_link: `${this.#url()}/deal/${id}`,
      ...(offer.older
        ? { owner_id: { ...bo, name: 'Bo Reed' } }
        : { owner: { ...bo, first_name: 'Bo', last_name: 'Reed', external_ids: ids } }),
      business_unit: this.#seller(),
      customer: this.#customer(offer, buyer),
      pricing_table: {
        settings: { is_prices_hidden: offer.hidden === true },
        sections: this.#sections(offer, at, buyer.currency),
      },
      summary: this.#summary(offer, buyer.currency),
    }
  }

  #seller(): object {
    return {
      id: 'bu_1',
      name: this.#demo.company,
      tax_ids: [{ code: 'eu_vat', value: 'DE999999999' }],
      address: {
        line1: 'Hafen 1',
        city: 'Berlin',
        postal_code: '10115',
        country: 'Germany',
        country_code: 'DE',
      },
    }
  }

  #customer(offer: Offer, buyer: DemoCustomer): object {
    const row = this.#people.rows[offer.customer]
    const address = (line1: string, line2: string | null) => ({
      line1,
      line2,
      city: buyer.city,
      postal_code: buyer.postalCode,
      country: COUNTRIES[buyer.country],
      country_code: buyer.country,
    })
    const legal = {
      id: 'con_900',
      first_name: 'Lea',
      last_name: 'Law',
      email: 'legal@kanzlei.example',
      role: 'legal',
    }
    const signer = {
      id: `con_${offer.customer + 1}`,
      first_name: 'Ada',
      last_name: 'Marsh',
      email: buyer.email,
      role: 'signer',
    }
    return {
      id: row?.id,
      type: 'company',
      name: buyer.name,
      external_ids: { crm: row?.id_crm, erp: row?.id_erp ?? null, accounting: null },
      contacts: [legal, signer],
      billing_address: address(buyer.street, null),
      shipping_address: address(buyer.street, 'Rampe 7'),
      custom_properties: { cost_center: 'D7' },
    }
  }

  #price(product: number, currency: string, own?: string): Big {
    const list = new Big(this.#demo.products[product]?.listPrice ?? 0)
    if (own) return new Big(own)
    return currency === 'USD' ? list.times(this.#demo.usdRate).round(2) : list
  }

  #line(offer: Offer, at: number, rank: number, currency: string, month: boolean): object {
    const [product, quantity, own] = (month ? offer.monthly : offer.lines)?.[rank - 1] ?? [0, '1']
    const item = this.#demo.products[product]
    const price = offer.hidden
      ? {}
      : { list_price: exactNumber(this.#price(product, currency, own).toFixed()) }
    const every = month ? { billing_frequency_interval: 'month', billing_frequency_interval_count: 1 } : {}
    return {
      id: `lin_${at}_${month ? 'm' : ''}${rank}`,
      rank,
      quantity: exactNumber(quantity),
      product: {
        product_id: `prd_${product + 1}`,
        name: item?.name,
        unit_of_measure: UNITS[item?.unit ?? 'H87'],
      },
      pricing: { model: 'flat', ...price, currency, ...every },
    }
  }

  #sections(offer: Offer, at: number, currency: string): object[] {
    const line = (rank: number) => this.#line(offer, at, rank, currency, false)
    const section = (id: number, rank: number, name: string, phases: object[]) => ({
      id: `sec_${at}_${id}`,
      type: 'products',
      rank,
      name,
      phases,
    })
    const phase = (id: number, rank: number, name: string, lines: object[]) => ({
      id: `pha_${at}_${id}`,
      name,
      rank,
      line_items: lines,
    })
    const ranks = offer.lines.map((_, index) => index + 1)
    const monthly = (offer.monthly ?? []).map((_, index) => this.#line(offer, at, index + 1, currency, true))
    const more = monthly.length > 0 ? [section(3, 9, 'Service', [phase(4, 1, 'Monthly', monthly)])] : []
    if (!offer.tangled)
      return [section(1, 1, 'Hardware', [phase(1, 1, 'Delivery', ranks.map(line))]), ...more]
    const last = ranks.at(-1) ?? 1
    return [
      section(2, 2, 'Extras', [phase(3, 1, 'Installation', [line(last)])]),
      section(1, 1, 'Hardware', [
        phase(2, 2, 'Later', []),
        phase(1, 1, 'Delivery', ranks.slice(0, -1).toReversed().map(line)),
      ]),
      ...more,
    ]
  }

  #summary(offer: Offer, currency: string): object {
    const sum = (lines: Offer['lines']) =>
      lines.reduce(
        (total, [product, quantity, own]) =>
          total.plus(this.#price(product, currency, own).times(quantity).round(2)),
        new Big(0),
      )
    const amounts = (net: Big) => {
      const tax = net.times(TAX).round(2)
      const total = net.plus(tax)
      return {
        net_amount: exactNumber(net.toFixed()),
        tax_amount: exactNumber(tax.toFixed()),
        total_amount: exactNumber(total.toFixed()),
      }
    }
    const net = sum(offer.lines)
      .times(100 - (offer.percent ?? 0))
      .div(100)
      .round(2)
    const monthly = offer.monthly
      ? [{ interval: 'month', interval_count: 1, ...amounts(sum(offer.monthly)) }]
      : []
    return { one_off: amounts(net), recurring: monthly }
  }
}

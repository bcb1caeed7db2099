import { describe, expect, it } from 'vitest'
import type { Quote } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type Installation, errorOf, rowsOf, stage, value } from './open.ts'

const { server, open } = stage()
const data = demo(7)

async function quotesOf({ erp }: Installation): Promise<Quote[]> {
  return rowsOf(erp.quotes?.list({ first: 100, after: null }))
}

async function titled(installation: Installation, title: string): Promise<Quote> {
  return value((await quotesOf(installation)).find((quote) => quote.title === title))
}

describe('a deal of Customermates', () => {
  it('is accepted only when it is won, and every stage has its state beside the label that people see', async () => {
    const found = (await quotesOf(open())).map(({ state, nativeStatus }) => `${nativeStatus} ${state}`)
    expect([...new Set(found)]).toEqual([
      'Won ACCEPTED',
      'New DRAFT',
      'Qualified DRAFT',
      'Proposal SENT',
      'Lost REJECTED',
      'null UNKNOWN',
    ])
  })

  it('carries lines with SKUs, units and prices, its discount, note and order number, and who buys', async () => {
    const quote = await titled(open(), 'Büroausstattung Étage 2')
    const [desk, chair] = [data.products[0], data.products[20]]
    expect(quote).toMatchObject({
      customerName: data.customers[0]?.name,
      customerTaxId: data.customers[0]?.taxId,
      customerErpId: data.customers[0]?.number,
      customerEmail: data.customers[0]?.email,
      purchaseOrderNumber: 'PO-4711',
      note: 'Anlieferung über die Rampe ✨',
      validUntil: '2026-12-31',
      currency: 'EUR',
      discounts: [{ percent: '10' }],
      net: null,
    })
    expect(quote.lines).toMatchObject([
      { sku: desk?.sku, quantity: '4', unit: 'H87', unitPrice: { currency: 'EUR' } },
      { sku: chair?.sku, quantity: '8', unit: 'H87' },
    ])
    expect(Number(quote.lines?.[0]?.unitPrice?.amount)).toBe(Number(desk?.listPrice))
  })

  it('has no price of its own: it shows the amount that its service has now, to the last of 18 digits', async () => {
    const installation = open()
    const sku = data.products[142]?.sku ?? ''
    installation.act({ do: 'setPrice', sku, price: '1234567890123456.78' })
    const quote = await titled(installation, 'Pumps for dock 7')
    expect(quote.lines?.[0]?.unitPrice?.amount).toBe('1234567890123456.78')
    expect(quote.net?.amount).toBe('2469135780246913.56')
  })

  it('without an organisation is bought by its contact, who is a customer by that id', async () => {
    const installation = open()
    const quote = await titled(installation, 'Regale für die Werkstatt')
    expect(quote).toMatchObject({ customerName: 'Ayşe Öztürk', customerEmail: 'privat1@post.example' })
    expect(quote.customer).toMatch(/^contact:/)
    const [person] = (await installation.erp.customers?.byId([quote.customer ?? ''])) ?? []
    expect(value(person)).toMatchObject({ id: quote.customer, name: 'Ayşe Öztürk' })
  })

  it('in another currency says so, and one whose currency or discount cannot be read is refused by name', async () => {
    const installation = open()
    expect(await titled(installation, 'Valves')).toMatchObject({ currency: 'USD' })
    const { id } = await titled(installation, 'Pumps for dock 7')
    for (const name of ['currency', 'discountPercent']) {
      const { erp } = installation.reopen({ columns: { deals: { [name]: 'Stage' } } })
      expect(await errorOf(erp.quotes?.byId([id]))).toMatchObject({
        code: 'MAPPING_MISSING',
        field: `columns.deals.${name}`,
      })
      const listed = await rowsOf(erp.quotes?.list({ first: 100, after: null }))
      expect(listed.map(({ title }) => title)).toEqual(['Anfrage vom Messestand'])
    }
  })

  it('in a stage of the operator has the state that the operator gave it, by value or label', async () => {
    const installation = open()
    const { id } = await titled(installation, 'Valves')
    installation.act({ do: 'setQuoteStatus', id, status: 'Beauftragt' })
    const read = async ({ erp }: Installation) => value((await erp.quotes?.byId([id]))?.[0])
    expect(await read(installation)).toMatchObject({ state: 'UNKNOWN', nativeStatus: 'Beauftragt' })
    const stages = { Beauftragt: 'ACCEPTED', Lost: 'CANCELLED' }
    expect((await read(installation.reopen({ stages }))).state).toBe('ACCEPTED')
    installation.act({ do: 'setQuoteStatus', id, status: 'lost' })
    expect((await read(installation.reopen({ stages }))).state).toBe('CANCELLED')
  })

  it('cannot be read while the stage column is named wrong, which the connection test tells already', async () => {
    const { erp } = open({ columns: { deals: { stage: 'Phase' } } })
    const wanted = { code: 'MAPPING_MISSING', field: 'columns.deals.stage' }
    expect(await errorOf(erp.check())).toMatchObject(wanted)
    expect(await errorOf(erp.quotes?.list({ first: 5, after: null }))).toMatchObject(wanted)
  })

  it('keeps its error to its row when a customer of another deal cannot be read', async () => {
    const installation = open()
    const [first, second] = (await quotesOf(installation)).filter(({ customer }) => customer)
    server.faults(installation.name, [
      { do: 'status', status: 403, match: `GET /v1/organizations/${first?.customer}`, times: 0 },
    ])
    const ids = [first?.id ?? '', second?.id ?? '']
    const answers = (await installation.erp.quotes?.byId(ids)) ?? []
    expect(answers[0]).toMatchObject({ code: 'AUTHENTICATION_FAILED' })
    expect(value(answers[1]).id).toBe(second?.id)
  })

  it('of one batch costs two calls for each kind at most, and one for each person who buys', async () => {
    const { erp, calls } = open()
    const ids = (await rowsOf(erp.quotes?.list({ first: 100, after: null }))).map(({ id }) => id)
    calls.length = 0
    expect((await erp.quotes?.byId(ids))?.map((row) => value(row).id)).toEqual(ids)
    expect(calls.map(({ path }) => path.replace(/[^/]{36}$/, '{id}')).toSorted()).toEqual([
      '/v1/contacts/search',
      '/v1/contacts/{id}',
      '/v1/deals/search',
      '/v1/organizations/search',
      '/v1/services/search',
      '/v1/services/search',
    ])
  })
})

import { describe, expect, it } from 'vitest'
import type { CustomerInput } from '../../subgraphs/connector.ts'
import { callsOf, native, open, refusal } from './bench.ts'

const REF = 'cus_01JD2WQ3/ü'

function input(more: Partial<CustomerInput> = {}): CustomerInput {
  return {
    name: 'Grünwald Möbel ✨ GmbH',
    email: 'einkauf@gruenwald.example',
    phone: '030 12345678',
    taxId: 'DE811907980',
    group: 'wholesale',
    paymentTerms: '30 Days',
    addresses: [
      {
        type: 'SHIPPING',
        name: 'Lager',
        lines: ['Hafen 1'],
        postalCode: '20457',
        city: 'Hamburg',
        country: 'DE',
      },
      {
        type: 'BILLING',
        lines: ['Königsallee 1', '3. OG'],
        postalCode: '40212',
        city: 'Düsseldorf',
        country: 'DE',
      },
    ],
    ...more,
  }
}

describe('a customer', () => {
  it.each([17, 19] as const)(
    'is written whole in one request, addresses and all, in version %s',
    async (version) => {
      await using bench = await open(version)
      const ref = await bench.erp.customer?.create(input(), REF)
      expect(callsOf(bench, 'res.partner', 'load')).toHaveLength(1)
      expect(await bench.erp.customers?.byId([ref?.id ?? ''])).toMatchObject([
        {
          name: 'Grünwald Möbel ✨ GmbH',
          phone: '+493012345678',
          taxId: 'DE811907980',
          country: 'DE',
          group: 'wholesale',
          paymentTerms: '30 Days',
          addresses: [
            { type: 'BILLING', lines: ['Königsallee 1', '3. OG'], city: 'Düsseldorf' },
            { type: 'SHIPPING', name: 'Lager', lines: ['Hafen 1'], city: 'Hamburg' },
          ],
        },
      ])
    },
  )

  it('stays one when it is imported twice, because the import goes by our external id', async () => {
    await using bench = await open()
    const before = bench.sandbox.ledger().customers.length
    const first = await bench.erp.customer?.create(input(), REF)
    const again = await bench.erp.customer?.create(input({ phone: '030 999999' }), REF)
    expect(again?.id).toBe(first?.id)
    expect(bench.sandbox.ledger().customers).toHaveLength(before + 1)
    expect(await bench.erp.customer?.find?.(REF)).toMatchObject({
      ref: { id: first?.id },
      step: 1,
      done: true,
    })
    expect(await bench.erp.customer?.find?.(REF.replace('/', '_'))).toBe(null)
  })

  it('that somebody deleted is no longer found', async () => {
    await using bench = await open()
    const ref = await bench.erp.customer?.create(input({ addresses: null }), REF)
    await native(bench, 'res.partner', 'unlink', [[Number(ref?.id)]])
    expect(await bench.erp.customer?.find?.(REF)).toBe(null)
  })

  it('that Odoo refuses although it answers 200 is refused with its words and field', async () => {
    await using bench = await open()
    bench.server.faults('odoo', [{ do: 'error', name: 'importRefused', match: '/load' }])
    const error = await refusal(async () => bench.erp.customer?.create(input(), REF))
    expect(error).toMatchObject({ code: 'VALIDATION', field: 'country_id', retryable: false })
    expect(error.said).toContain('Nowhereland')
  })

  it('is changed only where the change says something, and cleared where it says null', async () => {
    await using bench = await open()
    const ref = await bench.erp.customer?.create(input(), REF)
    const id = ref?.id ?? ''
    await bench.erp.customer?.update?.({ id }, { email: null, name: 'Neu AG' }, null)
    const [call] = callsOf(bench, 'res.partner', 'write')
    expect(JSON.parse(call?.body ?? '{}')).toMatchObject({
      ids: [Number(id)],
      vals: { name: 'Neu AG', email: false },
    })
    expect(await bench.erp.customers?.byId([id])).toMatchObject([
      {
        name: 'Neu AG',
        email: null,
        taxId: 'DE811907980',
        addresses: [{ city: 'Düsseldorf' }, { city: 'Hamburg' }],
      },
    ])
  })

  it('gets its delivery address changed in place, not a second one', async () => {
    await using bench = await open()
    const ref = await bench.erp.customer?.create(input(), REF)
    const [shipping, billing] = input().addresses ?? []
    const addresses = [billing!, { ...shipping!, city: 'Bremen' }]
    await bench.erp.customer?.update?.({ id: ref?.id ?? '' }, { addresses }, null)
    const [row] = (await bench.erp.customers?.byId([ref?.id ?? ''])) ?? []
    expect(row).toMatchObject({ addresses: [{ city: 'Düsseldorf' }, { city: 'Bremen', name: 'Lager' }] })
  })

  it('that changed since the version we know is a CONFLICT', async () => {
    await using bench = await open()
    const change = async () =>
      bench.erp.customer?.update?.({ id: '1' }, { phone: '1' }, '2020-01-01 00:00:00')
    expect((await refusal(change)).code).toBe('CONFLICT')
    expect(callsOf(bench, 'res.partner', 'write')).toEqual([])
  })

  it.each([
    ['MISSING_REQUIRED_FIELD', 'name', { name: ' ' }],
    ['MAPPING_MISSING', 'group', { group: 'friends' }],
    ['MAPPING_MISSING', 'paymentTerms', { paymentTerms: 'never' }],
    ['MAPPING_MISSING', 'currency', { currency: 'GBP' }],
    ['MAPPING_MISSING', 'country', { addresses: null, country: 'JP' }],
    ['MAPPING_MISSING', 'addresses.0.region', { addresses: [{ lines: [], country: 'DE', region: 'XX' }] }],
    ['VALIDATION', 'customAttributes.credit', { customAttributes: [{ key: 'credit', value: '1' }] }],
  ] as const)('is refused as %s in %s before anything is written', async (code, field, more) => {
    await using bench = await open()
    const wanted = input(more as Partial<CustomerInput>)
    expect(await refusal(async () => bench.erp.customer?.plan(wanted, REF))).toMatchObject({ code, field })
    expect(callsOf(bench, 'res.partner', 'load')).toEqual([])
  })

  it('in another currency gets the price list that the operator named for it', async () => {
    await using bench = await open()
    const ref = await bench.erp.customer?.create(input({ currency: 'USD' }), REF)
    expect(await bench.erp.customers?.byId([ref?.id ?? ''])).toMatchObject([{ currency: 'USD' }])
  })

  it('has the credit of the company that it belongs to', async () => {
    await using bench = await open()
    const contact = await native<number>(bench, 'res.partner', 'create', [
      { name: 'Frau Müller', parent_id: 3 },
    ])
    const [company, person] = (await bench.erp.credit?.(['3', String(contact)])) ?? []
    expect(person).toEqual(company)
    expect(company).toMatchObject({ limit: { amount: '7000', currency: 'EUR' }, onHold: false })
  })
})

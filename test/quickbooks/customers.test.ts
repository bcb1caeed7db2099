import { expect, it } from 'vitest'
import { using, value } from './stand.ts'

const HOME = { type: 'BILLING' as const, lines: ['Werkstr. 7', 'Hof 2'], city: 'Berlin', postalCode: '10115' }

it('keeps the street of a customer of whom only the country is changed, although an address is replaced whole', () =>
  using(async ({ erp }) => {
    const made = await erp.customer?.create({ name: 'Neu AG', country: 'DE', addresses: [HOME] }, 'cus_1')
    await erp.customer?.update?.(made ?? { id: '' }, { country: 'AT' }, null)
    const read = value(await erp.customers?.byId([made?.id ?? '']))
    expect(read.addresses).toMatchObject([{ ...HOME, country: 'AT' }])
    await erp.customer?.update?.(made ?? { id: '' }, { country: 'FR' }, '1')
    expect(value(await erp.customers?.byId([made?.id ?? ''])).addresses).toMatchObject([
      { ...HOME, country: 'FR' },
    ])
  }))

it('writes a delivery address that stands alone as such, and leaves the billing address as it is', () =>
  using(async ({ erp }) => {
    const made = await erp.customer?.create({ name: 'Neu AG', country: 'DE', addresses: [HOME] }, 'cus_1')
    const gate = { type: 'SHIPPING' as const, lines: ['Tor 3'], city: 'Wien', country: 'AT' }
    await erp.customer?.update?.(made ?? { id: '' }, { addresses: [gate] }, null)
    const read = value(await erp.customers?.byId([made?.id ?? '']))
    expect(read.addresses).toMatchObject([{ ...HOME, country: 'DE' }, gate])
  }))

import { describe, expect, it } from 'vitest'
import { errorOf, stage, value } from './open.ts'

const open = stage()

describe('a customer in Xero', () => {
  it('whose name another active contact has is a conflict that no repetition helps', async () => {
    const { erp } = open()
    await erp.customer?.create({ name: 'Nordmole GmbH' }, 'cus_1')
    const error = await errorOf(erp.customer?.create({ name: 'nordmole gmbh' }, 'cus_2'))
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: false, field: 'name' })
    expect(await erp.customer?.find?.('cus_2')).toBe(null)
  })

  it('keeps its other numbers when its main one is changed, because a list that is sent may replace the whole', async () => {
    const { erp, raw } = open()
    const ref = await erp.customer?.create({ name: 'Pier AG', phone: '+49301' }, 'cus_1')
    const Phones = ['DEFAULT', 'MOBILE', 'FAX'].map((PhoneType, at) => ({
      PhoneType,
      PhoneNumber: `+4930${at}`,
    }))
    await raw('POST', `Contacts/${ref?.id}`, { Contacts: [{ ContactID: ref?.id, Phones }] })
    await erp.customer?.update?.(ref ?? { id: '' }, { phone: '+49309' }, null)
    const { Contacts } = (await raw('GET', `Contacts/${ref?.id}`)).json() as {
      Contacts: { Phones: { PhoneType: string; PhoneNumber: string }[] }[]
    }
    const numbers = Contacts[0]?.Phones.map(({ PhoneType, PhoneNumber }) => [PhoneType, PhoneNumber])
    expect(Object.fromEntries(numbers ?? [])).toEqual({
      DDI: '',
      DEFAULT: '+49309',
      FAX: '+49302',
      MOBILE: '+49301',
    })
  })

  it('keeps what a change does not name: the delivery address, the term, the e-mail', async () => {
    const { erp } = open()
    const ref = await erp.customer?.create(
      {
        name: 'Pier AG',
        email: 'a@pier.example',
        paymentTerms: '14 OFFOLLOWINGMONTH',
        addresses: [
          {
            type: 'BILLING',
            lines: ['Weg 1', 'Hof', 'Tor', 'Haus 4', 'Etage 5'],
            city: 'Köln',
            country: 'DE',
          },
          { type: 'SHIPPING', name: 'Rampe', lines: ['Kai 2'], city: 'Wien', country: 'AT' },
        ],
      },
      'cus_1',
    )
    if (!ref) throw new Error('Nothing was made.')
    await erp.customer?.update?.(ref, { country: 'FR' }, ref.version ?? null)
    const [row] = (await erp.customers?.byId([ref.id])) ?? []
    expect(value(row)).toMatchObject({
      country: 'FR',
      email: 'a@pier.example',
      paymentTerms: '14 OFFOLLOWINGMONTH',
    })
    const places = value(row).addresses?.toSorted((a, b) => ((a.type ?? '') < (b.type ?? '') ? -1 : 1))
    expect(places).toMatchObject([
      { type: 'BILLING', lines: ['Weg 1', 'Hof', 'Tor', 'Haus 4, Etage 5'], city: 'Köln', country: 'FR' },
      { type: 'SHIPPING', name: 'Rampe', city: 'Wien', country: 'AT' },
    ])
  })
})

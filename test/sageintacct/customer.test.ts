import { describe, expect, it } from 'vitest'
import { refusal, stage, values } from './open.ts'

const { open, altered } = stage()
const CUSTOMER = /^\/ia\/api\/v1\/objects\/accounts-receivable\/customer/

describe('a customer of Sage Intacct', () => {
  const change = {
    ...{ name: 'Neu AG', taxId: 'DE999', email: 'neu@b.example', phone: '+4930123', paymentTerms: 'Net 60' },
    ...{ group: 'retail', currency: 'USD', country: 'AT' },
    addresses: [{ lines: ['Ring 5', 'Tor 2', 'Hof'], postalCode: '1010', city: 'Wien', country: 'AT' }],
  }

  it('is read again after a change, and what was taken over is no matter, however it is written', async () => {
    const { erp } = open()
    const { id } = await erp.customer!.create({ name: 'Neu', taxId: 'DE1' }, 'cus_1')
    await erp.customer!.update!({ id }, change, null)
    await erp.customer!.update!({ id }, { taxId: null, phone: null }, null)
    expect(values(await erp.customers!.byId([id]))[0]).toMatchObject({
      ...{ name: 'Neu AG', taxId: null, phone: null, country: 'AT', paymentTerms: 'Net 60' },
      addresses: [{ city: 'Wien' }],
    })
  })

  it('is answered with success by Intacct itself where it passes a field over', async () => {
    const company = open()
    const { id } = await company.erp.customer!.create({ name: 'Neu', taxId: 'DE1' }, 'cus_1')
    await company.erp.customer!.update!({ id }, { taxId: 'DE2' }, null)
    const patch = company.wire.find(({ request }) => request.method === 'PATCH')!.request
    const answer = await company.raw({ ...patch, body: '{"totalDue":"5"}' })
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"totalSuccess":1')])
    const [credit] = values(await company.erp.credit!([id]))
    expect(credit?.balance?.amount).toBe('0')
  })

  it.each([
    ['taxId', 'taxId'],
    ['contacts', 'name'],
    ['term', 'paymentTerms'],
  ])('whose "%s" was passed over in silence is not taken for changed', async (ignored, field) => {
    const { erp } = altered(CUSTOMER, async (request, next) => {
      if (request.method !== 'PATCH') return next()
      const { [ignored]: _, ...rest } = JSON.parse(request.body) as Record<string, unknown>
      return next({ ...request, body: JSON.stringify(rest) })
    })
    const { id } = await erp.customer!.create({ name: 'Neu', taxId: 'DE1' }, 'cus_1')
    const error = await refusal(async () => erp.customer!.update!({ id }, change, null))
    expect([error.code, error.field]).toEqual(['VALIDATION', field])
  })
})

import { describe, expect, it } from 'vitest'
import { type Stand, refused, using, writes } from './stand.ts'

async function record({ url, vault }: Stand, path: string): Promise<Record<string, unknown>> {
  const authorization = `Bearer ${vault.stored?.accessToken}`
  const answer = await fetch(`${url}/services/rest/record/v1/${path}`, { headers: { authorization } })
  return (await answer.json()) as Record<string, unknown>
}

describe('a customer', () => {
  it('is an upsert by external id that may be repeated: nothing is doubled, the address book neither', async () => {
    await using({}, async (stand) => {
      const input = {
        name: 'Beta AG',
        email: 'einkauf@beta.example',
        taxId: 'DE987654321',
        group: 'wholesale',
        currency: 'EUR',
        addresses: [{ lines: ['Ring 5'], postalCode: '20095', city: 'Hamburg', country: 'DE' }],
      }
      const one = await stand.erp.customer?.create(input, 'crm-4711')
      const two = await stand.erp.customer?.create(input, 'crm-4711')
      expect(two?.id).toBe(one?.id)
      expect(writes(stand)[0]).toMatchObject({
        method: 'PUT',
        path: '/services/rest/record/v1/customer/eid:crm-4711',
      })
      const [row] = (await stand.erp.customers?.byId([one!.id])) ?? []
      expect(row).toMatchObject({
        group: 'Wholesale',
        country: 'DE',
        taxId: 'DE987654321',
        addresses: { length: 1 },
      })
      expect(await stand.erp.customer?.find?.('crm-4711')).toMatchObject({ ref: { id: one?.id }, done: true })
    })
  })

  it('shows its tax id from the field that the account keeps it in', async () => {
    const config = { taxIdField: 'custentity_crm_id', without: ['vatNumber'] }
    await using({ config }, async ({ erp, statements }) => {
      const { id } = await erp.customer!.create({ name: 'Beta AG', taxId: 'DE987654321' }, 'crm-1')
      expect((await erp.customers?.byId([id]))?.[0]).toMatchObject({ taxId: 'DE987654321' })
      await erp.customer?.update?.({ id }, { taxId: 'DE123' }, null)
      expect((await erp.customers?.byId([id]))?.[0]).toMatchObject({ taxId: 'DE123' })
      expect(statements().some((q) => q.includes('c.vatregnumber'))).toBe(false)
    })
  })

  it('without what the account wants is MISSING_REQUIRED_FIELD, though NetSuite names no place', async () => {
    for (const german of [false, true]) {
      await using({ account: { german }, config: { subsidiary: undefined } }, async (stand) => {
        const error = await refused(stand.erp.customer?.create({ name: 'Beta AG' }, 'crm-1'))
        expect([error.code, error.field]).toEqual(['MISSING_REQUIRED_FIELD', 'Primary Subsidiary'])
      })
    }
  })
})

describe('the record API of the sandbox', () => {
  it('lists ids only, and shows sublists as links unless they are expanded', async () => {
    await using({}, async (stand) => {
      await stand.erp.check()
      const list = await record(stand, 'customer?limit=2')
      expect(list).toMatchObject({ count: 2, hasMore: true, totalResults: 60 })
      expect(Object.keys((list.items as object[])[0] ?? {})).toEqual(['links', 'id'])
      expect((await record(stand, 'salesOrder/5001')).item).toHaveProperty('links')
      expect((await record(stand, 'salesOrder/5001?expandSubResources=true')).item).toHaveProperty('items')
      expect(await record(stand, 'inventoryItem/1181')).toMatchObject({ status: 404 })
      expect(await record(stand, 'serviceSaleItem/1181')).toMatchObject({ itemId: 'FIT-60' })
    })
  })

  it('refuses PUT without eid:, odd external ids, unknown fields, and appends lines to an upsert', async () => {
    await using({}, async (stand) => {
      await stand.erp.check()
      const headers = { authorization: `Bearer ${stand.vault.stored?.accessToken}` }
      const put = async (path: string, body: object, method = 'PUT') => {
        const address = `${stand.url}/services/rest/record/v1/${path}`
        const answer = await fetch(address, { method, headers, body: JSON.stringify(body) })
        return [
          answer.status,
          answer.headers.get('location')?.split('/').at(-2),
          await answer.text(),
        ] as const
      }
      const line = { item: { items: [{ item: { id: '1001' }, quantity: 1 }] } }
      const full = { entity: { id: '502' }, ...line }
      expect((await put('salesOrder/5001', full))[0]).toBe(400)
      expect((await put('salesOrder/eid:a|b', full))[0]).toBe(400)
      expect((await put('salesOrder/eid:x1', { ...full, colour: 'red' }))[2]).toContain(
        'Unknown reference or field',
      )
      expect(await put('salesOrder/eid:x1', full)).toEqual([204, 'salesOrder', ''])
      expect(await put('salesOrder/eid:X1', line)).toEqual([204, 'salesOrder', ''])
      const doubled = await record(stand, 'salesOrder/eid:x1?expandSubResources=true')
      expect((doubled.item as { items: object[] }).items).toHaveLength(2)
      expect((await put('salesOrder/eid:x1?replace=item', line))[0]).toBe(204)
      expect((await put('salesOrder', { ...full, externalId: 'x1' }, 'POST'))[2]).toContain('already exists')
    })
  })

  it('runs batches as jobs, with a result for each record, and the same key once', async () => {
    await using({}, async (stand) => {
      await stand.erp.check()
      const authorization = `Bearer ${stand.vault.stored?.accessToken}`
      const headers = { authorization, prefer: 'respond-async', 'x-netsuite-idempotency-key': 'k1' }
      const items = [
        { externalId: 'b1', companyName: 'Eins', subsidiary: { id: '1' } },
        { externalId: 'b2', companyName: 'Zwei' },
      ]
      const address = `${stand.url}/services/rest/record/v1/customer`
      const send = () => fetch(address, { method: 'PUT', headers, body: JSON.stringify({ items }) })
      const job = await send()
      expect(job.status).toBe(202)
      const again = await send()
      expect([again.status, again.headers.get('location')]).toEqual([400, job.headers.get('location')])
      const read = async (path: string) =>
        (await fetch(`${job.headers.get('location')}${path}`, { headers: { authorization } })).status
      expect([await read(''), await read('/task/1/result'), await read('/task/2/result')]).toEqual([
        200, 204, 400,
      ])
    })
  })
})

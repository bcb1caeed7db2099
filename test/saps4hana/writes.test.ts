import { describe, expect, it } from 'vitest'
import { Client } from '../../subgraphs/saps4hana/client.ts'
import { saps4hana } from '../../subgraphs/saps4hana/index.ts'
import { writeReference } from '../../subgraphs/saps4hana/reference.ts'
import { ORDER, asked, codeOf, priceAsk, using } from './stand.ts'

describe('SAP S/4HANA: orders and customers', () => {
  it('takes the same order twice without a word, so it is found by its reference first', () =>
    using(async ({ erp, sandbox }) => {
      const ref = `ord_${'0123456789abcdef'.repeat(2)}`
      const made = await erp.order!.create(ORDER, ref)
      await erp.order!.create(ORDER, ref)
      expect((await erp.order!.find!(ref))?.ref.id).toBe(made.id)
      const [row] = await erp.orders!.byId([made.id])
      expect(row).toMatchObject({ reference: ref, state: 'OPEN', net: { amount: '1723.7' } })
      expect(sandbox.ledger().orders.filter((order) => order.ref === writeReference(ref))).toHaveLength(2)
    }))

  it('cancels by a reason for rejection on every item in one change set, and not what was delivered', () =>
    using(async (stand) => {
      const { erp, sandbox, server } = stand
      const [one, two] = [await erp.order!.create(ORDER, 'ord_1'), await erp.order!.create(ORDER, 'ord_2')]
      await erp.order!.undo!(one)
      const [batch] = server.calls('s4').filter(({ path }) => path.endsWith('$batch'))
      expect(batch?.body.match(/"SalesDocumentRjcnReason":"01"/g)).toHaveLength(2)
      expect(batch?.body.match(/boundary=changeset/g)).toHaveLength(1)
      sandbox.act({ do: 'setOrderStatus', id: two.id, status: 'DELIVERED' })
      expect(await codeOf(erp.order!.undo!(two))).toBe('CONFLICT')
      expect(asked(stand, '$batch')).toHaveLength(1)
    }))

  it('says that somebody has the order open, and that somebody changed it meanwhile', () =>
    using(async ({ erp, sandbox }) => {
      const ref = await erp.order!.create(ORDER, 'ord_1')
      await erp.order!.update!(ref, { purchaseOrderNumber: 'A' }, ref.version!)
      expect(await codeOf(erp.order!.update!(ref, { purchaseOrderNumber: 'B' }, ref.version!))).toBe(
        'CONFLICT',
      )
      sandbox.act({ do: 'setOrderStatus', id: ref.id, status: 'LOCKED' })
      expect(await codeOf(erp.order!.update!(ref, { purchaseOrderNumber: 'C' }, null))).toBe('RECORD_LOCKED')
      expect(await codeOf(erp.order!.undo!(ref))).toBe('RECORD_LOCKED')
    }))

  it('refuses a change without a version, which only a request of another kind can send', () =>
    using(async ({ erp, tap, sandbox, url }) => {
      const { id } = await erp.order!.create(ORDER, 'ord_1')
      const client = new Client(saps4hana.config.parse(sandbox.config(url)), tap)
      const patch = client.request('PATCH', 'API_SALES_ORDER_SRV', `A_SalesOrder('${id}')`, {})
      const error = await client.write('API_SALES_ORDER_SRV', patch).catch((one: unknown) => one)
      expect(error).toMatchObject({ code: 'CONFLICT', retryable: false })
    }))

  it('keeps our reference in a custom field where the operator has one', () =>
    using(
      async ({ erp }) => {
        const made = await erp.order!.create({ ...ORDER, purchaseOrderNumber: 'PO-9' }, 'ord_1')
        expect((await erp.order!.find!('ord_1'))?.ref.id).toBe(made.id)
        expect(await erp.orders!.byId([made.id])).toMatchObject([
          { reference: 'ord_1', purchaseOrderNumber: 'PO-9' },
        ])
      },
      { referenceField: 'YY1_ExtRef_SDH' },
    ))

  it('changes all parts of a customer or none of them', () =>
    using(async ({ erp, sandbox }) => {
      const input = {
        name: 'Neu',
        email: 'a@b.example',
        country: 'DE',
        addresses: [{ lines: ['Weg 1'], country: 'DE' }],
      }
      const { id } = await erp.customer!.create(input, 'cus_1')
      const bad = { name: 'Anders', email: 'c@d.example', paymentTerms: 'XX99' }
      expect(await codeOf(erp.customer!.update!({ id }, bad, null))).toBe('VALIDATION')
      expect(sandbox.ledger().customers.find((one) => one.id === id)).toMatchObject({
        name: 'Neu',
        email: 'a@b.example',
      })
      await erp.customer!.update!({ id }, { ...bad, paymentTerms: 'NT60', phone: '+49301234567' }, null)
      expect(await erp.customers!.byId([id])).toMatchObject([
        { name: 'Anders', email: 'c@d.example', phone: '+49301234567', paymentTerms: 'NT60' },
      ])
    }))

  it('gives a new customer the pricing procedure and the shipping condition without which no order of it is priced', () =>
    using(
      async ({ erp, tap }) => {
        const input = { name: 'Neu', country: 'DE', currency: 'EUR', paymentTerms: 'NT30' }
        const { id } = await erp.customer!.create(input, 'cus_1')
        const body = JSON.parse(tap.writes.at(-1)?.body ?? '') as {
          to_Customer: { to_CustomerSalesArea: object[] }
        }
        expect(body.to_Customer.to_CustomerSalesArea).toMatchObject([
          { CustomerPricingProcedure: '01', ShippingCondition: '02' },
        ])
        const [price] = await erp.prices!([priceAsk('DESK-60', id)])
        expect(price).toMatchObject({ unitPrice: { currency: 'EUR' }, source: 'customer' })
      },
      { shippingCondition: '02' },
    ))

  it('changes every address of a customer that is named, in the place where it stands, and adds what is more', () =>
    using(async ({ erp }) => {
      const at = (city: string) => ({ lines: ['Weg 1'], city, country: 'DE' })
      const { id } = await erp.customer!.create({ name: 'Neu', addresses: [at('Bonn'), at('Köln')] }, 'cus_1')
      await erp.customer!.update!({ id }, { addresses: ['Ulm', 'Jena', 'Kiel'].map(at) }, null)
      const [row] = await erp.customers!.byId([id])
      expect((row as { addresses: { city: string }[] }).addresses.map(({ city }) => city)).toEqual([
        'Ulm',
        'Jena',
        'Kiel',
      ])
    }))

  it('parts a long name between its words, and puts it together again', () =>
    using(async ({ erp }) => {
      const name = 'Vereinigte Werkstätten für Küchen, Möbel und Treppenbau Süddeutschland Aktiengesellschaft'
      const { id } = await erp.customer!.create({ name }, 'cus_1')
      expect(await erp.customers!.byId([id])).toMatchObject([{ name }])
    }))

  it('counts a part that was paid, which stands as another open item, and what a customer owes in all', () =>
    using(async ({ erp }) => {
      const { rows } = await erp.invoices!.list({ first: 10, after: null })
      const partly = rows.find(({ payment }) => payment === 'PARTIAL')
      expect(Number(partly?.balance?.amount)).toBeCloseTo(Number(partly?.total?.amount) * 0.75, 1)
      expect(rows.find(({ state }) => state === 'PAID')?.balance?.amount).toBe('0')
      const open = rows.filter(({ customer }) => customer === partly?.customer)
      const owed = open.reduce((sum, { balance }) => sum + Number(balance?.amount), 0)
      const [credit] = await erp.credit!([partly!.customer!])
      expect(Number((credit as { balance: { amount: string } }).balance.amount)).toBeCloseTo(owed, 2)
    }))
})

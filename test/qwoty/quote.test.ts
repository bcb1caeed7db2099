import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Quote } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type Workspace, errorOf, stage, value } from './open.ts'

const { server, open } = stage()
const data = demo(7)

async function quote({ erp }: Workspace, id: string): Promise<Quote> {
  return value((await erp.quotes?.byId([id]))?.[0])
}

/** What the lines come to, less the discounts of the document. */
function sumOf({ lines, discounts }: Quote): string {
  const net = (lines ?? []).reduce((sum, line) => sum.plus(line.net?.amount ?? 0), new Big(0))
  return (discounts ?? []).reduce((sum, { amount }) => sum.minus(amount?.amount ?? 0), net).toFixed(2)
}

/** The native quote as the sandbox tells it, changed by `change`, answered instead of the true one. */
async function altered(id: string, change: (native: Record<string, unknown>) => void, more = {}) {
  const workspace = open(more)
  const sandbox = server.sandbox(workspace.name)
  const handle = sandbox.handle.bind(sandbox)
  sandbox.handle = async (request) => {
    const answer = await handle(request)
    if (request.path !== `/quote/${id}`) return answer
    const body = JSON.parse(JSON.stringify(answer.body)) as { data: { quote: Record<string, unknown> } }
    change(body.data.quote)
    return { ...answer, body }
  }
  return workspace
}

describe('a quote of Qwoty', () => {
  it('is read under /quote, singular, with its customer and products beside it', async () => {
    const workspace = open()
    await quote(workspace, 'qte_2')
    const [first, ...others] = server.calls(workspace.name).map(({ method, path }) => `${method} ${path}`)
    expect(first).toBe('GET /quote/qte_2')
    expect(others.toSorted()).toEqual(['GET /customers/cus_6', 'GET /products/prd_143'])
  })

  it('says who buys: name, tax id of the buyer and not of the seller, e-mail of the signer, ERP id', async () => {
    const [buyer] = data.customers
    expect(await quote(open(), 'qte_1')).toMatchObject({
      number: 'Q-2026-001',
      customer: 'cus_1',
      customerName: buyer?.name,
      customerTaxId: buyer?.taxId,
      customerEmail: buyer?.email,
      customerErpId: 'C-10001',
      issuedOn: '2026-11-10',
      validUntil: '2026-12-10',
      currency: 'EUR',
      shipTo: {
        type: 'SHIPPING',
        name: buyer?.name,
        lines: [buyer?.street, 'Rampe 7'],
        postalCode: buyer?.postalCode,
        city: buyer?.city,
        country: 'DE',
      },
    })
  })

  it('gets its lines in the order of section, phase and line, whatever order they were sent in', async () => {
    const { lines, note } = await quote(open(), 'qte_1')
    expect(lines?.map(({ sku, quantity }) => `${quantity} ${sku}`)).toEqual([
      '4 DESK-60',
      '8 CHAIR-60',
      '12.5 LAMP-60',
      '1 PUMP-60',
    ])
    expect(note).toBe(
      'Hardware / Delivery: lines 1, 2, 3\nExtras / Installation: line 4\nSold by Bo Reed, bo@nordlicht.example',
    )
  })

  it('turns what only the summary shows into one discount, so that lines less discount are the net amount', async () => {
    const workspace = open()
    for (const id of ['qte_1', 'qte_5', 'qte_7', 'qte_16']) {
      const found = await quote(workspace, id)
      expect(found.discounts).toHaveLength(1)
      expect(sumOf(found)).toBe(new Big(found.net?.amount ?? 0).toFixed(2))
    }
    expect((await quote(workspace, 'qte_2')).discounts).toEqual([])
  })

  it('keeps 18 decimals and millions exact', async () => {
    const { lines } = await quote(open(), 'qte_6')
    expect(lines?.map(({ unitPrice, quantity, net }) => [unitPrice?.amount, quantity, net?.amount])).toEqual([
      ['0.123456789012345678', '3', '0.37'],
      ['12345678.9', '1000000', '12345678900000'],
    ])
  })

  it('leaves recurring parts out of the lines and tells them in the note', async () => {
    const found = await quote(open(), 'qte_4')
    expect(found.lines?.map(({ sku }) => sku)).toEqual(['LAMP-80'])
    expect(found.note).toContain(
      'Recurring, not part of this order: 93.6 EUR net every month; 2 × Montage 60',
    )
    expect(sumOf(found)).toBe(new Big(found.net?.amount ?? 0).toFixed(2))
    expect((await quote(open({ recurring: 'leave' }), 'qte_4')).note).not.toContain('Recurring')
    expect(await errorOf(open({ recurring: 'refuse' }).erp.quotes?.byId(['qte_4']))).toMatchObject({
      code: 'VALIDATION',
    })
  })

  it('refuses recurring lines that nothing tells from the others, instead of selling them once', async () => {
    const workspace = await altered('qte_4', (native) => {
      const text = JSON.stringify(native.pricing_table).replaceAll(
        /,"billing_frequency_interval[^"]*":("month"|1)/g,
        '',
      )
      native.pricing_table = JSON.parse(text)
    })
    expect(await errorOf(workspace.erp.quotes?.byId(['qte_4']))).toMatchObject({
      code: 'VALIDATION',
      field: 'lines',
    })
  })

  it('is refused when it is accepted and a price is hidden, and shown without prices before', async () => {
    const workspace = open()
    const [hidden, other] = (await workspace.erp.quotes?.byId(['qte_3', 'qte_2'])) ?? []
    expect(hidden).toMatchObject({ code: 'VALIDATION', field: 'lines.unitPrice' })
    expect((hidden as ErpError).message).toContain('prices are hidden')
    expect(value(other).id).toBe('qte_2')
    server.sandbox(workspace.name).act({ do: 'setQuoteStatus', id: 'qte_3', status: 'sent' })
    expect((await quote(workspace, 'qte_3')).lines?.map(({ unitPrice }) => unitPrice)).toEqual([null, null])
  })

  it('is refused when it is accepted at more than its list prices', async () => {
    const workspace = await altered('qte_2', (native) => {
      native.summary = { one_off: { net_amount: 99999, total_amount: 99999 } }
    })
    expect(await errorOf(workspace.erp.quotes?.byId(['qte_2']))).toMatchObject({
      code: 'VALIDATION',
      field: 'net',
    })
  })

  it('is MAPPING_MISSING when an accepted unit is not mapped, until an operator maps it', async () => {
    const fathom = (native: Record<string, unknown>) => {
      native.pricing_table = JSON.parse(
        JSON.stringify(native.pricing_table).replaceAll('"piece"', '"Fathom"'),
      )
    }
    const error = await errorOf((await altered('qte_2', fathom)).erp.quotes?.byId(['qte_2']))
    expect(error).toMatchObject({ code: 'MAPPING_MISSING', field: 'units' })
    const mapped = await altered('qte_2', fathom, { units: { fathom: 'AK' } })
    expect((await quote(mapped, 'qte_2')).lines?.[0]?.unit).toBe('AK')
  })

  it('finds the SKU as SKU, as ERP id or as reference of the product, and reads a product once an hour', async () => {
    const workspace = open()
    const { lines, customerErpId } = await quote(workspace, 'qte_5')
    expect(lines?.map(({ sku, item }) => [sku, item])).toEqual([
      ['FIT-440', 'prd_200'],
      ['VALVE-440', 'prd_180'],
    ])
    expect(customerErpId).toBe(null)
    server.calls(workspace.name).length = 0
    await quote(workspace, 'qte_5')
    expect(server.calls(workspace.name).map(({ path }) => path)).toEqual(['/quote/qte_5'])
  })

  it('has no SKU where the product is gone, and still its name', async () => {
    const workspace = await altered('qte_2', (native) => {
      native.pricing_table = JSON.parse(
        JSON.stringify(native.pricing_table).replaceAll('prd_143', 'prd_gone'),
      )
    })
    const { lines } = await quote(workspace, 'qte_2')
    expect(lines?.[0]).toMatchObject({ sku: null, description: data.products[142]?.name })
  })

  it('reads the owner in the newer and in the older form', async () => {
    const workspace = open()
    for (const id of ['qte_1', 'qte_2'])
      expect((await quote(workspace, id)).note).toContain('Sold by Bo Reed')
  })

  it('never hands on the signed link to the PDF, which ends after a while', async () => {
    const workspace = open()
    const found = await quote(workspace, 'qte_1')
    expect(JSON.stringify(found)).not.toContain('signature')
    expect(found.url).toBe(`${workspace.url}/deal/qte_1`)
    const native = workspace.exchanges[0]?.response?.body ?? ''
    const link = /"pdf_link":"([^"]+)"/.exec(native)?.[1] ?? ''
    expect((await fetch(link)).status).toBe(200)
    server.sandbox(workspace.name).act({ do: 'expireTokens' })
    expect((await fetch(link)).status).toBe(403)
  })

  it('has each status of the vendor by table, in any spelling, and UNKNOWN with the raw text for another', async () => {
    const { erp } = open()
    const { rows } = (await erp.quotes?.list({ first: 50, after: null })) ?? { rows: [] }
    expect(rows.map(({ nativeStatus, state }) => `${nativeStatus} = ${state}`)).toEqual([
      'accepted = ACCEPTED',
      'Accepted = ACCEPTED',
      'accepted = ACCEPTED',
      'Won = ACCEPTED',
      'draft = DRAFT',
      'pending_approval = PENDING_APPROVAL',
      'Changes Requested = PENDING_APPROVAL',
      'approved = DRAFT',
      'published = SENT',
      'sent = SENT',
      'Pending-Signature = SENT',
      'expired = EXPIRED',
      'lost = REJECTED',
      'canceled = CANCELLED',
      'In review by legal = UNKNOWN',
    ])
    const mapped = open({ statuses: { 'in review BY legal': 'PENDING_APPROVAL' } })
    expect((await quote(mapped, 'qte_16')).state).toBe('PENDING_APPROVAL')
  })

  it('that is not readable yet is null, and a moment later it is there', async () => {
    const { erp, name } = open()
    server.faults(name, [{ do: 'status', status: 404, match: '/quote/qte_1' }])
    expect(await erp.quotes?.byId(['qte_1'])).toEqual([null])
    expect(value((await erp.quotes?.byId(['qte_1']))?.[0]).state).toBe('ACCEPTED')
  })

  it('with a field of another type is a BAD_ANSWER that names the field, in its row alone', async () => {
    const workspace = await altered('qte_2', (native) => {
      native.summary = { one_off: { net_amount: 'much' } }
    })
    const [bad, good] = (await workspace.erp.quotes?.byId(['qte_2', 'qte_1'])) ?? []
    expect(bad).toMatchObject({ code: 'BAD_ANSWER', field: 'summary.one_off.net_amount' })
    expect(value(good).id).toBe('qte_1')
  })
})

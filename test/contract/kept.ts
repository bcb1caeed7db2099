import Big from 'big.js'
import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Order, OrderInput, WireRequest } from '../../subgraphs/connector.ts'
import type { Bench, Line } from './bench.ts'
import type { Check } from './check.ts'
import { values } from './outcome.ts'
import { CUSTOMER, ORDER, eachJob, orderInput, wordsOf, writeOf } from './push.ts'

/** What "we cannot do that" sounds like before anything is written. */
const REFUSED = ['VALIDATION', 'NOT_SUPPORTED', 'MAPPING_MISSING', 'INVALID_ITEM', 'INVALID_CUSTOMER']

/** Pushes an order; the order as it then stands, or null where it was refused before anything was written. */
async function pushed(bench: Bench, line: Line, more: Partial<OrderInput>): Promise<Order | null> {
  const mark = bench.ref()
  const input = { ...(await ORDER.input(bench, mark)), ...more }
  const write = writeOf(ORDER, line)
  try {
    const ref = await write.create(input, mark)
    const [row] = values((await line.erp.orders?.byId([ref.id])) ?? [])
    if (!row) throw new Error('The order that was pushed cannot be read.')
    return row
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    expect(REFUSED, `${error.code} ${error.message} ${error.said ?? ''}`).toContain(error.code)
    expect(line.ledger().orders.filter(({ ref }) => ref === mark)).toEqual([])
    return null
  }
}

function netOf({ net, lines }: Order): Big {
  if (net) return new Big(net.amount)
  return (lines ?? []).reduce((sum, one) => sum.plus(one.net?.amount ?? 0), new Big(0))
}

/** How much less this order is than the same one without what was added to it. */
async function lessBy(bench: Bench, line: Line, more: Partial<OrderInput>): Promise<Big | null> {
  const whole = await pushed(bench, line, {})
  const less = await pushed(bench, line, more)
  return whole && less ? netOf(whole).minus(netOf(less)).div(netOf(whole)) : null
}

/**
 * Whether a text stands in what was sent; a day also as a moment in milliseconds, in whatever zone it begins, and
 * in elements of its own for year, month and day.
 */
function carries(sent: string, text: string): boolean {
  const plain = [sent, sent.replaceAll(/<[^<>]*>/g, '')].map((form) => form.replaceAll('-', ''))
  if (plain.some((form) => form.includes(text.replaceAll('-', '')))) return true
  const moments = /^\d{4}-\d\d-\d\d$/.test(text) ? (sent.match(/(?<!\d)\d{13}(?!\d)/g) ?? []) : []
  return moments.some((moment) => Math.abs(Number(moment) - Date.parse(text)) <= 14 * 3_600_000)
}

/** What a caller gave is kept or refused, never left out in silence. */
export const kept: Check[] = [
  {
    id: 'C114',
    level: 'MUST',
    title: 'a discount of a line is booked to the cent or refused, never left out in silence',
    needs: (erp) => erp.order && erp.orders,
    async run(bench) {
      const line = bench.used()
      const { lines } = await orderInput(bench)
      const share = await lessBy(bench, line, {
        lines: lines.map((one) => ({ ...one, discountPercent: '12.5' })),
      })
      expect(share === null || share.minus('0.125').abs().lt('0.00005')).toBe(true)
    },
  },
  {
    id: 'C115',
    level: 'MUST',
    title: 'a discount of the whole order is booked or refused, never left out in silence',
    needs: (erp) => erp.order && erp.orders,
    async run(bench) {
      const line = bench.used()
      const percent = await lessBy(bench, line, { discounts: [{ reason: 'Messe', percent: '10' }] })
      expect(percent === null || percent.minus('0.1').abs().lt('0.00005')).toBe(true)
      const amount = { amount: '100', currency: 'EUR' }
      const fixed = await lessBy(bench, line, { discounts: [{ reason: 'Messe', amount }] })
      const wanted = new Big(100).div(new Big('212.50').times(2).plus(new Big('99.90').times(13)))
      expect(fixed === null || fixed.minus(wanted).abs().lt('0.00005')).toBe(true)
    },
  },
  {
    id: 'C116',
    level: 'MUST',
    title: 'the currency of an order is kept or refused, never exchanged for another in silence',
    needs: (erp) => erp.order && erp.orders,
    async run(bench) {
      const line = bench.used()
      const { lines } = await orderInput(bench)
      const dollars = lines.map((one) => ({ ...one, unitPrice: { amount: '10', currency: 'USD' } }))
      const row = await pushed(bench, line, { currency: 'USD', lines: dollars })
      expect(row === null || row.currency === 'USD').toBe(true)
      const mixed = await pushed(bench, line, { currency: 'EUR', lines: dollars })
      expect(mixed).toBe(null)
    },
  },
  {
    id: 'C117',
    level: 'MUST',
    title: 'warehouses, payment terms and units that nobody knows are refused, and no order stands',
    needs: (erp) => erp.order && erp.orders,
    async run(bench) {
      const line = bench.used()
      const { lines } = await orderInput(bench)
      const all = (more: object) => ({ lines: lines.map((one) => ({ ...one, ...more })) })
      for (const more of [all({ warehouse: 'NO SUCH' }), all({ unit: 'ZZZ' }), { paymentTerms: 'NO SUCH' }])
        expect(await pushed(bench, line, more), JSON.stringify(more).slice(-60)).toBe(null)
    },
  },
  {
    id: 'C118',
    level: 'SHOULD',
    title: 'every text of an order and a customer leaves in a request, or the write is refused',
    needs: (erp) => erp.order ?? erp.customer,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const { lines, shipTo } = await orderInput(bench)
      const place = {
        ...shipTo,
        name: 'Ship-N',
        lines: ['Ship-L1', 'Ship-L2'],
        city: 'Ship-C',
        postalCode: '80339',
      }
      const orders: [string[], Partial<OrderInput>][] = [
        [['Note-1'], { note: 'Note-1' }],
        [['PO-77'], { purchaseOrderNumber: 'PO-77' }],
        [['Text-1'], { lines: lines.map((one) => ({ ...one, description: 'Text-1' })) }],
        [['Ship-N', 'Ship-L1', 'Ship-L2', 'Ship-C', '80339'], { shipTo: place }],
        [['Attr-1'], { customAttributes: [{ key: 'no_such_field', value: 'Attr-1' }] }],
        [['2026-12-24'], { requestedDelivery: '2026-12-24' }],
      ]
      const missing: string[] = []
      const miss = async (texts: string[], plan: () => Promise<WireRequest[]>): Promise<void> => {
        const sent = await plan().then(wordsOf, (error: unknown) => {
          if (error instanceof ErpError && REFUSED.includes(error.code)) return texts.join(' ')
          throw error
        })
        missing.push(...texts.filter((text) => !carries(sent, text)))
      }
      const order = await ORDER.input(bench, mark)
      for (const [texts, more] of line.erp.order ? orders : [])
        await miss(texts, () => writeOf(ORDER, line).plan({ ...order, ...more }, mark))
      const customer = { ...(await CUSTOMER.input(bench, mark)), phone: '+49305550199', taxId: 'DE123456788' }
      const wanted = ['Düsseldorf', 'Königsallee 1', '40212', '5550199', '123456788', 'gruenwald.example']
      if (line.erp.customer) {
        const plan = await writeOf(CUSTOMER, line).plan(customer, mark)
        const written = wordsOf(plan).replace(/[ ./-](?=\d)/g, '')
        missing.push(...wanted.filter((text) => !written.includes(text.replace(/[ ./-](?=\d)/g, ''))))
      }
      expect(missing).toEqual([])
    },
  },
  {
    id: 'C119',
    level: 'MUST',
    title: 'whatever can be undone can be undone twice',
    needs: ({ order, customer, invoice, payment }) =>
      order?.undo ?? customer?.undo ?? invoice?.undo ?? payment?.undo,
    async run(bench) {
      let undone = 0
      await eachJob(bench, (job) =>
        bench.writing(async (line, ref) => {
          const write = writeOf(job, line)
          if (!write.undo) return
          const made = await write.create(await job.input(bench, ref), ref)
          await write.undo(made)
          await writeOf(job, line.reopen()).undo?.(made)
          undone += 1
        }),
      )
      expect(undone).toBeGreaterThan(0)
    },
  },
  {
    id: 'C120',
    level: 'MUST',
    title: 'a partial change of an order changes what it names and leaves lines, customer and state',
    needs: (erp) => erp.order?.update && erp.orders,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const write = writeOf(ORDER, line)
      const ref = await write.create(await ORDER.input(bench, mark), mark)
      const [before] = values((await line.erp.orders?.byId([ref.id])) ?? [])
      await write.update?.(ref, { purchaseOrderNumber: `NEW-${mark}` }, null)
      const [after] = values((await line.erp.orders?.byId([ref.id])) ?? [])
      expect(after?.purchaseOrderNumber).toBe(`NEW-${mark}`)
      const rest = { purchaseOrderNumber: null, updatedAt: null }
      expect({ ...after, ...rest }).toEqual({ ...before, ...rest })
    },
  },
]

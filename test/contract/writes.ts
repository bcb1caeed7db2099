import Big from 'big.js'
import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { refusal, values } from './outcome.ts'
import type { Check } from './check.ts'
import { secretsOf, spellings } from './secrets.ts'
import {
  CUSTOMER,
  ORDER,
  eachJob,
  mustBePlanned,
  netOf,
  orderInput,
  wordsOf,
  writeOf,
  writesAny,
} from './push.ts'

const LONG_QUANTITY = '123456.789012'
const LONG_PRICE = '123456789012.345678'

/** Planning and writing on a good day. */
export const writes: Check[] = [
  {
    id: 'C52',
    level: 'MUST',
    title: 'a plan sends no write, changes nothing and shows no secret',
    needs: writesAny,
    async run(bench) {
      await eachJob(bench, async (job) => {
        const line = bench.used()
        const mark = bench.ref()
        const before = structuredClone(line.ledger())
        const plan = await writeOf(job, line).plan(await job.input(bench, mark), mark)
        expect(plan.length).toBeGreaterThan(0)
        expect(line.tap.writes).toEqual([])
        expect(line.ledger()).toEqual(before)
        const kept = Object.entries((await line.vault.read()) ?? {}).filter(([name]) => /token/i.test(name))
        const secrets = secretsOf(bench.connector.config, line.sandbox.config('http://sandbox'))
        for (const secret of [...secrets, ...kept.map(([, value]) => value)])
          for (const spelling of spellings(secret)) expect(JSON.stringify(plan)).not.toContain(spelling)
      })
    },
  },
  {
    id: 'C53',
    level: 'MUST',
    title: 'a plan is exactly what create sends: method, address, headers, and body byte for byte',
    needs: writesAny,
    async run(bench) {
      await eachJob(bench, (job) =>
        bench.writing(async (line, ref) => {
          const input = await job.input(bench, ref)
          const plan = await writeOf(job, line).plan(input, ref)
          await writeOf(job, line).create(input, ref)
          mustBePlanned(plan, line.tap.writes)
        }),
      )
    },
  },
  {
    id: 'C54',
    level: 'MUST',
    title:
      'what create wrote is found by its reference, whole, also after a restart; another reference finds nothing',
    needs: (erp) => erp.order?.find ?? erp.customer?.find ?? erp.invoice?.find ?? erp.payment?.find,
    async run(bench) {
      await eachJob(bench, async (job) => {
        const line = bench.used()
        const mark = bench.ref()
        const write = writeOf(job, line)
        if (!write.find) return
        expect(await write.find(mark)).toBe(null)
        const ref = await write.create(await job.input(bench, mark), mark)
        const again = writeOf(job, line.reopen())
        expect(await again.find?.(mark)).toMatchObject({ ref: { id: ref.id }, done: true })
        for (const other of [mark.slice(0, -1), `${mark}4`, 'ord%', 'ord_________', '*', `x' OR '1'='1`, '"'])
          expect(await again.find?.(other), other).toBe(null)
      })
    },
  },
  {
    id: 'C55',
    level: 'MUST',
    title: 'a pushed order stands booked in the ledger once, with reference, customer and number',
    needs: (erp) => erp.order,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const input = await ORDER.input(bench, mark)
      const ref = await writeOf(ORDER, line).create(input, mark)
      const rows = line.ledger().orders.filter((order) => order.ref === mark)
      expect(rows).toMatchObject([{ id: ref.id, customer: input.customer, state: 'booked' }])
      if (ref.number) expect(rows[0]?.number).toBe(ref.number)
    },
  },
  {
    id: 'C56',
    level: 'MUST',
    title: 'a pushed order reads back as it was sent: lines, quantities, prices, dates, reference',
    needs: (erp) => erp.order && erp.orders,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const input = await ORDER.input(bench, mark)
      const ref = await writeOf(ORDER, line).create(input, mark)
      const [row] = values((await line.erp.orders?.byId([ref.id])) ?? [])
      const goods = row?.lines?.filter(({ sku, item }) => sku ?? item) ?? []
      const same = (a: string | null | undefined, b: string | undefined) => new Big(a ?? -1).eq(b ?? -2)
      expect(goods).toHaveLength(input.lines.length)
      for (const [index, wanted] of input.lines.entries()) {
        expect(goods[index]?.sku ?? wanted.sku).toBe(wanted.sku)
        expect(same(goods[index]?.quantity, wanted.quantity)).toBe(true)
        expect(same(goods[index]?.unitPrice?.amount, wanted.unitPrice?.amount)).toBe(true)
      }
      expect(row?.reference).toBe(mark)
      expect(row?.customer).toBe(input.customer)
      if (row?.purchaseOrderNumber) expect(row.purchaseOrderNumber).toBe(input.purchaseOrderNumber)
      if (row?.requestedDelivery) expect(row.requestedDelivery).toBe(input.requestedDelivery)
      if (row?.shipTo)
        expect(row.shipTo).toMatchObject({ city: 'München', postalCode: '80331', country: 'DE' })
      if (row?.orderedOn) expect(row.orderedOn).toBe(input.orderedOn)
      if (row?.net) expect(new Big(row.net.amount).eq(netOf(input))).toBe(true)
      expect(row?.state).not.toBe('DRAFT')
    },
  },
  {
    id: 'C57',
    level: 'MUST',
    title: '18 digits of a price and a fraction of a quantity leave digit by digit, or are refused by name',
    needs: (erp) => erp.order,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const input = await ORDER.input(bench, mark)
      const lines = input.lines.map((one) => ({
        ...one,
        quantity: LONG_QUANTITY,
        unitPrice: { amount: LONG_PRICE, currency: 'EUR' },
      }))
      const plan = writeOf(ORDER, line).plan({ ...input, lines }, mark)
      const error = await plan.then(
        () => null,
        (end: unknown) => end,
      )
      if (error instanceof ErpError) {
        expect([error.code, error.field]).toEqual(['VALIDATION', expect.stringMatching(/quantity|unitPrice/)])
        return
      }
      const words = wordsOf(await plan)
      expect(words).toContain(LONG_PRICE)
      expect(words).toContain(LONG_QUANTITY)
      for (const { body } of await plan)
        expect(body ?? '').not.toMatch(/(?<![\w-])\d+(\.\d+)?[eE][+]?\d+(?![\w-])/)
    },
  },
  {
    id: 'C58',
    level: 'MUST',
    title: 'an order by SKU alone is the same order as by item id',
    needs: (erp) => erp.order && erp.items,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const input = await ORDER.input(bench, mark)
      const bare = { ...input, lines: input.lines.map((one) => ({ ...one, item: null })) }
      const write = writeOf(ORDER, line)
      expect(await write.plan(bare, mark)).toEqual(await write.plan(input, mark))
    },
  },
  {
    id: 'C59',
    level: 'MUST',
    title: 'an unknown item and an unknown customer are refused by name before anything is written',
    needs: (erp) => erp.order,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const before = structuredClone(line.ledger())
      const write = writeOf(ORDER, line)
      const input = await ORDER.input(bench, mark)
      const item = { ...input.lines[0]!, item: null, sku: `NO'SUCH%SKU` }
      const wrong = { ...input, lines: [...input.lines, item] }
      // Where nothing can be asked, a plan cannot know: the ERP itself refuses what is sent.
      if (line.erp.items) expect((await refusal(() => write.plan(wrong, mark))).code).toBe('INVALID_ITEM')
      expect((await refusal(() => write.create(wrong, mark))).code).toBe('INVALID_ITEM')
      for (const customer of ['99999999', `x' OR '1'='1`]) {
        const strange = { ...input, customer }
        if (line.erp.customers)
          expect((await refusal(() => write.plan(strange, mark))).code).toBe('INVALID_CUSTOMER')
        expect((await refusal(() => write.create(strange, mark))).code).toBe('INVALID_CUSTOMER')
      }
      expect(line.ledger()).toEqual(before)
    },
  },
  {
    id: 'C60',
    level: 'MUST',
    title:
      'quantities and prices that are no numbers, and an order without lines, are refused before anything is written',
    needs: (erp) => erp.order,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const input = await ORDER.input(bench, mark)
      const one = input.lines[0]!
      const bad = [
        { ...one, quantity: '1e3' },
        { ...one, quantity: 'NaN' },
        { ...one, quantity: '' },
        { ...one, quantity: '1,5' },
        { ...one, unitPrice: { amount: '0x10', currency: 'EUR' } },
      ]
      for (const lines of [...bad.map((each) => [each]), []]) {
        const wanted = ['VALIDATION', 'MISSING_REQUIRED_FIELD']
        expect(wanted).toContain(
          (await refusal(() => writeOf(ORDER, line).plan({ ...input, lines }, mark))).code,
        )
        expect(wanted).toContain(
          (await refusal(() => writeOf(ORDER, line).create({ ...input, lines }, mark))).code,
        )
      }
      expect(line.tap.writes).toEqual([])
    },
  },
  {
    id: 'C61',
    level: 'MUST',
    title:
      'cancelling twice is cancelling once; the ledger and the next reading say so, and find still finds it',
    needs: (erp) => erp.order?.undo,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const write = writeOf(ORDER, line)
      const ref = await write.create(await ORDER.input(bench, mark), mark)
      await write.undo?.(ref)
      await write.undo?.(ref)
      await writeOf(ORDER, line.reopen()).undo?.(ref)
      expect(line.ledger().orders.filter((order) => order.ref === mark)).toMatchObject([
        { state: 'cancelled' },
      ])
      const [row] = values((await line.erp.orders?.byId([ref.id])) ?? [])
      if (row) expect(row.state).toBe('CANCELLED')
      if (write.find) expect((await write.find(mark))?.ref.id).toBe(ref.id)
    },
  },
  {
    id: 'C62',
    level: 'MUST',
    title: 'cancelling what does not exist is refused as an ErpError, not done in silence',
    needs: (erp) => erp.order?.undo,
    async run(bench) {
      const line = bench.used()
      const error = await refusal(async () => writeOf(ORDER, line).undo?.({ id: '99999999' }))
      expect(['NOT_FOUND', 'VALIDATION', 'CONFLICT']).toContain(error.code)
    },
  },
  {
    id: 'C63',
    level: 'MUST',
    title: 'text of a user is data: quotes, operators, markup and prototype names arrive letter by letter',
    needs: (erp) => erp.customer,
    async run(bench) {
      for (const name of [
        `O'Brien "Ltd" \\ 100% _ * ; DROP TABLE--`,
        '{{1.id}} ${x} <b>&amp;</b> ]]> {"a":[1]}',
        `__proto__`,
        '=1+1|cmd 日本 🚀 é',
      ]) {
        const line = bench.used()
        const mark = bench.ref()
        const input = { ...(await CUSTOMER.input(bench, mark)), name }
        const ref = await writeOf(CUSTOMER, line).create(input, mark)
        const row = line.ledger().customers.find(({ id }) => id === ref.id)
        expect(row?.name).toBe(name)
        const [read] = values((await line.erp.customers?.byId([ref.id])) ?? [])
        if (read) expect(read.name).toBe(name)
      }
    },
  },
  {
    id: 'C64',
    level: 'MUST',
    title:
      'line breaks and operators in the note and the order number of a customer stay inside their fields',
    needs: (erp) => erp.order,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const texts = { note: `1st\r\nX-Evil: 1\r\n\r\n"},{"x":1 ]]>`, purchaseOrderNumber: `P'O"--%_\\` }
      const ref = await writeOf(ORDER, line).create(await orderInput(bench, texts), mark)
      expect(line.ledger().orders.filter((order) => order.ref === mark)).toHaveLength(1)
      const [row] = values((await line.erp.orders?.byId([ref.id])) ?? [])
      if (row?.purchaseOrderNumber) expect(row.purchaseOrderNumber).toBe(texts.purchaseOrderNumber)
      if (row?.note) expect(row.note.replace(/\s+/g, ' ')).toContain('"},{"x":1 ]]>')
    },
  },
]

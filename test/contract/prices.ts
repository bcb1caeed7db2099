import Big from 'big.js'
import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { PriceAsk, PriceReading } from '../../subgraphs/connector.ts'
import type { DemoCustomer } from '../../subgraphs/demo.ts'
import type { Bench, Line } from './bench.ts'
import { values } from './outcome.ts'
import type { Check } from './check.ts'
import { PRICE, mustFit } from './forms.ts'
import { SKUS, priceAsks, strange } from './ops.ts'

/** Eighteen digits; a float knows sixteen. */
const LONG = '1234567890123456.78'

async function read({ erp }: Line, asks: PriceAsk[]): Promise<(PriceReading | null)[]> {
  return values((await erp.prices?.(asks)) ?? [])
}

function wholesale({ group, currency }: DemoCustomer): boolean {
  return group === 'wholesale' && currency === 'EUR'
}

function key({ group, currency }: DemoCustomer): boolean {
  return group === 'key' && currency === 'EUR'
}

/** What the demo company has agreed with this customer for this quantity; the list price where nothing is. */
function agreed(bench: Bench, customer: DemoCustomer, sku: string, quantity: number): string {
  const fits = bench.demo.agreements.find(
    (one) =>
      one.sku === sku &&
      one.currency === customer.currency &&
      (one.customer === null ? one.group === customer.group : one.customer === customer.number),
  )
  const tier = fits?.tiers.findLast(({ minimum }) => Number(minimum) <= quantity)
  return tier?.price ?? bench.demo.products.find((product) => product.sku === sku)?.listPrice ?? ''
}

function amountOf(row: PriceReading | null | undefined): string {
  return new Big(row?.unitPrice?.amount ?? '-1').div(row?.priceQuantity ?? 1).toFixed()
}

/** The prices that one ERP gives one customer for one quantity. */
export const prices: Check[] = [
  {
    id: 'C42',
    level: 'MUST',
    title: 'prices answer in the order and length of the questions, each as if it had been asked alone',
    needs: (erp) => erp.prices,
    async run(bench) {
      const line = await bench.calm
      const people = await Promise.all([wholesale, key].map((fits) => bench.customer(bench.person(fits))))
      const asks: PriceAsk[] = []
      for (const customer of [...people, null])
        for (const quantity of ['1', '60'])
          asks.push(...(await priceAsks(bench, ['DESK-60', 'PUMP-60'], { customer, quantity })))
      const mixed = asks.toReversed()
      const together = await read(line, mixed)
      const alone = await Promise.all(mixed.map((ask) => read(line, [ask])))
      expect(together).toEqual(alone.flat())
    },
  },
  {
    id: 'C43',
    level: 'MUST',
    title: 'a price of an unknown item is null without spoiling its neighbours',
    needs: (erp) => erp.prices,
    async run(bench) {
      const asks = await priceAsks(bench, SKUS.slice(0, 2))
      const nobody = { ...(asks[0] as PriceAsk), item: strange(asks[0]?.item ?? ''), sku: 'NO-SUCH-SKU' }
      const [first, none, second] = await read(await bench.calm, [asks[0], nobody, asks[1]] as PriceAsk[])
      expect(none).toBe(null)
      expect([first?.unitPrice, second?.unitPrice].every(Boolean)).toBe(true)
    },
  },
  {
    id: 'C44',
    level: 'SHOULD',
    title: '50 prices for one customer cost at most two calls',
    needs: (erp) => erp.prices,
    async run(bench) {
      const line = bench.clean()
      const skus = bench.demo.products.slice(0, 50).map(({ sku }) => sku)
      const customer = await bench.customer(bench.person(wholesale))
      const asks = await priceAsks(bench, skus, { customer, quantity: '10' })
      await read(line, asks.slice(0, 1))
      line.calls.length = 0
      expect(await read(line, asks)).toHaveLength(50)
      expect(line.calls.length).toBeLessThanOrEqual(2)
    },
  },
  {
    id: 'C45',
    level: 'MUST',
    title: 'without a customer the answer is the list price and says so',
    needs: (erp) => erp.prices,
    async run(bench) {
      const products = bench.demo.products.filter(({ sku }) => SKUS.includes(sku))
      const rows = await read(
        await bench.calm,
        await priceAsks(
          bench,
          products.map(({ sku }) => sku),
        ),
      )
      expect(rows.map(amountOf)).toEqual(products.map(({ listPrice }) => new Big(listPrice).toFixed()))
      expect(rows.map((row) => row?.source)).toEqual(rows.map(() => 'list'))
      expect(rows.map((row) => row?.unitPrice?.currency)).toEqual(rows.map(() => bench.demo.currency))
    },
  },
  {
    id: 'C46',
    level: 'SHOULD',
    title: 'customer and quantity decide: every agreed price and tier of the demo company comes out',
    needs: (erp) => erp.prices,
    async run(bench) {
      const line = await bench.calm
      for (const person of [bench.person(wholesale), bench.person(key)]) {
        const customer = await bench.customer(person)
        for (const quantity of ['1', '10', '24', '25', '50', '1000']) {
          const skus = SKUS.slice(0, 4)
          const rows = await read(line, await priceAsks(bench, skus, { customer, quantity }))
          const wanted = skus.map((sku) => agreed(bench, person, sku, Number(quantity)))
          expect(rows.map(amountOf), `${person.group} ${quantity}`).toEqual(
            wanted.map((price) => new Big(price).toFixed()),
          )
        }
      }
    },
  },
  {
    id: 'C47',
    level: 'MUST',
    title: 'every price is of canonical form and names its source; tiers ascend and the price is one of them',
    needs: (erp) => erp.prices,
    async run(bench) {
      const skus = bench.demo.products.filter((_, index) => index % 4 === 0).map(({ sku }) => sku)
      const person = bench.person(wholesale)
      for (const customer of [null, await bench.customer(person)]) {
        const rows = await read(await bench.calm, await priceAsks(bench, skus, { customer, quantity: '12' }))
        mustFit(PRICE, rows)
        for (const row of rows) {
          const from = row?.tiers?.map(({ minimumQuantity }) => Number(minimumQuantity)) ?? []
          expect(from).toEqual(from.toSorted((a, b) => a - b))
          const tier = row?.tiers?.findLast(({ minimumQuantity }) => Number(minimumQuantity) <= 12)
          if (tier) expect(new Big(tier.unitPrice.amount).eq(row?.unitPrice?.amount ?? -1)).toBe(true)
        }
      }
    },
  },
  {
    id: 'C48',
    level: 'MUST',
    title: 'currency decides: a price says its currency, and two currencies never share an amount',
    needs: (erp) => erp.prices,
    async run(bench) {
      const line = await bench.calm
      const abroad = bench.person(({ group, currency }) => group === 'key' && currency === 'USD')
      const american = await bench.customer(abroad)
      const customer = await bench.customer(bench.person(wholesale))
      const [own] = await read(line, await priceAsks(bench, ['DESK-60'], { customer: american }))
      const both = await Promise.all(
        ['EUR', 'USD'].map(async (currency) =>
          read(line, await priceAsks(bench, ['DESK-60'], { customer, currency })),
        ),
      )
      const [euro, dollar] = both.map(([row]) => row)
      if (own?.unitPrice?.currency === 'USD' && own.source !== 'list')
        expect(amountOf(own)).toBe(new Big(agreed(bench, abroad, 'DESK-60', 1)).toFixed())
      expect(euro?.unitPrice?.currency).toBe('EUR')
      if (dollar?.unitPrice?.currency === 'USD')
        expect(dollar.unitPrice.amount).not.toBe(euro?.unitPrice?.amount)
      else expect(dollar?.unitPrice).toEqual(euro?.unitPrice)
    },
  },
  {
    id: 'C49',
    level: 'MUST',
    title: 'an unknown customer is never given a price as if it were known',
    needs: (erp) => erp.prices && erp.customers,
    async run(bench) {
      const { erp } = await bench.calm
      const known = await bench.customer(bench.person(key))
      for (const customer of [strange(known), `x' OR '1'='1`]) {
        const asks = await priceAsks(bench, ['DESK-60'], { customer })
        const [answer] = await (erp.prices?.(asks) ?? Promise.resolve([])).catch((error: unknown) => [error])
        expect(answer === null || answer instanceof ErpError, JSON.stringify(answer)).toBe(true)
      }
    },
  },
  {
    id: 'C50',
    level: 'MUST',
    title: 'a new price is seen by the next question, and 18 digits arrive intact',
    needs: (erp) => erp.prices,
    async run(bench) {
      const line = bench.open()
      const asks = await priceAsks(bench, ['LAMP-60', 'DESK-60'])
      await read(line, asks)
      line.act({ do: 'setPrice', sku: 'LAMP-60', price: LONG })
      expect(amountOf((await read(line, asks))[0])).toBe(LONG)
    },
  },
  {
    id: 'C51',
    level: 'MUST',
    title: 'fractions and large quantities are asked exactly, and a quantity that is no number is refused',
    needs: (erp) => erp.prices,
    async run(bench) {
      const line = await bench.calm
      const person = bench.person(wholesale)
      const customer = await bench.customer(person)
      for (const quantity of ['0.5', '9.999999999999999', '10.000000000000001', '1000000000000']) {
        const [row] = await read(line, await priceAsks(bench, ['SCREW-80'], { customer, quantity }))
        expect(row?.unitPrice?.amount).toMatch(/^\d/)
      }
      const asks = await priceAsks(bench, ['SCREW-80'], { customer, quantity: '1); DROP' })
      const end = await (line.erp.prices?.(asks) ?? Promise.resolve([])).catch((error: unknown) => [error])
      expect(end[0]).toBeInstanceOf(ErpError)
    },
  },
]

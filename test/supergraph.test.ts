import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { supergraphText, systemsTable } from '../codegen.ts'
import { createEngine } from '../gateway/engine.ts'
import { ownSubgraphs } from '../gateway/house.ts'
import { readSupergraph } from '../gateway/supergraph.ts'
import { TABS } from '../gateway/tabs.ts'
import { connectors } from '../subgraphs/index.ts'
import { ProductLiveDocument, ProductsLiveDocument } from './operations/typed/graphql.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'
import { type TestHouse, openHouse } from './whole.ts'

const OPERATIONS = await readFile('test/operations/reads.graphql', 'utf8')
const README = await readFile('README.md', 'utf8')

/** The first fenced block between two marks of the README. */
function block(mark: string): string {
  const part = README.split(`<!-- ${mark} -->`)[1]?.split(`<!-- /${mark} -->`)[0] ?? ''
  return /```\w*\n([\s\S]*?)```/.exec(part)?.[1] ?? ''
}

describe('the supergraph', () => {
  it('is committed as the code composes it now', async () => {
    expect(await supergraphText()).toBe(await readFile('schema/supergraph.graphql', 'utf8'))
  })

  it('composes under the second composer too, and shows clients the same types and fields', async () => {
    const services = ownSubgraphs().map(({ name, typeDefs }) => ({ name, url: `local://${name}`, typeDefs }))
    const { supergraphSdl, errors } = composeServices(services)
    expect(errors).toBeUndefined()
    const [theirs, ours] = [supergraphSdl ?? '', await supergraphText()].map(
      (sdl) => readSupergraph(sdl).apiSchema,
    )
    const fields = (schema: typeof ours) =>
      Object.entries(schema?.getTypeMap() ?? {})
        .filter(([name]) => !name.startsWith('__'))
        .flatMap(([name, type]) =>
          'getFields' in type ? Object.keys(type.getFields()).map((field) => `${name}.${field}`) : [name],
        )
        .toSorted()
    expect(fields(theirs)).toEqual(fields(ours))
  })

  it('understands every ready-made tab and every canonical operation', async () => {
    const { apiSchema } = readSupergraph(await supergraphText())
    for (const query of [...TABS.map(({ query: text }) => text), OPERATIONS, block('first-query')]) {
      expect(validate(apiSchema, parse(query))).toEqual([])
    }
  })

  it("names every system in the README's table as the connectors say of themselves", () => {
    for (const row of systemsTable().split('\n').slice(2)) {
      const cells = row.split('|').map((cell) => cell.trim())
      const line = README.split('\n').find((text) => text.includes(cells[1] ?? '?'))
      expect(line?.split('|').map((cell) => cell.trim())).toEqual(cells)
    }
  })
})

describe('the canonical reads', () => {
  let database: FreshDatabase
  let house: TestHouse
  const erps = connectors.filter(({ role }) => role === 'erp').map(({ system }) => system)

  beforeAll(async () => {
    database = await freshDatabase()
    house = await openHouse({ databaseUrl: database.url })
    await house.poll()
  })

  afterAll(async () => {
    await house.close()
    await database.drop()
  })

  it('are planned and answered by every ERP at once, for one product and for fifty', async () => {
    const one = await house.run(ProductLiveDocument, { sku: 'DESK-160', quantity: '1' })
    expect(one.errors).toBeUndefined()
    expect(one.data.product?.stock.complete).toBe(true)
    const answered = new Set(
      one.data.product?.stock.answers.map((answer) => answer?.connection.split(':')[0]),
    )
    expect(answered).toEqual(new Set(erps))
    const skus = ['DESK', 'CHAIR', 'LAMP', 'PUMP', 'SHELF'].flatMap((family) =>
      Array.from({ length: 10 }, (_, index) => `${family}-${60 + index * 20}`),
    )
    const fifty = await house.run(ProductsLiveDocument, { skus, quantity: '1' })
    expect(fifty.errors).toBeUndefined()
    expect(fifty.data.products.nodes).toHaveLength(50)
    for (const product of fifty.data.products.nodes) {
      expect(product?.stock.complete).toBe(true)
      expect(product?.prices.every((price) => Number(price?.unitPrice?.amount) > 0)).toBe(true)
    }
  })

  it('cost at most two calls per ERP for stock and two for prices of fifty products', async () => {
    const skus = Array.from(
      { length: 50 },
      (_, index) => `${['VALVE', 'CABLE', 'PAINT'][index % 3]}-${60 + Math.floor(index / 3) * 20}`,
    )
    await house.run(ProductsLiveDocument, { skus: ['VALVE-440'], quantity: '1' })
    const before = new Map(erpMounts().map((name) => [name, house.sandboxes.calls(name).length]))
    await house.run(ProductsLiveDocument, { skus, quantity: '1', maxAgeMs: 0 })
    for (const [name, calls] of before)
      expect(house.sandboxes.calls(name).length - calls, name).toBeLessThanOrEqual(4)
  })

  it('cost an ERP that is not concerned no request', async () => {
    const before = house.sandboxes.calls('netsuite').length
    const query =
      '{ product(sku: "DESK-160") { stock(connections: ["odoo:main"], maxAgeMs: 0) { available } } }'
    await house.ask(query)
    expect(house.sandboxes.calls('netsuite').length).toBe(before)
  })

  it("answer the README's first query in the README's words", async () => {
    const { data, errors } = await house.ask(block('first-query'))
    expect(errors).toBeUndefined()
    const shown = JSON.parse(block('first-answer')) as { data: unknown }
    const timeless = (value: unknown) =>
      JSON.stringify(value)
        .replace(/"status":"\w+"/g, '')
        .replace(/"ageMs":\d+/g, '')
    expect(timeless(data)).toBe(timeless(shown.data))
  })

  function erpMounts(): string[] {
    return ['odoo', 'odoo17', 'erpnext', 'netsuite']
  }
})

describe('an engine over the supergraph', () => {
  it('starts from the committed text alone', async () => {
    const engine = createEngine({ supergraphSdl: await readFile('schema/supergraph.graphql', 'utf8') })
    expect(engine.schema.getQueryType()?.getFields().product).toBeDefined()
    engine.stop()
  })
})

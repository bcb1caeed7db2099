import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { supergraphText, systemsTable } from '../codegen.ts'
import { createEngine } from '../gateway/engine.ts'
import { ownSubgraphs } from '../gateway/house.ts'
import { readSupergraph } from '../gateway/supergraph.ts'
import { TABS } from '../gateway/tabs.ts'
import type { Capability } from '../subgraphs/connector.ts'
import { connectors } from '../subgraphs/index.ts'
import { sandboxes } from '../subgraphs/sandboxes.ts'
import { ProductLiveDocument, ProductsLiveDocument } from './operations/typed/graphql.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'
import { type TestHouse, openHouse } from './whole.ts'

const OPERATIONS = await readFile('test/operations/reads.graphql', 'utf8')
/** All systems share two cores here; what is promised is the answer, not its speed. */
const PATIENT_MS = 30_000
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
  const able = (part: Capability) =>
    connectors.filter(({ capabilities }) => capabilities.includes(part)).map(({ system }) => system)
  const systemsOf = (answers: readonly ({ connection: string } | null)[] = []) =>
    new Set(answers.map((answer) => answer?.connection.split(':')[0]))

  beforeAll(async () => {
    database = await freshDatabase()
    house = await openHouse({ databaseUrl: database.url })
    await house.poll()
  })

  afterAll(async () => {
    await house.close()
    await database.drop()
  })

  it('are planned and answered by every system that can, at once, for one product and for fifty', async () => {
    const variables = { quantity: '1', deadlineMs: PATIENT_MS }
    const one = await house.run(ProductLiveDocument, { ...variables, sku: 'DESK-160' })
    expect(one.errors).toBeUndefined()
    expect(one.data.product?.stock.complete).toBe(true)
    expect(systemsOf(one.data.product?.stock.answers)).toEqual(new Set(able('stock')))
    expect(systemsOf(one.data.product?.prices)).toEqual(new Set(able('prices')))
    const skus = ['DESK', 'CHAIR', 'LAMP', 'PUMP', 'SHELF'].flatMap((family) =>
      Array.from({ length: 10 }, (_, index) => `${family}-${60 + index * 20}`),
    )
    const fifty = await house.run(ProductsLiveDocument, { ...variables, skus })
    expect(fifty.errors).toBeUndefined()
    expect(fifty.data.products.nodes).toHaveLength(50)
    for (const product of fifty.data.products.nodes) {
      expect(product?.stock.complete).toBe(true)
      expect(systemsOf(product?.stock.answers)).toEqual(new Set(able('stock')))
      expect(
        product?.prices.map((price) => [price?.connection, Number(price?.unitPrice?.amount) > 0]),
      ).toEqual(product?.prices.map((price) => [price?.connection, true]))
    }
  })

  it('cost at most two calls per system for stock and two for prices of fifty products', async () => {
    const skus = Array.from(
      { length: 50 },
      (_, index) => `${['VALVE', 'CABLE', 'PAINT'][index % 3]}-${60 + Math.floor(index / 3) * 20}`,
    )
    const variables = { quantity: '1', deadlineMs: PATIENT_MS }
    await house.run(ProductsLiveDocument, { ...variables, skus: ['VALVE-440'] })
    const counts = () => sandboxes.map(({ name }) => [name, house.sandboxes.calls(name).length] as const)
    const before = new Map(counts())
    await house.run(ProductsLiveDocument, { ...variables, skus, maxAgeMs: 0 })
    const cost = counts().map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const)
    expect(cost.filter(([, calls]) => calls > 4)).toEqual([])
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
})

describe('an engine over the supergraph', () => {
  it('starts from the committed text alone', async () => {
    const engine = createEngine({ supergraphSdl: await readFile('schema/supergraph.graphql', 'utf8') })
    expect(engine.schema.getQueryType()?.getFields().product).toBeDefined()
    engine.stop()
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { OPEN_MS, type Stand, theStand } from './stand.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/n8n.md'), 'utf8')
const EXAMPLES = [...text.matchAll(/```graphql\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/g)].map(
  ([, query = '', variables = '']) => ({
    name: /(\w+)[\s(]/.exec(query.replace(/^\w+ /, ''))?.[1] ?? '',
    query,
    variables,
  }),
)

let stand: Stand
beforeAll(async () => {
  stand = await theStand()
}, OPEN_MS)

/** n8n's expressions in a text: each is JavaScript over the incoming item. */
function resolved(template: string, $json: object): string {
  return template.replace(/\{\{(.*?)\}\}/g, (_, code: string) => {
    // oxlint-disable-next-line no-new-func
    const evaluate = new Function('$json', `return ${code}`) as (item: object) => unknown
    return String(evaluate($json))
  })
}

/** How n8n's GraphQL node is set otherwise than the page says. */
interface Otherwise {
  authorization?: string
  contentType?: string
}

/**
 * What n8n's own GraphQL node does with one item: the status is not looked at; `errors` throw with all messages in
 * one line, and a body that is no JSON throws.
 */
async function stock(
  name: string,
  $json: object,
  { authorization, contentType }: Otherwise = {},
): Promise<unknown> {
  const { query, variables } = EXAMPLES.find((example) => example.name === name)!
  const isRaw = contentType === 'application/graphql'
  const answer = await fetch(`${stand.login.baseUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': contentType ?? 'application/json',
      authorization: authorization ?? `Bearer ${stand.login.apiKey}`,
    },
    body: isRaw
      ? query
      : JSON.stringify({
          query,
          variables: JSON.parse(resolved(variables, $json)) as object,
          operationName: null,
        }),
  })
  const body = JSON.parse(await answer.text()) as { data?: unknown; errors?: { message: string }[] }
  if (body.errors) throw new Error(body.errors.map(({ message }) => message).join(', '))
  return body.data
}

describe('the examples for n8n’s own GraphQL node', () => {
  const deal = () => ({ dealId: 4711, customer: stand.customer, sku: stand.skus.slice(0, 3) })

  it('are all of those on the page', () => {
    expect(EXAMPLES.map(({ name }) => name)).toEqual([
      'Availability',
      'PushOrder',
      'UpsertCustomer',
      'Status',
      'News',
    ])
  })

  it('give stock and price of many products in one call', async () => {
    const sku = [...stand.skus.slice(0, 3), 'NO-SUCH']
    const data = (await stock('Availability', { ...deal(), sku })) as { products: { nodes: object[] } }
    expect(data.products.nodes.map((node) => node && 'sku' in node && node.sku)).toEqual([
      ...sku.slice(0, 3),
      null,
    ])
    expect(data.products.nodes[0]).toMatchObject({
      stock: { complete: true },
      price: { unitPrice: { currency: 'EUR' } },
    })
  })

  it('push one order, however often the workflow runs, whose end can be asked and polled', async () => {
    const begun = (await stock('News', {})) as { syncEvents: { pageInfo: { endCursor: string } } }
    const first = (await stock('PushOrder', deal())) as {
      pushOrder: { operation: { id: string; status: string }; problems: object[] }
    }
    expect(first.pushOrder).toMatchObject({ operation: { status: 'DONE' }, problems: [] })
    expect(await stock('PushOrder', deal())).toEqual(first)
    const { id } = first.pushOrder.operation
    expect(await stock('Status', { operationId: id })).toMatchObject({
      syncOperation: { status: 'DONE', attempts: [{ number: 1 }] },
    })
    const news = await stock('News', { cursor: begun.syncEvents.pageInfo.endCursor })
    expect(news).toMatchObject({ syncEvents: { nodes: [{ status: 'DONE', operation: { id } }] } })
  })

  it('answer a refusal as data, on which an IF node can branch', async () => {
    const refused = await stock('PushOrder', { ...deal(), dealId: 1, customer: 'nobody' })
    expect(refused).toMatchObject({
      pushOrder: { operation: null, problems: [{ code: 'INVALID_CUSTOMER' }] },
    })
  })

  it('create a customer once', async () => {
    const company = {
      companyId: 5,
      updatedAt: '2026-11-20',
      company: 'Süd & Söhne KG',
      email: 'a@sued.example',
    }
    const first = await stock('UpsertCustomer', company)
    expect(first).toMatchObject({ upsertCustomer: { operations: [{ status: 'DONE' }], problems: [] } })
    expect(await stock('UpsertCustomer', company)).toEqual(first)
  })

  it('throw with a reason when the key is wrong, and in an old node, which sends the bare query', async () => {
    await expect(stock('Availability', deal(), { authorization: 'Bearer wrong' })).rejects.toThrow('API key')
    const contentType = 'application/graphql'
    expect(await stock('News', {}, { contentType })).toMatchObject({ syncEvents: { nodes: [] } })
    await expect(stock('Availability', deal(), { contentType })).rejects.toThrow('$skus')
  })
})

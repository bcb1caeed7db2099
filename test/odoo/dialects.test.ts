import { describe, expect, it } from 'vitest'
import type { SandboxFactory } from '../../subgraphs/sandbox.ts'
import { sandboxOf } from '../../subgraphs/odoo/sandbox.ts'
import { company, itemId, native, open, orderInput, refusal } from './bench.ts'

/** A server that tells another version and is otherwise Odoo 17. */
const telling = (info: unknown[], text: string): SandboxFactory => {
  const inner = sandboxOf(17)
  return (demo, url) => {
    const sandbox = inner(demo, url)
    const handle: typeof sandbox.handle = (request) => {
      if (!request.body.includes('"version"')) return sandbox.handle(request)
      const result = {
        server_version: text,
        server_version_info: info,
        server_serie: text,
        protocol_version: 1,
      }
      return { status: 200, body: { jsonrpc: '2.0', id: 1, result } }
    }
    return { ...sandbox, handle }
  }
}

describe('the two APIs', () => {
  it('from version 19 on it is JSON-2: the version once, the key as bearer, the database by name', async () => {
    await using bench = await open(19)
    await bench.erp.check()
    await bench.erp.items?.byId(['1'])
    await bench.erp.items?.byId(['2'])
    expect(bench.calls.filter(({ path }) => path === '/web/version')).toHaveLength(1)
    expect(bench.calls.filter(({ path }) => path === '/jsonrpc')).toEqual([])
    for (const { request } of bench.sent.slice(1)) {
      expect(request.headers).toEqual({
        authorization: expect.stringMatching(/^bearer \w{40}$/),
        'content-type': 'application/json',
        'x-odoo-database': 'nordlicht',
      })
    }
  })

  it.each([17, 18] as const)(
    'in version %s it is JSON-RPC, with one sign-in that is kept',
    async (version) => {
      await using bench = await open(version)
      expect(await bench.erp.check()).toEqual({
        name: company.company,
        version: `${version}.0`,
        currency: 'EUR',
      })
      await Promise.all(['1', '2', '3'].map((id) => bench.erp.items?.byId([id])))
      expect(bench.calls.filter(({ body }) => body.includes('"authenticate"'))).toHaveLength(1)
      expect(bench.calls.filter(({ path }) => path !== '/jsonrpc').map(({ path }) => path)).toEqual([
        '/web/version',
      ])
    },
  )

  it('a version 19 can be asked over JSON-RPC too, and answers the same', async () => {
    await using bench = await open(19)
    const old = bench.again({ api: 'jsonrpc' })
    const asks = [{ item: itemId('DESK-60'), sku: 'DESK-60', warehouses: null }]
    expect(await old.stock?.(asks)).toEqual(await bench.erp.stock?.(asks))
    expect(await old.items?.byId(['1', '2'])).toEqual(await bench.erp.items?.byId(['1', '2']))
    const ref = await old.order?.create(orderInput(), 'ord-1')
    expect(await bench.erp.order?.find?.('ord-1')).toMatchObject({ ref: { id: ref?.id }, done: true })
  })

  it('the versions of Odoo Online, which write saas~17, are understood', async () => {
    await using bench = await open(17, {}, telling(['saas~17', 4, 0, 'final', 0, 'e'], 'saas~17.4+e'))
    expect(await bench.erp.check()).toMatchObject({ version: 'saas~17.4+e' })
  })

  it('a version that is too old is NOT_SUPPORTED', async () => {
    await using bench = await open(17, {}, telling([16, 0, 0, 'final', 0, ''], '16.0'))
    expect(await refusal(() => bench.erp.check())).toMatchObject({ code: 'NOT_SUPPORTED', retryable: false })
  })

  it.each([
    [19, 'AUTHENTICATION_FAILED', 'Invalid apikey'],
    [17, 'AUTHENTICATION_FAILED', 'authenticate answered false'],
  ] as const)('a wrong secret in version %s is %s', async (version, code, said) => {
    await using bench = await open(version, { secret: 'wrong-wrong-wrong' })
    expect(await refusal(() => bench.erp.check())).toMatchObject({ code, said })
  })

  it('a password that is changed after the sign-in is told as refused credentials', async () => {
    await using bench = await open(17)
    await bench.erp.check()
    bench.server.faults('odoo', [{ do: 'error', name: 'wrongKey', match: 'stock.quant' }])
    const ask = { item: '1', sku: 'x', warehouses: null }
    const error = await refusal(async () => bench.erp.stock?.([ask]))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', said: 'Access Denied' })
  })

  it.each([17, 19] as const)('an unknown database in version %s is told by its field', async (version) => {
    await using bench = await open(version, { database: 'nodb' })
    expect(await refusal(() => bench.erp.check())).toMatchObject({ code: 'VALIDATION', field: 'database' })
  })

  it.each([17, 19] as const)(
    'a plan in version %s never shows the secret, not in the body either',
    async (version) => {
      await using bench = await open(version)
      const plan = JSON.stringify(await bench.erp.order?.plan(orderInput(), 'ord-1'))
      expect(plan).not.toContain(String(bench.sandbox.config('')['secret']))
      expect(plan).toContain('•••')
    },
  )

  it('an id in a plan is a hole although a text of the user looks like one', async () => {
    await using bench = await open()
    const plan = (await bench.erp.order?.plan(orderInput({ purchaseOrderNumber: '{{1.id}}' }), 'ord-1')) ?? []
    expect(plan[0]?.body).toContain('"client_order_ref":"{{1.id}}"')
    expect(plan[1]?.body).toContain('"ids":[{{1.id}}]')
  })

  it('text that looks like a pattern of the database is looked for as it stands', async () => {
    await using bench = await open()
    await native(bench, 'product.product', 'create', [{ name: '100%_\\ Wolle', default_code: 'WOOL' }])
    const found = async (search: string) =>
      (await bench.erp.items?.list({ first: 5, after: null, search }))?.rows
    expect(await found('%_\\')).toMatchObject([{ sku: 'WOOL' }])
    expect(await found('DESK_60')).toEqual([])
    expect(await found('desk-60')).toMatchObject([{ sku: 'DESK-60' }])
  })

  it('works in the company that the operator named', async () => {
    await using bench = await open(19, { company: 1 })
    await bench.erp.check()
    expect(bench.calls.at(-1)?.body).toContain('"allowed_company_ids":[1]')
  })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { sandbox, tenant } from '../../subgraphs/aforo/sandbox.ts'
import type { Read } from '../../subgraphs/connector.ts'
import { listAll } from '../contract/kinds.ts'
import { values } from '../contract/outcome.ts'
import { errorOf, stage } from './open.ts'

const { server, open, connect } = stage()

function part<T>(read: Read<T> | undefined): Read<T> {
  if (!read) throw new Error('There is nothing to read.')
  return read
}

describe('lists of Aforo', () => {
  it('are the same in all three envelopes, although the service cuts down the size without a word', async () => {
    const lists = await Promise.all(
      (['wrapped', 'page', 'bare'] as const).map(async (envelope) => {
        const { erp, name } = open({}, tenant({ invoices: envelope, customers: envelope }))
        const customers = await listAll(part(erp.customers), 100)
        return { customers, invoices: await listAll(part(erp.invoices), 100), calls: server.calls(name) }
      }),
    )
    expect(lists.map(({ customers, invoices }) => [customers.length, invoices.length])).toEqual(
      Array.from({ length: 3 }, () => [60, 30]),
    )
    expect(lists[1]?.customers).toEqual(lists[0]?.customers)
    expect(lists[2]?.invoices).toEqual(lists[0]?.invoices)
    // 60 customers come as 40 and 20; only a bare list needs one more look to be known as ended.
    expect(lists.map(({ calls }) => calls.length)).toEqual([3, 3, 5])
  })

  it('lose no row and repeat none while rows come in at the front, page by page', async () => {
    const { erp, name } = open()
    const before = (await listAll(part(erp.customers), 100)).map(({ id }) => id)
    const seen: string[] = []
    for (let after: string | null = null, page = 0; page < 20; page += 1) {
      const { rows, next } = await part(erp.customers).list({ first: 9, after })
      seen.push(...rows.map(({ id }) => id))
      for (const at of [1, 2, 3, 4, 5])
        server
          .sandbox(name)
          .act({ do: 'addCustomer', name: `Neu ${page}`, email: `neu${page}.${at}@kunde.example` })
      if (next === null) break
      after = next
    }
    expect(seen).toEqual(before)
  })

  it('repeat no row that moves to the next page while one question reads both', async () => {
    const { erp } = open({}, (demo, url) => {
      const moving = sandbox(demo, url)
      const handle = moving.handle.bind(moving)
      moving.handle = (request) => {
        const answer = handle(request)
        moving.act({ do: 'addCustomer', name: 'Neu', email: 'neu@kunde.example' })
        return answer
      }
      return moving
    })
    const { rows } = await part(erp.customers).list({ first: 100, after: null })
    expect(rows).toHaveLength(60)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(60)
  })

  it('end when the service has but one page and gives it under every number', async () => {
    let calls = 0
    const one = createServer((_request, response) => {
      calls += 1
      response.end('[{"id":"c1","name":"Harbour Works Ltd"}]')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => one.once('listening', resolve))
    const url = `http://127.0.0.1:${(one.address() as AddressInfo).port}`
    const rows = await listAll(part(connect({ url, customerUrl: url }).customers), 100)
    expect(rows.map(({ id }) => id)).toEqual(['c1'])
    expect(calls).toBe(2)
    one.closeAllConnections()
    one.close()
  })

  it('refuse a cursor whose row is gone instead of leaving rows out', async () => {
    const { erp } = open()
    const error = await errorOf(part(erp.invoices).list({ first: 5, after: '0 inv_999' }))
    expect(error.code).toBe('CURSOR_EXPIRED')
  })

  it('are searched by number, name and e-mail, page by page, because Aforo has no filter', async () => {
    const { erp, name } = open()
    const find = async (read: Read<{ id: string }> | undefined, search: string) =>
      (await listAll(part(read), 1, search)).length
    expect(await find(erp.customers, 'EINKAUF7@')).toBe(1)
    expect(await find(erp.customers, 'müller')).toBe(6)
    expect(await find(erp.invoices, 'inv-2026-0003')).toBe(1)
    expect(await find(erp.invoices, 'nobody')).toBe(0)
    expect(server.calls(name).every(({ path }) => !path.includes('search'))).toBe(true)
  })
})

describe('reads by id of Aforo', () => {
  it('ask once for each distinct id and answer in the order asked, null for what nobody knows', async () => {
    const { erp, name } = open()
    const rows = values(await part(erp.invoices).byId(['inv_02', 'inv_99', 'inv_01', 'inv_02']))
    expect(rows.map((row) => row?.id ?? null)).toEqual(['inv_02', null, 'inv_01', 'inv_02'])
    expect(server.calls(name).map(({ path }) => path.split('/').at(-1))).toEqual([
      'inv_02',
      'inv_99',
      'inv_01',
    ])
  })

  it('give decimals of 18 digits, negative lines and amounts that no rounded price leads to, exactly', async () => {
    const { erp } = open()
    const [first, , third] = values(await part(erp.invoices).byId(['inv_01', 'inv_02', 'inv_03']))
    const eur = (amount: string) => ({ amount, currency: 'EUR' })
    expect(first?.lines?.[1]).toMatchObject({ quantity: '1250000', net: eur('500') })
    expect(first?.lines?.[1]?.unitPrice?.amount).toBe('0.000400000000000001')
    expect(first?.lines?.[2]?.net?.amount).toMatch(/^-/)
    expect(third?.lines?.[3]).toMatchObject({
      quantity: '3',
      unitPrice: eur('0.333333333333333333'),
      net: eur('1'),
    })
  })

  it('carry the key and the tenant to the service that owns the record', async () => {
    const { erp, name } = open()
    await erp.check()
    expect(
      server
        .calls(name)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(['/billing/api/v1/invoices', '/customer/api/v1/customers'])
    for (const more of [{ key: 'sk_live_0123456789' }, { key: 'afo_revoked' }]) {
      expect((await errorOf(open(more).erp.check())).code).toBe('AUTHENTICATION_FAILED')
    }
    expect((await errorOf(open({ tenant: 'ten_other' }).erp.check())).code).toBe('NOT_FOUND')
    expect(await part(open({ tenant: 'ten_other' }).erp.invoices).byId(['inv_01'])).toEqual([null])
  })
})

describe('refusals of Aforo', () => {
  it('are told with its own words, the field, the wait and the id that its support asks for', async () => {
    const { erp, name } = open()
    const meet = async (error: string, list: 'invoices' | 'customers') => {
      server.faults(name, [{ do: 'error', name: error, times: 0 }])
      return errorOf(
        list === 'invoices' ? part(erp.invoices).byId(['inv_01']) : part(erp.customers).byId(['x']),
      )
    }
    expect(await meet('required', 'invoices')).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'customer_id',
      said: '1 field is invalid; customer_id is required; 4f0d77aa',
    })
    expect(await meet('invalid', 'customers')).toMatchObject({ code: 'VALIDATION', field: 'size' })
    expect(await meet('limited', 'invoices')).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 12_000 })
    expect((await meet('broken', 'invoices')).said).toContain('4f0d77aa')
  })

  it('that tell the wait in the body alone keep it', async () => {
    const { erp, name } = open()
    server.faults(name, [{ do: 'error', name: 'limitedInBody', times: 0 }])
    const error = await errorOf(part(erp.customers).byId(['x']))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 12_000 })
  })
})

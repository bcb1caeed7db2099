import { afterEach, describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { Tokens } from '../../subgraphs/erpnext/sandbox/access.ts'
import { erpnext } from '../../subgraphs/erpnext/index.ts'
import { sandbox } from '../../subgraphs/erpnext/sandbox.ts'
import { demo } from '../../subgraphs/demo.ts'
import type { Change } from '../../subgraphs/connector.ts'
import { type Line, memoryVault, open, part, post, refusal } from './line.ts'

let line: Line
afterEach(() => line.close())

const OAUTH = { apiKey: undefined, apiSecret: undefined, clientId: Tokens.CLIENT }

describe('signing in', () => {
  it('fifty questions at once with an ended token cause one renewal, and all are answered', async () => {
    const vault = memoryVault({
      refreshToken: Tokens.REFRESH,
      accessToken: 'old',
      expiresAt: '9999999999999',
    })
    line = await open(OAUTH, demo(7), vault)
    const asks = Array.from({ length: 50 }, () =>
      part(line.erp.stock)([{ item: 'DESK-60', sku: 'DESK-60', warehouses: null }]),
    )
    const answers = await Promise.all(asks)
    expect(answers.flat().every((answer) => answer !== null && !(answer instanceof Error))).toBe(true)
    expect(line.calls().filter((call) => call.includes('get_token'))).toHaveLength(1)
    expect(JSON.stringify(line.exchanges)).not.toContain(Tokens.REFRESH)
    expect(await vault.read()).toMatchObject({ accessToken: 'access-1', refreshToken: Tokens.REFRESH })
  })

  it('without a sign-in, or with one that ended, a person has to sign in again', async () => {
    line = await open(OAUTH)
    expect((await refusal(line.erp.check())).code).toBe('NEEDS_AUTH')
    await line.close()
    line = await open({ ...OAUTH, refreshToken: 'revoked' })
    expect((await refusal(line.erp.check())).code).toBe('NEEDS_AUTH')
    const keyed = { url: 'https://erp.example/', apiKey: 'k', apiSecret: 's' }
    expect(erpnext.signIn?.(erpnext.config.parse(keyed))).toBeNull()
    expect(
      erpnext.signIn?.(erpnext.config.parse({ url: 'https://erp.example/', clientId: 'c' })),
    ).toMatchObject({
      tokenUrl: 'https://erp.example/api/method/frappe.integrations.oauth2.get_token',
    })
  })

  it('a wrong key is refused credentials, and several companies ask for one to be named', async () => {
    line = await open({ apiSecret: 'wrong' })
    expect((await refusal(line.erp.check())).code).toBe('AUTHENTICATION_FAILED')
    await line.close()
    line = await open({ company: 'Nobody Ltd' })
    expect(await refusal(line.erp.check())).toMatchObject({ code: 'VALIDATION', field: 'company' })
  })
})

describe('refusals of ERPNext', () => {
  const native = sandbox(demo(1), () => 'http://127.0.0.1').errors
  for (const [name, { on, match, code }] of Object.entries(native)) {
    it(`"${name}" becomes ${code}, in the ERP's words without markup or traceback`, async () => {
      line = await open()
      const work: Record<string, () => Promise<unknown>> = {
        stock: () => part(line.erp.stock)([{ item: 'DESK-60', sku: 'DESK-60', warehouses: null }]),
        items: () => part(line.erp.items).list({ first: 1, after: null }),
        pushOrder: () =>
          part(line.erp.order).create(
            { customer: 'Acme GmbH', lines: [{ item: null, sku: 'DESK-60', quantity: '1' }] },
            'ref',
          ),
        upsertCustomer: () => part(line.erp.customer).create({ name: 'X' }, 'ref'),
      }
      line.server.faults('erpnext', [{ do: 'error', name, match, times: 0 }])
      const error = await refusal(part(work[on])())
      expect(error).toBeInstanceOf(ErpError)
      expect(error.code).toBe(code)
      expect(`${error.message}${error.said}`).not.toMatch(/<strong>|<a |Traceback|\\"/)
    })
  }
})

async function drain(since: string | null): Promise<{ changes: Change[]; cursor: string }> {
  const changes: Change[] = []
  let cursor = since ?? ''
  for await (const page of part(line.erp.changes)('item', since)) {
    changes.push(...page.changes)
    cursor = page.cursor
  }
  return { changes, cursor }
}

describe('what changed', () => {
  it('a row that commits late with an early time stamp is still told', async () => {
    line = await open()
    await post(line, '/api/resource/Item', { item_code: 'EARLY', item_group: 'Products', stock_uom: 'Nos' })
    const late = await post(line, '/api/resource/Item', {
      item_code: 'LATE',
      item_group: 'Products',
      stock_uom: 'Nos',
    })
    const first = await drain(null)
    expect(first.changes.at(-1)?.id).toBe('LATE')
    expect(late.modified).toBeTruthy()
    const second = await drain(first.cursor)
    expect(second.changes.map(({ id }) => id)).toEqual(expect.arrayContaining(['EARLY', 'LATE']))
    expect(second.changes.length).toBeLessThan(first.changes.length)
  })

  it('a deleted item leaves a tombstone, told once its page comes', async () => {
    line = await open()
    const { cursor } = await drain(null)
    line.server.sandbox('erpnext').act({ do: 'deleteItem', sku: 'DESK-60' })
    const { changes } = await drain(cursor)
    expect(changes.find(({ id }) => id === 'DESK-60')).toMatchObject({ deleted: true, kind: 'item' })
  })

  it('a webhook is verified over its raw bytes, umlauts escaped as Python does', async () => {
    line = await open({ timeZone: 'Europe/Berlin' })
    const hook = part(line.erp.hook)
    const change: Change = { kind: 'customer', id: 'Müller & Söhne GmbH', deleted: false, at: null }
    const raw = part(line.server.sandbox('erpnext').hook)(change, 'geheim')
    expect(raw.body.toString()).toContain('M\\u00fcller & S\\u00f6hne GmbH')
    expect(hook.verify(raw, 'geheim')).toBe(true)
    expect(
      hook.verify({ ...raw, body: Buffer.from(JSON.stringify(JSON.parse(raw.body.toString()))) }, 'geheim'),
    ).toBe(false)
    expect(hook.verify({ ...raw, headers: {} }, 'geheim')).toBe(false)
    expect(hook.read(raw)).toMatchObject([{ kind: 'customer', id: 'Müller & Söhne GmbH', deleted: false }])
  })
})

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { datev } from '../../subgraphs/datev/index.ts'
import { errorOf, invoiceOf, stage } from './open.ts'

const { open, server } = stage()
const ONLINE = { connectUrl: undefined, revenue: [{ account: '8400', taxPercent: '19' }] }
const tokens = (calls: { path: string }[]) => calls.filter(({ path }) => path === '/token').length

describe('access', () => {
  it('is a sign-in with PKCE whose token checks the company', async () => {
    const office = open()
    const config = datev.config.parse(server.sandbox(office.url.split('/').at(-1) ?? '').config(office.url))
    const signIn = datev.signIn?.(config)
    const verifier = 'v'.repeat(64)
    const url = new URL(signIn?.authorizeUrl ?? '')
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: signIn?.clientId ?? '',
      redirect_uri: 'http://127.0.0.1:9/cb',
      scope: signIn?.scopes.join(' ') ?? '',
      state: 's'.repeat(24),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString()
    const answer = await fetch(url, { redirect: 'manual' })
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const exchange = (code_verifier: string) =>
      fetch(signIn?.tokenUrl ?? '', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${signIn?.clientId}:${signIn?.clientSecret}`)}` },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: 'http://127.0.0.1:9/cb',
          code_verifier,
        }),
      })
    const made = (await (await exchange(verifier)).json()) as Record<string, string>
    expect((await exchange(verifier)).status).toBe(400)
    await office.vault.renew(() => Promise.resolve({ refreshToken: made.refresh_token ?? '' }))
    expect(await office.erp.check()).toEqual({
      name: 'Nordlicht Handel GmbH',
      version: null,
      currency: 'EUR',
    })
  })

  it('keeps each new refresh token, as the one before it dies at its use', async () => {
    const office = open()
    await office.erp.check()
    const first = (await office.vault.read())?.refreshToken ?? ''
    office.expire()
    await office.erp.check()
    expect((await office.vault.read())?.refreshToken).not.toBe(first)
    await office.vault.renew(() => Promise.resolve({ refreshToken: first }))
    expect((await errorOf(office.reopen().erp.check())).code).toBe('NEEDS_AUTH')
  })

  it('is renewed once for fifty questions at once that meet an expired token', async () => {
    const office = open()
    await office.erp.invoice?.find?.('none')
    office.expire()
    office.calls.length = 0
    const found = await Promise.all(Array.from({ length: 50 }, () => office.erp.invoice?.find?.('none')))
    expect(found).toEqual(found.map(() => null))
    expect(tokens(office.calls)).toBe(1)
  })

  it('asks a person to sign in where nobody has', async () => {
    expect((await errorOf(open({ refreshToken: undefined }).erp.check())).code).toBe('NEEDS_AUTH')
  })

  it('says so where the company is another, or DATEVconnect refuses', async () => {
    expect(await errorOf(open({ client: 1 }).erp.check())).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      field: 'client',
    })
    expect((await errorOf(open({ client: 2 }).erp.customers?.byId(['10001']))).code).toBe('NOT_FOUND')
    expect((await errorOf(open({ connectPassword: 'wrong' }).erp.check())).code).toBe('AUTHENTICATION_FAILED')
    expect((await errorOf(open({ fiscalYearId: '19990101' }).erp.check())).code).toBe('NOT_FOUND')
  })

  it('to a company without the right is refused at the upload too, in the words of DATEV', async () => {
    const error = await errorOf(open({ client: 2, ...ONLINE }).erp.invoice?.create(invoiceOf(), 'ord_1'))
    expect(error).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      said: expect.stringContaining('no permission'),
    })
  })
})

describe('DATEVconnect without an app at DATEV', () => {
  const ALONE = { clientId: undefined, refreshToken: undefined, revenue: [], paymentAccount: undefined }

  it('is read without any sign-in at DATEV, and nothing can be written', async () => {
    const office = open(ALONE)
    expect(await office.erp.check()).toMatchObject({ name: 'Nordlicht Handel GmbH' })
    expect(await office.erp.credit?.(['10004'])).toMatchObject([{ limit: { amount: '8000' } }])
    expect([office.erp.customer, office.erp.invoice, office.erp.payment]).toEqual([
      ...[undefined, undefined, undefined],
    ])
    expect(office.calls.every(({ path }) => path.startsWith('/connect/'))).toBe(true)
    const values = server.sandbox(office.url.split('/').at(-1) ?? '').config(office.url)
    expect(datev.signIn?.(datev.config.parse({ ...values, ...ALONE }))).toBe(null)
    expect(
      datev.config.safeParse({ ...values, ...ALONE, connectUrl: undefined }).error?.issues,
    ).toMatchObject([{ path: ['clientId'] }])
  })
})

describe('the configuration', () => {
  it('refuses to start without revenue accounts, with accounts of another length, and with half of DATEVconnect', () => {
    const values = server.sandbox(open().url.split('/').at(-1) ?? '').config('http://127.0.0.1:9/x')
    const paths = (more: object) =>
      datev.config.safeParse({ ...values, ...more }).error?.issues.map(({ path }) => path.join('.')) ?? []
    expect(paths({})).toEqual([])
    expect(paths({ revenue: [] })).toEqual(['revenue'])
    expect(paths({ revenue: undefined })).toEqual(['revenue'])
    expect(paths({ accountLength: 5 })).toContain('revenue.0.account')
    // 12000 is the account of a customer where general ledger accounts have 4 digits.
    expect(paths({ paymentAccount: '12000' })).toEqual(['paymentAccount'])
    expect(paths({ paymentAccounts: { paypal: '13610' } })).toEqual(['paymentAccounts.paypal'])
    expect(paths({ connectUrl: undefined })).toContain('connectUrl')
    expect(paths({ connectPassword: undefined })).toEqual(['connectPassword'])
    expect(paths({ firstDebtor: '70000' })).toEqual(['firstDebtor'])
  })
})

describe('reads', () => {
  it('of 60 debtors or of all invoices cost one call, and a few debtors one each, equal ones once', async () => {
    const office = open()
    await office.erp.check()
    const ids = Array.from({ length: 60 }, (_, at) => String(10001 + at))
    const count = async (work: () => Promise<unknown> | undefined) => {
      office.calls.length = 0
      await work()
      return office.calls.length
    }
    expect(await count(() => office.erp.customers?.byId(ids))).toBe(1)
    expect(await count(() => office.erp.credit?.(ids))).toBe(1)
    expect(await count(() => office.erp.invoices?.byId(['RE-2026-0002', 'RE-2026-0003']))).toBe(1)
    expect(await count(() => office.erp.customers?.byId(['10002', '10001', '10002', '99999', 'x']))).toBe(2)
  })

  it('are of the fiscal year that began last, whatever the ids of the years say', async () => {
    const { erp, calls } = open({ fiscalYearId: undefined })
    expect(await erp.customers?.byId(['10004'])).toMatchObject([{ id: '10004' }])
    expect(calls.at(-1)?.path).toContain('/fiscal-years/20260101/')
  })

  it('of invoices take no posting text for the name of a customer, and find by it all the same', async () => {
    const { erp } = open()
    await erp.invoice?.create(invoiceOf({ note: 'Sonderposten' }), 'ord_TEXT')
    const [row] = (await erp.invoices?.list({ first: 5, after: null, search: 'sonderpost' }))?.rows ?? []
    expect(row).toMatchObject({ id: 'RE-7', customer: '10001' })
    expect(row?.customerName ?? null).toBe(null)
  })

  it('show accounts as they stand in files, a balance, a dunning level and what is paid', async () => {
    const { erp } = open()
    const rows = (await erp.invoices?.list({ first: 50, after: null }))?.rows ?? []
    const paid = rows.find(({ id }) => id === 'RE-2026-0003')
    expect(paid).toMatchObject({
      state: 'PAID',
      payment: 'PAID',
      balance: { amount: '0' },
      customer: '10003',
    })
    expect(rows.some(({ payment }) => payment === 'UNPAID')).toBe(true)
    expect(rows.some(({ payment }) => payment === 'PARTIAL' || payment === 'OVERDUE')).toBe(true)
    const [customer] = (await erp.customers?.byId(['10004'])) ?? []
    expect(customer).toMatchObject({ id: '10004', number: '10004', country: 'FR' })
    const [credit] = (await erp.credit?.(['10004'])) ?? []
    expect(credit).toMatchObject({ limit: { amount: '8000', currency: 'EUR' }, onHold: null })
  })
})

import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../subgraphs/connector.ts'
import { values } from '../contract/outcome.ts'
import { errorOf, operate, stage } from './open.ts'

const { server, open } = stage()
const SECRET = 'whsec-for-tests'
const BODY = Buffer.from('{"invoice_id":"inv_01","number":"INV-2026-0001","total":"119.00"}')
const HEX = '7062df1aac9fdc31f0d9bb2a6ade5d062c427e35d563d6de09b86f78eeee0bb8'

function hookOf(more: Record<string, unknown> = {}): Hook {
  const { hook } = open(more).erp
  if (!hook) throw new Error('There is no hook.')
  return hook
}

function raw(body: Buffer | string, signature?: string) {
  return { headers: { 'x-aforo-signature': signature }, body: Buffer.from(body), query: {} }
}

describe('a webhook of Aforo', () => {
  it('passes with and without the prefix, in either letter case, and in Base64', () => {
    const { verify } = hookOf()
    const base64 = Buffer.from(HEX, 'hex').toString('base64')
    for (const signature of [HEX, `sha256=${HEX}`, HEX.toUpperCase(), `SHA256=${HEX.toUpperCase()}`, base64])
      expect(verify(raw(BODY, signature), SECRET), signature).toBe(true)
  })

  it('is refused when it is unsigned, cut, lengthened, changed, written anew or under an empty secret', () => {
    const { verify } = hookOf()
    for (const signature of [undefined, '', 'sha256=', HEX.slice(2), `${HEX}00`, HEX.replace(/.$/, 'g')])
      expect(verify(raw(BODY, signature), SECRET)).toBe(false)
    expect(verify(raw(BODY, HEX), `${SECRET}x`)).toBe(false)
    const anew = JSON.stringify(JSON.parse(BODY.toString()), null, 1)
    expect(verify(raw(anew, HEX), SECRET)).toBe(false)
    expect(verify(raw(BODY, createHmac('sha256', '').update(BODY).digest('hex')), '')).toBe(false)
  })

  it('names the invoice where the payload template puts it, and nothing for the test at connecting', async () => {
    const told = async (body: string, more = {}) => (await hookOf(more).read(raw(body))).map(({ id }) => id)
    expect(await told(BODY.toString())).toEqual(['inv_01'])
    expect(await told('{"id":"inv_02"}')).toEqual(['inv_02'])
    expect(await told('{"invoice_id":12345678901234567890}')).toEqual(['12345678901234567890'])
    expect(await told('{"invoice_id":"inv_01","id":"x"}')).toEqual(['inv_01'])
    expect(await told('{"doc":{"no":"inv_03"}}', { invoiceIdPaths: ['$.doc.no'] })).toEqual(['inv_03'])
    for (const body of ['{}', '[]', '"ping"', '{"invoice_id":""}']) expect(await told(body)).toEqual([])
    const { read } = hookOf()
    const broken = Promise.resolve().then(() => read(raw('<ping/>')))
    expect((await errorOf(broken)).code).toBe('VALIDATION')
  })
})

describe('the sandbox of Aforo', () => {
  it('makes drafts final in a bill run that fails once on the way, and only then sends them, signed', async () => {
    const got: { signature: string; body: Buffer }[] = []
    let refuse = 1
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        got.push({ signature: String(request.headers['x-aforo-signature']), body: Buffer.concat(chunks) })
        response.writeHead(refuse-- > 0 ? 500 : 200).end()
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => receiver.once('listening', resolve))
    const { erp, name, url } = open()
    const target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`
    server.hooks(name).replace({ targets: [{ url: target, secret: SECRET }], retryMs: 1 })

    const draft = values((await erp.invoices?.byId(['inv_04'])) ?? [])[0]
    expect(draft).toMatchObject({ state: 'DRAFT', number: null, issuedOn: null })
    const runs = `${url}/billing/api/v1/bill-runs`
    const period = { billingPeriodStart: '2026-10-01T00:00:00Z', billingPeriodEnd: '2026-10-31T23:59:59Z' }
    const scope = { targetScope: 'ALL', environment: 'TEST', autoFinalize: true }
    expect((await operate('POST', runs, scope)).status).toBe(422)
    const { data } = (await operate('POST', runs, { ...period, ...scope })).body as { data: { id: string } }
    const run = `${runs}/${data.id}`
    expect((await operate('POST', `${run}/execute`)).status).toBe(202)
    expect((await operate('POST', `${run}/execute`)).status).toBe(409)
    const looks = [await operate('GET', run), await operate('GET', run), await operate('GET', run)]
    expect(looks.map(({ status }) => status)).toEqual([500, 200, 200])
    expect(looks[2]?.body.data).toMatchObject({ status: 'COMPLETED', invoicesGenerated: 4 })
    await server.hooks(name).idle()

    const told = await Promise.all(
      got.map(async ({ signature, body }) => {
        expect(erp.hook?.verify(raw(body, signature), SECRET)).toBe(true)
        return (await erp.hook?.read(raw(body)))?.[0]?.id
      }),
    )
    // The first delivery was refused and came again.
    expect(told.toSorted()).toEqual(['inv_04', 'inv_04', 'inv_11', 'inv_18', 'inv_25'])
    expect(new Set(got.map(({ signature }) => signature.startsWith('sha256=')))).toEqual(
      new Set([true, false]),
    )
    const [final] = values((await erp.invoices?.byId(['inv_04'])) ?? [])
    expect(final).toMatchObject({ state: 'OPEN', number: 'INV-2026-0004' })
    receiver.closeAllConnections()
    receiver.close()
  })

  it('makes an invoice PAID by a credit note over the whole amount, in both spellings', async () => {
    const { erp, url } = open()
    const [open1] = values((await erp.invoices?.byId(['inv_01'])) ?? [])
    const notes = `${url}/billing/api/v1/credit-notes`
    const amount = Number(open1?.balance?.amount)
    for (const body of [
      { invoiceId: 'inv_01', amount: 1, reason: 'PRORATION' },
      { invoice_id: 'inv_01', amount_usd: amount - 1, reason: 'PRORATION' },
    ]) {
      const { data } = (await operate('POST', notes, body)).body as { data: { id: string } }
      expect((await operate('POST', `${notes}/${data.id}/apply`)).status).toBe(409)
      for (const verb of ['issue', 'apply'])
        expect((await operate('POST', `${notes}/${data.id}/${verb}`)).status).toBe(200)
    }
    const [paid] = values((await erp.invoices?.byId(['inv_01'])) ?? [])
    expect(paid).toMatchObject({ state: 'PAID', balance: { amount: '0' } })
  })

  it('checks keys, tenant, names, repeats and open invoices as the vendor does', async () => {
    const { url } = open()
    const people = `${url}/customer/api/v1/customers`
    const body = {
      name: 'Harbour_Works (Ltd.)',
      email: 'h@w.example',
      plan: 'BUSINESS',
      defaultCurrency: 'EUR',
    }
    expect(await operate('GET', people, undefined, { 'x-tenant-id': '' })).toMatchObject({
      status: 400,
      type: 'application/problem+json',
    })
    expect((await operate('POST', people, { ...body, name: 'Müller' })).body.errors).toEqual([
      { field: 'name', message: 'contains characters that are not allowed' },
    ])
    const key = { 'idempotency-key': 'k1' }
    const made = await operate('POST', people, body, key)
    expect(made.status).toBe(201)
    expect(await operate('POST', people, body, key)).toEqual(made)
    expect((await operate('POST', people, { ...body, plan: 'STANDARD' }, key)).status).toBe(409)
    const { id } = made.body.data as { id: string }
    expect((await operate('DELETE', `${people}/${id}`)).status).toBe(200)
    const first = '3f0c9a52-6d0e-4b7e-9a10-000000000001'
    expect((await operate('DELETE', `${people}/${first}`)).status).toBe(409)
  })
})

import { describe, expect, it } from 'vitest'
import { sandbox as factory } from '../../subgraphs/sageintacct/sandbox.ts'
import { Client } from '../../subgraphs/sageintacct/client.ts'
import { sageintacct } from '../../subgraphs/sageintacct/index.ts'
import { Outbound } from '../../subgraphs/http.ts'
import { memoryVault } from '../contract/tap.ts'
import { type Company, DEMO, order, refusal, stage, values } from './open.ts'

const { open, server } = stage()

function count({ calls }: Company, part: string): number {
  return calls.filter(({ path, body }) => `${path} ${body}`.includes(part)).length
}

async function contactsOf({ name, url }: Company): Promise<string[]> {
  const config = sageintacct.config.parse(server.sandbox(name).config(url))
  const allowHosts = [`127.0.0.1:${server.port}`]
  const way = new Outbound({
    connection: name,
    limits: sageintacct.limits,
    vault: memoryVault(),
    allowHosts,
    secrets: [],
  })
  const client = new Client(config, way)
  const rows = await client.all({ object: 'company-config/contact', fields: ['id'] })
  await way.close()
  return rows.map(({ id }) => String(id))
}

describe('the gateway of Sage Intacct', () => {
  it('writes the contact of a new address and the order in one transaction of one request', async () => {
    const company = open()
    await company.erp.order?.create(order(), 'ord_1')
    const [write, ...more] = company.wire.filter(({ request }) =>
      request.body?.includes('create_sotransaction'),
    )
    expect(more).toEqual([])
    expect(write?.request.body).toContain('<operation transaction="true">')
    expect(write?.request.body).toContain('<uniqueid>true</uniqueid>')
    expect(write?.request.body).toContain('<function controlid="ord_1-contact"><create><CONTACT>')
    await company.erp.order?.create(order(), 'ord_2')
    const second = company.wire.findLast(({ request }) => request.body?.includes('create_sotransaction'))
    expect(second?.request.body).not.toContain('CONTACT>')
  })

  it('leaves no contact behind when the order of the transaction is refused', async () => {
    const company = open({ paymentTerm: 'Net 99' })
    company.sandbox.act({ do: 'addCustomer', name: 'Neu', email: 'neu@b.example' })
    const customer = company.sandbox.ledger().customers.find(({ name }) => name === 'Neu')?.id ?? ''
    const before = await contactsOf(company)
    const wrong = order({ customer })
    const error = await refusal(async () => company.erp.order?.create(wrong, 'ord_1'))
    expect(error).toMatchObject({ code: 'VALIDATION', retryable: false })
    expect(error.said).toContain('Term Net 99 is not valid')
    expect(error.said).not.toContain('Support ID')
    // A second error, which says nothing, comes with the first.
    expect(error.said).toContain('Could not create the record.')
    expect(await contactsOf(company)).toEqual(before)
    expect(company.sandbox.ledger().orders.some(({ ref }) => ref === 'ord_1')).toBe(false)
  })

  it('lets two orders to one new address stand, with one contact', async () => {
    const company = open()
    const before = (await contactsOf(company)).length
    await Promise.all(['ord_1', 'ord_2'].map((ref) => company.erp.order?.create(order(), ref)))
    expect(company.sandbox.ledger().orders.filter(({ ref }) => ref?.startsWith('ord_'))).toHaveLength(2)
    expect(await contactsOf(company)).toHaveLength(before + 1)
  })

  it('never does the same twice: a second create gives the order of the first', async () => {
    const company = open()
    const first = await company.erp.order?.create(order(), 'ord_1')
    const second = await company.erp.order?.create(order(), 'ord_1')
    expect(second).toEqual(first)
    expect(company.sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toHaveLength(1)
  })

  it('finds the order after its answer was cut off behind the commit, and creates no second one', async () => {
    const company = open()
    server.faults(company.name, [{ do: 'resetAfter', match: '<create_sotransaction>' }])
    expect((await refusal(async () => company.erp.order?.create(order(), 'ord_1'))).code).toBe('UNAVAILABLE')
    const found = await company.erp.order?.find?.('ord_1')
    expect(found).toMatchObject({ done: true, ref: { number: expect.stringMatching(/^SO\d+$/) } })
    expect(count(company, '<create_sotransaction>')).toBe(1)
  })

  it('orders in another unit of the group, by the name that the operator gave it', async () => {
    const line = { item: 'DESK-160', sku: 'DESK-160', quantity: '2', unit: 'CT' }
    const lines = [{ ...line, unitPrice: { amount: '2400', currency: 'EUR' } }]
    const { erp } = open({ units: { Carton: 'CT' } })
    const ref = await erp.order!.create(order({ lines }), 'ord_1')
    const [row] = values(await erp.orders!.byId([ref.id]))
    expect(row?.lines).toMatchObject([
      { quantity: '2', unit: 'CT', unitPrice: { amount: '2400' }, net: { amount: '4800' } },
    ])
    const unmapped = await refusal(async () => open().erp.order!.create(order({ lines }), 'ord_1'))
    expect([unmapped.code, unmapped.field]).toEqual(['MAPPING_MISSING', 'lines[0].unit'])
    const weighed = [{ ...lines[0]!, item: 'SCREW-60', sku: 'SCREW-60' }]
    const foreign = await refusal(async () => erp.order!.create(order({ lines: weighed }), 'ord_2'))
    expect([foreign.code, foreign.said]).toEqual(['VALIDATION', expect.stringContaining('not in the group')])
  })

  it('looks for an order of unknown outcome only when the server has cut every call off', () => {
    expect(open().erp.order?.maxPushMs).toBeGreaterThanOrEqual(15 * 60_000)
  })

  it('submits a draft, deletes one that is cancelled, and closes what was submitted', async () => {
    const company = open()
    const { erp, sandbox } = company
    const ref = await erp.order?.create(order(), 'ord_1')
    sandbox.act({ do: 'setOrderStatus', id: ref?.id ?? '', status: 'draft' })
    const draft = await erp.order?.find?.('ord_1')
    expect(draft).toMatchObject({ step: 1, done: false })
    if (draft) await erp.order?.resume?.(draft.ref, draft.step, order())
    expect(await erp.order?.find?.('ord_1')).toMatchObject({ step: 2, done: true })
    if (ref) await erp.order?.undo?.(ref)
    if (ref) await erp.order?.undo?.(ref)
    expect(sandbox.ledger().orders.find((one) => one.ref === 'ord_1')?.state).toBe('cancelled')
    const other = await erp.order?.create(order(), 'ord_2')
    sandbox.act({ do: 'setOrderStatus', id: other?.id ?? '', status: 'draft' })
    if (other) await erp.order?.undo?.(other)
    expect(await erp.order?.find?.('ord_2')).toBe(null)
    const third = await erp.order?.create(order(), 'ord_3')
    expect(third?.number).not.toBe(other?.number)
  })

  it('refuses to cancel an order of which something was delivered', async () => {
    const { erp, sandbox } = open()
    const sold = (await erp.orders?.list({ first: 50, after: null }))?.rows.find(
      ({ state }) => state === 'FULFILLED',
    )
    const error = await refusal(async () => erp.order?.undo?.({ id: sold?.id ?? '' }))
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: false })
    expect(sandbox.ledger().orders.find(({ id }) => id === sold?.id)?.state).toBe('booked')
  })

  it('opens one session for many, at the endpoint that came with it, and renews it once when it ends', async () => {
    const company = open()
    const { erp, sandbox } = company
    const ids = (await erp.payments?.list({ first: 3, after: null }))?.rows.map(({ id }) => id) ?? []
    expect(ids).toHaveLength(3)
    expect(count(company, '<getAPISession')).toBe(1)
    expect(count(company, '/eu1/ia/xml/xmlgw.phtml')).toBe(2)
    sandbox.act({ do: 'expireTokens' })
    company.calls.length = 0
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => values(await erp.payments?.byId(ids))),
    )
    expect(all.every((rows) => rows.every((row) => row !== null))).toBe(true)
    expect(count(company, '<getAPISession')).toBe(1)
    expect(count(company, '/oauth2/token')).toBe(1)
  })

  it('sends neither the session nor the password of the sender into a log or a plan', async () => {
    const company = open()
    await company.erp.order?.create(order(), 'ord_1')
    const plan = JSON.stringify(await company.erp.order?.plan(order(), 'ord_2'))
    const bodies = company.wire.map(({ request }) => request.body ?? '').join()
    const sessions = [...bodies.matchAll(/<sessionid>(fAkE[^<]+)</g)].map(([, id]) => id ?? '')
    expect(new Set(sessions).size).toBe(2)
    expect(bodies).toContain('demo-intacct-sender-password')
    for (const secret of [...sessions, 'demo-intacct-sender-password', 'eyJ0eXAi']) {
      expect(JSON.stringify(company.exchanges)).not.toContain(secret)
      expect(plan).not.toContain(secret)
    }
    expect(JSON.stringify(company.exchanges)).toContain('create_sotransaction')
  })

  it('takes no session to a strange house', async () => {
    const company = open()
    server.mount(
      company.name,
      (demo, url) => {
        const whole = factory(demo, url)
        const handle: typeof whole.handle = async (request) => {
          const answer = await whole.handle(request)
          const body =
            typeof answer.body === 'string'
              ? answer.body.replace(/<endpoint>.*<\/endpoint>/, EVIL)
              : answer.body
          return { ...answer, body }
        }
        return { ...whole, handle }
      },
      DEMO,
    )
    const error = await refusal(async () => company.erp.payments?.list({ first: 3, after: null }))
    expect(error).toMatchObject({ code: 'BAD_ANSWER', field: 'endpoint' })
  })

  it('reads payments with what they settle, by the numbers of invoices', async () => {
    const { erp } = open()
    const { rows } = (await erp.payments?.list({ first: 100, after: null })) ?? { rows: [] }
    const invoices = (await erp.invoices?.list({ first: 100, after: null }))?.rows ?? []
    expect(rows.length).toBeGreaterThan(2)
    for (const { amount, allocations, paidOn } of rows) {
      const [part] = allocations ?? []
      expect(invoices.map(({ id }) => id)).toContain(part?.invoice)
      expect(part?.amount).toEqual(amount)
      expect(paidOn).toBe('2026-11-18')
    }
    const [first] = rows
    const found = await erp.payments?.list({ first: 5, after: null, search: first?.number ?? '' })
    expect(found?.rows.map(({ number }) => number)).toEqual([first?.number])
    expect((await erp.payments?.list({ first: 5, after: null, search: 'EFT%' }))?.rows).toEqual([])
  })

  it('keeps an address of three lines, and its letters, in the contact of the order', async () => {
    const company = open()
    const place = { ...order().shipTo, lines: ['Tor 3', 'Rampe', 'Hof B'] }
    const ref = await company.erp.order?.create(order({ shipTo: place }), 'ord_1')
    const [row] = values(await company.erp.orders?.byId([ref?.id ?? '']))
    expect(row).toMatchObject({
      note: 'Bitte läuten 🔔 & warten',
      purchaseOrderNumber: 'PO-8841',
      reference: 'ord_1',
    })
    expect(row?.shipTo).toMatchObject({
      name: 'Möbelhaus <Süd>',
      lines: ['Tor 3', 'Rampe, Hof B'],
      country: 'DE',
    })
  })
})

const EVIL = '<endpoint>https://evil.example/ia/xml/xmlgw.phtml</endpoint>'

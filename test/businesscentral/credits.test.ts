import { expect, it } from 'vitest'
import type { Change } from '../../subgraphs/connector.ts'
import { type Stand, orderFor, using } from './stand.ts'

async function memosOf({ erp }: Stand) {
  const first = await erp.invoices?.list({ first: 500, after: null })
  const rest = await erp.invoices?.list({ first: 500, after: first?.next ?? '' })
  return { invoices: first?.rows ?? [], memos: rest?.rows ?? [], next: rest?.next }
}

async function drain({ erp }: Stand, since: string | null) {
  const told: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.('invoice', since) ?? []) {
    told.push(...page.changes)
    cursor = page.cursor
  }
  return { ids: told.map(({ id }) => id), cursor }
}

it('reads credit memos as invoices of type credit note, and owns up to not knowing what is left of them', () =>
  using(async (stand) => {
    const { erp } = stand
    const { invoices, memos, next } = await memosOf(stand)
    expect(next).toBe(null)
    expect(invoices.every(({ type }) => type === 'INVOICE')).toBe(true)
    for (const memo of memos)
      expect(memo).toMatchObject({ type: 'CREDIT_NOTE', balance: null, dueOn: null, orders: null })
    const states = memos.map(({ state, payment }) => [state, payment])
    expect(states).toEqual([
      ['PAID', 'PAID'],
      ['OPEN', 'UNKNOWN'],
      ['DRAFT', 'UNPAID'],
    ])
    const [, open] = memos
    expect(open?.lines?.[0]).toMatchObject({ sku: expect.stringMatching(/\w/) as string, quantity: '1' })
    expect(Number(open?.total?.amount)).toBeGreaterThan(0)
    const found = await erp.invoices?.byId([open?.id ?? '', invoices[0]?.id ?? '', '0'.repeat(8)])
    expect(found).toEqual([open, invoices[0], null])
  }))

it('finds a credit memo by its number and by the name of its customer, beside the invoices', () =>
  using(async (stand) => {
    const { erp } = stand
    const [memo] = (await memosOf(stand)).memos
    const byNumber = await erp.invoices?.list({ first: 5, after: '1:', search: memo?.number })
    expect(byNumber?.rows.map(({ id }) => id)).toEqual([memo?.id])
    const byCustomer = await erp.invoices?.list({ first: 50, after: '1:', search: memo?.customerName })
    expect(byCustomer?.rows.map(({ id }) => id)).toContain(memo?.id)
    expect(byCustomer?.rows.every(({ customer }) => customer === memo?.customer)).toBe(true)
  }))

it('tells the corrective credit memo of an invoice that was canceled, and counts neither of the two', () =>
  using(async (stand) => {
    const { erp, sandbox } = stand
    const ref = await erp.order!.create(await orderFor(stand), 'ord_CREDIT1')
    sandbox.act({ do: 'setOrderStatus', id: ref.id, status: 'POSTED_IN_HALVES' })
    const { cursor } = await drain(stand, null)
    sandbox.act({ do: 'setOrderStatus', id: ref.id, status: 'INVOICE_CANCELED' })
    const { ids } = await drain(stand, cursor)
    const rows = await erp.invoices?.byId(ids)
    const said = rows?.map((row) => row && 'type' in row && [row.type, row.state, row.payment])
    expect(said).toEqual([
      ['INVOICE', 'VOID', 'REVERSED'],
      ['CREDIT_NOTE', 'CREDITED', 'REVERSED'],
    ])
  }))

it('takes webhooks of credit memos for those of invoices', () =>
  using(async (stand) => {
    const { erp, sandbox } = stand
    const [memo] = (await memosOf(stand)).memos
    const change = { kind: 'invoice', id: memo?.id ?? '', deleted: false, at: null } as const
    const sent = sandbox.hook?.(change, 'whsec_1')
    expect(sent?.body.toString()).toContain(`/salesCreditMemos(${memo?.id})`)
    expect(sent && (await erp.hook?.read(sent))).toMatchObject([{ kind: 'invoice', id: memo?.id }])
  }))

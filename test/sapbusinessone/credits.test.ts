import { expect, it } from 'vitest'
import type { Change, Invoice } from '../../subgraphs/connector.ts'
import { stage } from './stand.ts'

const { open } = stage()

it('reads credit notes as invoices of type credit note, under ids that no invoice has', async () => {
  const { erp } = open()
  const first = await erp.invoices?.list({ first: 500, after: null })
  const rest = await erp.invoices?.list({ first: 500, after: first?.next ?? '' })
  expect(first?.rows.every(({ type }) => type === 'INVOICE')).toBe(true)
  expect(rest?.next).toBe(null)
  const [used, left]: Invoice[] = rest?.rows ?? []
  expect(used).toMatchObject({
    type: 'CREDIT_NOTE',
    state: 'PAID',
    payment: 'PAID',
    balance: { amount: '0' },
  })
  expect(left).toMatchObject({
    type: 'CREDIT_NOTE',
    state: 'OPEN',
    payment: 'UNPAID',
    dueOn: null,
    orders: null,
  })
  expect(left?.balance).toEqual(left?.total)
  const natives = first?.rows.map(({ id }) => id) ?? []
  const [key = ''] = /\d+$/.exec(left?.id ?? '') ?? []
  expect(natives).toContain(key)
  const found = await erp.invoices?.byId([left?.id ?? '', key, 'creditnote:999', 'creditnote:'])
  expect(found).toEqual([left, first?.rows.find(({ id }) => id === key), null, null])
})

it('finds a credit note by its number and by its customer, beside the invoices', async () => {
  const { erp } = open()
  const rest = await erp.invoices?.list({ first: 500, after: '1:' })
  const [note] = rest?.rows ?? []
  const byNumber = await erp.invoices?.list({ first: 5, after: '1:', search: note?.number })
  expect(byNumber?.rows.map(({ id }) => id)).toEqual([note?.id])
  const byCustomer = await erp.invoices?.list({ first: 500, after: '1:', search: note?.customer })
  expect(byCustomer?.rows.map(({ id }) => id)).toContain(note?.id)
  expect(byCustomer?.rows.every(({ customer }) => customer === note?.customer)).toBe(true)
})

it('tells changes and webhooks of credit notes as those of invoices, and goes on behind both', async () => {
  const { erp, raw, sandbox } = open()
  const drain = async (since: string | null) => {
    const told: Change[] = []
    let cursor = since
    for await (const page of erp.changes?.('invoice', since) ?? []) {
      told.push(...page.changes)
      cursor = page.cursor
    }
    return { ids: told.map(({ id }) => id), cursor }
  }
  const { ids, cursor } = await drain(null)
  expect(ids.filter((id) => id.startsWith('creditnote:'))).toEqual(['creditnote:1', 'creditnote:2'])
  expect((await raw('PATCH', 'CreditNotes(2)', { Comments: 'Kratzer' })).status).toBe(204)
  expect((await drain(cursor)).ids).toEqual(['creditnote:2'])
  const change = { kind: 'invoice', id: 'creditnote:2', deleted: false, at: null } as const
  const sent = sandbox.hook?.(change, 'whsec_1')
  expect(sent?.body.toString()).toContain('"sap.b1.CreditNotes.Updated.v1","subject":"2"')
  expect(sent && (await erp.hook?.read(sent))).toMatchObject([{ kind: 'invoice', id: 'creditnote:2' }])
})

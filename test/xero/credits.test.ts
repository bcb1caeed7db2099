import Big from 'big.js'
import { expect, it } from 'vitest'
import type { Change, Invoice } from '../../subgraphs/connector.ts'
import { type Opened, stage, value } from './open.ts'

const open = stage()

it('lists credit notes to customers behind the invoices, reads them by id, and leaves those of suppliers out', async () => {
  const { erp } = open()
  const all: Invoice[] = []
  let after: string | null = null
  do {
    const page: { rows: Invoice[]; next: string | null } | undefined = await erp.invoices?.list({
      first: 7,
      after,
    })
    all.push(...(page?.rows ?? []))
    after = page?.next ?? null
  } while (after !== null)
  const notes = all.filter(({ type }) => type === 'CREDIT_NOTE')
  expect(notes.map(({ number }) => number).toSorted()).toEqual(['CN-0001', 'CN-0002'])
  expect(all.slice(-2)).toEqual(notes)
  const [used, left] = notes.toSorted((a, b) => (a.number ?? '').localeCompare(b.number ?? ''))
  expect(used).toMatchObject({ state: 'PAID', payment: 'PAID', balance: { amount: '0' }, dueOn: null })
  expect(left).toMatchObject({ state: 'OPEN', payment: 'UNPAID', balance: left?.total })
  expect(Number(left?.total?.amount)).toBeGreaterThan(0)
  const ids = [left?.id ?? '', all[0]?.id ?? '', 'nobody']
  const rows = await erp.invoices?.byId(ids)
  expect(rows).toEqual([left, all[0], null])
})

it('tells changes of credit notes as changes of invoices, and goes on behind both', async () => {
  const { erp } = open()
  const drain = async (since: string | null): Promise<[Change[], string | null]> => {
    let cursor = since
    const told: Change[] = []
    for await (const page of erp.changes?.('invoice', since) ?? []) {
      told.push(...page.changes)
      cursor = page.cursor
    }
    return [told, cursor]
  }
  const [told, cursor] = await drain(null)
  const rows = (await erp.invoices?.byId(told.map(({ id }) => id))) ?? []
  expect(rows.filter((row) => row && 'type' in row && row.type === 'CREDIT_NOTE')).toHaveLength(2)
  const [again] = await drain(cursor)
  expect(told.map(({ id }) => id)).toEqual(expect.arrayContaining(again.map(({ id }) => id)))
  await expect(drain('joined:nonsense')).rejects.toMatchObject({ code: 'VALIDATION' })
})

/** Takes off invoices what a credit note has left. */
function allocate({ raw }: Opened, note: string, parts: [string, string][]) {
  const Allocations = parts.map(([InvoiceID, Amount]) => ({
    Invoice: { InvoiceID },
    Amount: Number(Amount),
    Date: '2026-11-20',
  }))
  return raw('PUT', `CreditNotes/${note}/Allocations`, { Allocations })
}

async function openPapers({ erp, raw }: Opened) {
  const { rows } = (await erp.invoices?.list({ first: 100, after: null })) ?? { rows: [] }
  const all = (await raw('GET', 'CreditNotes?page=1')).json() as { CreditNotes: Record<string, string>[] }
  const note = all.CreditNotes.find((row) => row.CreditNoteNumber === 'CN-0002')
  const invoices = rows.filter(({ balance, state }) => state !== 'DRAFT' && Number(balance?.amount) > 200)
  return { note: note?.CreditNoteID ?? '', invoices: invoices.map(({ id }) => id) }
}

it('shows what a credit note took off an invoice as less to pay, and not as paid', async () => {
  const opened = open()
  const { erp, raw } = opened
  const { note, invoices } = await openPapers(opened)
  const read = async (id: string) => value((await erp.invoices?.byId([id]))?.[0])
  const [before, noteBefore] = [await read(invoices[0] ?? ''), await read(note)]
  const answer = await allocate(opened, note, [[before.id, '100.50']])
  expect(answer.json()).toMatchObject({ Allocations: [{ Invoice: { InvoiceID: before.id } }] })
  const less = (amount: string | undefined) => new Big(amount ?? 0).minus('100.5').toFixed()
  expect((await read(before.id)).balance?.amount).toBe(less(before.balance?.amount))
  expect((await read(note)).balance?.amount).toBe(less(noteBefore.balance?.amount))
  const whole = (await raw('GET', `Invoices/${before.id}`)).text
  expect(whole).toContain('"AmountPaid":10.00')
  expect(whole).toContain('"AmountCredited":100.50')
  const rest = less(before.balance?.amount)
  expect((await allocate(opened, note, [[before.id, `${Number(rest) + 0.01}`]])).status).toBe(400)
})

it('takes off all invoices of a request or none, and nothing beyond what is due or left', async () => {
  const opened = open()
  const { erp } = opened
  const { note, invoices } = await openPapers(opened)
  const [one = '', other = ''] = invoices
  const balances = async () =>
    (await erp.invoices?.byId([note, one, other]))?.map((row) => value(row).balance?.amount)
  const before = await balances()
  for (const parts of [
    [
      [one, '10'],
      [other, '99999999'],
    ],
    [
      [one, '10'],
      ['nobody', '10'],
    ],
    [[one, '0']],
  ] as [string, string][][]) {
    const refused = await allocate(opened, note, parts)
    expect(refused.json()).toMatchObject({ Type: 'ValidationException' })
  }
  expect(await balances()).toEqual(before)
})

it('gets webhooks of credit notes under their own name, and reads them as those of invoices alone', async () => {
  const opened = open()
  const { erp, sandbox } = opened
  const { note, invoices } = await openPapers(opened)
  const told: Change[] = []
  sandbox.watch?.((change) => told.push(change))
  await allocate(opened, note, [[invoices[0] ?? '', '10']])
  expect(told.map(({ id }) => id)).toEqual([invoices[0], note])
  const raw = sandbox.hook?.(told[1] ?? { kind: 'invoice', id: note, deleted: false, at: null }, 'key')
  expect(JSON.parse(raw?.body.toString() ?? '')).toMatchObject({
    events: [{ eventCategory: 'CREDITNOTE', data: { Type: 'ACCRECCREDIT', Status: 'AUTHORISED' } }],
  })
  expect(raw && (await erp.hook?.read(raw))).toMatchObject([{ kind: 'invoice', id: note }])
})

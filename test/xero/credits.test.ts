import { expect, it } from 'vitest'
import type { Change, Invoice } from '../../subgraphs/connector.ts'
import { stage } from './open.ts'

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

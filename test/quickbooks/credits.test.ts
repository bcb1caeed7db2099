import { expect, it } from 'vitest'
import type { Change, Invoice } from '../../subgraphs/connector.ts'
import { using } from './stand.ts'

it('reads credit memos as invoices of type credit note, under ids that no invoice has', () =>
  using(async ({ erp }) => {
    const first = await erp.invoices?.list({ first: 500, after: null })
    const rest = await erp.invoices?.list({ first: 500, after: first?.next ?? '' })
    expect(first?.rows.every(({ type }) => type === 'INVOICE')).toBe(true)
    const memos: Invoice[] = rest?.rows ?? []
    expect(memos).toHaveLength(2)
    const end = await erp.invoices?.list({ first: 500, after: rest?.next ?? '' })
    expect(end).toEqual({ rows: [], next: null })
    const [used, left] = memos
    expect(used).toMatchObject({ type: 'CREDIT_NOTE', state: 'PAID', dueOn: null, balance: { amount: '0' } })
    expect(left).toMatchObject({ type: 'CREDIT_NOTE', state: 'OPEN', payment: 'UNPAID', orders: null })
    expect(left?.balance).toEqual(left?.total)
    expect(left?.lines?.[0]?.sku).toMatch(/\w/)
    const native = left?.id.replace('creditmemo-', '') ?? ''
    const found = await erp.invoices?.byId([left?.id ?? '', first?.rows[0]?.id ?? '', native, 'creditmemo-0'])
    expect(found).toEqual([left, first?.rows[0], null, null])
    const searched = await erp.invoices?.list({ first: 5, after: '1:', search: left?.number })
    expect(searched?.rows.map(({ id }) => id)).toEqual([left?.id])
  }))

it('tells changes and webhooks of credit memos as those of invoices, and goes on behind both', () =>
  using(async ({ erp, company }) => {
    const told: Change[] = []
    let cursor: string | null = null
    for await (const page of erp.changes?.('invoice', null) ?? []) {
      told.push(...page.changes)
      cursor = page.cursor
    }
    const memo = told.find(({ id }) => id.startsWith('creditmemo-'))
    const row = company.books.table('CreditMemo').get(memo?.id.replace('creditmemo-', '') ?? '')
    company.books.touch('CreditMemo', row ?? {})
    const later: string[] = []
    for await (const page of erp.changes?.('invoice', cursor) ?? [])
      later.push(...page.changes.map(({ id }) => id))
    expect(later).toEqual([memo?.id])
    const raw = company.hook({ kind: 'invoice', id: memo?.id ?? '', deleted: false, at: null }, 'verifier')
    expect(await erp.hook?.read(raw)).toMatchObject([{ kind: 'invoice', id: memo?.id }])
  }))

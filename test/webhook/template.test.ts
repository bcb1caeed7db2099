import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { webhook } from '../../subgraphs/webhook/index.ts'
import { Template } from '../../subgraphs/webhook/template.ts'
import { refusal } from '../contract/outcome.ts'
import { ORDER, stage } from './open.ts'

const { server, open } = stage()

const INVOICE = {
  id: 'inv_01',
  number: 'INV-2026-0001',
  issueDate: '2026-11-20',
  at: '2026-11-20T09:15:02.123Z',
  total: '123456789012.345678',
  customer: { externalId: 'A-17' },
  note: null,
  lines: [
    { sku: 'API-CALLS', quantity: '100000', unitPrice: '0.001' },
    { sku: 'SEATS', quantity: '3', unitPrice: '20.00' },
  ],
}

async function filled(template: unknown): Promise<string> {
  return JSON.stringify(await new Template(template).fill(INVOICE, { event: 'invoice.upsert' }))
}

function whyNot(template: unknown): string {
  try {
    new Template(template)
  } catch (error) {
    if (error instanceof ErpError && error.code === 'VALIDATION') return error.message
    throw error
  }
  return 'taken'
}

describe('a template of paths', () => {
  it('makes the body that an endpoint wants, and keeps every digit of its numbers', async () => {
    const line = { Article: '@.sku', Qty: { $number: '@.quantity' }, Price: { $number: '@.unitPrice' } }
    const template = {
      invoice_id: '$.id',
      DocNo: '$.number',
      Debtor: '$.customer.externalId',
      Total: { $number: '$.total' },
      Rows: { $each: '$.lines[*]', $item: line },
    }
    expect(await filled(template)).toBe(
      '{"invoice_id":"inv_01","DocNo":"INV-2026-0001","Debtor":"A-17","Total":123456789012.345678,' +
        '"Rows":[{"Article":"API-CALLS","Qty":100000,"Price":0.001},{"Article":"SEATS","Qty":3,"Price":20.00}]}',
    )
  })

  it('knows literals, defaults, dates and positions', async () => {
    for (const [template, body] of [
      [
        { a: { $const: '$.id' }, b: 'plain $.id' },
        { a: '$.id', b: 'plain $.id' },
      ],
      [{ $default: ['$.missing', { $default: ['$.note', 'none'] }] }, 'none'],
      [{ $date: ['$.issueDate', 'DD.MM.YYYY'] }, '20.11.2026'],
      [{ $date: ['$.at', 'YYYYMMDD hh:mm:ss'] }, '20261120 09:15:02'],
      [
        ['$.lines[0].sku', "$['lines'][-1]['sku']", '$.lines[7].sku', '$.lines[-3]'],
        ['API-CALLS', 'SEATS', null, null],
      ],
      [{ $each: '$.lines[*].sku', $item: '@' }, ['API-CALLS', 'SEATS']],
      [
        ['$.__proto__', '$.constructor.name', '$.lines.length', "$['*']"],
        [null, null, null, null],
      ],
      [{ $number: '$.note' }, null],
      [
        [1, true, null, 'x'],
        [1, true, null, 'x'],
      ],
    ] as const)
      expect(JSON.parse(await filled(template)), JSON.stringify(template)).toEqual(body)
  })

  it('is refused with what is wrong in it, before anything is sent', async () => {
    let deep: unknown = '$.id'
    for (let level = 0; level < 40; level += 1) deep = [deep]
    expect(whyNot(deep)).toContain('32 levels')
    for (const path of ['$..id', '$.lines[?(@.sku)]', '$.lines[0:2]', '$.a.', '$.length()', '$.a b'])
      expect(whyNot({ x: path })).toContain('cannot be read at letter')
    expect(whyNot({ $script: 'x' })).toContain('$script is not known')
    expect(whyNot({ $number: '$.a', more: 1 })).toContain('not alone')
    expect(whyNot({ $each: '$.lines[*]' })).not.toBe('taken')
    for (const wrong of [{ x: '$.lines[*].sku' }, { $number: '$.id' }, { $date: ['$.id', 'YYYY'] }])
      expect((await refusal(() => filled(wrong))).code).toBe('VALIDATION')
  })

  it('never reads a text of a customer as a path', async () => {
    const endpoint = open({ templates: { 'order.upsert': { text: '$.note', id: '$.id' } } })
    const [plan] = (await endpoint.erp.order?.plan({ ...ORDER, note: '$.id' }, 'ord_1')) ?? []
    expect(plan?.body).toBe('{"text":"$.id","id":"ord_1"}')
  })
})

describe('a template of JSONata', () => {
  it('makes the body, with exact decimals and the event', async () => {
    const text =
      '{ "kind": $event, "sum": $decimal(total), "rows": [lines.{ "sku": sku, "net": $decMul(quantity, unitPrice) }] }'
    expect(await filled(text)).toBe(
      '{"kind":"invoice.upsert","sum":123456789012.345678,' +
        '"rows":[{"sku":"API-CALLS","net":"100"},{"sku":"SEATS","net":"60"}]}',
    )
  })

  it('that cannot be read, fails or gives nothing is refused', async () => {
    expect(whyNot('{ "a": ')).toContain('cannot be read')
    for (const text of ['$eval("1")', 'missing'])
      expect((await refusal(() => filled(text))).code).toBe('VALIDATION')
  })
})

describe('the templates of a connection', () => {
  it('are refused when they are saved, by the name of their event', () => {
    const values = { url: 'https://erp.example/in', secret: 'long enough' }
    for (const template of [{ x: '$..id' }, '{ "a": '])
      expect(
        webhook.config.safeParse({ ...values, templates: { 'order.upsert': template } }).error?.issues[0]
          ?.path,
      ).toEqual(['templates', 'order.upsert'])
    expect(webhook.config.safeParse({ ...values, templates: { 'order.sent': {} } }).success).toBe(false)
  })

  it('are tried on a sample of each event before the endpoint is asked', async () => {
    const wrong = open({
      templates: { 'invoice.upsert': { all: '$.lines[*].sku', two: { $number: '$.id' } } },
    })
    expect((await refusal(() => wrong.erp.check())).code).toBe('VALIDATION')
    expect(wrong.sent).toEqual([])
    const events = [
      'customer.upsert',
      'order.upsert',
      'order.cancel',
      'invoice.void',
      'payment.record',
      'ping',
    ]
    const right = open({ templates: Object.fromEntries(events.map((event) => [event, { my_id: '$.id' }])) })
    await right.erp.check()
    expect(server.calls(right.name).map(({ body }) => body)).toEqual(['{"my_id":"ping"}'])
  })

  it('translate a status where the operator has a word for it', async () => {
    const { erp } = open({ statuses: { OPEN: 'offen' } })
    const [plan] = (await erp.order?.plan(ORDER, 'ord_1')) ?? []
    expect(JSON.parse(plan?.body ?? '')).toMatchObject({ data: { status: 'offen' } })
  })
})

import { describe, expect, it } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import { State } from '../../subgraphs/netsuite/sandbox/state.ts'
import { run } from '../../subgraphs/netsuite/sandbox/suiteql/run.ts'
import { catalogue } from '../../subgraphs/netsuite/sandbox/tables.ts'
import { contains, inIds, literal } from '../../subgraphs/netsuite/sql.ts'
import { open, refused, using } from './stand.ts'

const tables = catalogue(new State(demo(7)), { longStatus: false }, () => Date.parse('2026-11-21T18:00:00Z'))
const ask = (statement: string) => run(statement, tables).rows

describe('the interpreter of the sandbox', () => {
  it('gives lower-case keys, texts for values, T and F, and leaves nulls out', () => {
    expect(
      ask(`SELECT i.ID, i.ItemId, i.isinactive, i.subtype FROM item i WHERE i.itemid = 'DESK-60'`),
    ).toEqual([{ id: '1001', itemid: 'DESK-60', isinactive: 'F' }])
  })

  it('shows bare dates in the display format, and TO_CHAR as asked', () => {
    const [row] = ask(
      `SELECT t.trandate, TO_CHAR(t.trandate, 'YYYY-MM-DD') AS day FROM transaction t WHERE t.id = 5001`,
    )
    expect(row).toEqual({ trandate: '11/1/2026', day: '2026-11-01' })
    expect(ask(`SELECT TO_CHAR(SYSDATE, 'YYYY-MM-DD"T"HH24:MI:SS') AS clock FROM dual`)).toEqual([
      { clock: '2026-11-21T10:00:00' },
    ])
  })

  it('holds sales quantities and amounts negative on the lines', () => {
    const rows = ask(
      `SELECT l.quantity, l.foreignamount FROM transactionline l WHERE l.transaction = 5001 AND l.mainline = 'F' AND l.taxline = 'F'`,
    )
    expect(rows.every(({ quantity }) => quantity?.startsWith('-'))).toBe(true)
    expect(rows.every(({ foreignamount }) => foreignamount?.startsWith('-'))).toBe(true)
  })

  it('joins, groups and sums', () => {
    const rows = ask(
      `SELECT t.entity, SUM(ABS(l.quantity) * 2) AS twice FROM transaction t JOIN transactionline l ON l.transaction = t.id WHERE t.id IN (5001, 5002) AND l.item IS NOT NULL GROUP BY t.entity ORDER BY t.entity DESC`,
    )
    expect(rows).toEqual([
      { entity: '502', twice: '8' },
      { entity: '501', twice: '4' },
    ])
    expect(ask(`SELECT d.dummy, i.id FROM dual d LEFT JOIN item i ON i.id = 0`)).toEqual([{ dummy: 'X' }])
  })

  it('knows that null is neither equal nor unequal', () => {
    const all = ask('SELECT c.id FROM customer c').length
    expect(ask('SELECT c.id FROM customer c WHERE c.externalid = NULL')).toEqual([])
    expect(ask('SELECT c.id FROM customer c WHERE NOT (c.externalid = NULL)')).toEqual([])
    expect(ask('SELECT c.id FROM customer c WHERE c.externalid IS NULL')).toHaveLength(all)
  })

  it.each([
    ['SELECT i.nope FROM item i', /Unknown identifier 'nope'/],
    ['SELECT x.id FROM item i', /Unknown identifier/],
    ['SELECT i.id FROM items i', /record 'items' was not found/],
    ['SELECT FOO(i.id) FROM item i', /unknown function FOO/],
    ['SELECT i.id FROM item i LIMIT 5', /unexpected/],
    ['DELETE FROM item', /unexpected "DELETE"/],
    ['SELECT i.id FROM item i; DROP TABLE item', /unexpected character/],
    [`SELECT i.id FROM item i WHERE i.itemid = "x"`, /unexpected character/],
    [`SELECT i.id FROM item i WHERE i.id = 'x'`, /ORA-01722/],
    [`SELECT i.id FROM item i WHERE i.id IN (${Array(1001).fill('1').join(',')})`, /ORA-01795/],
    ['SELECT i.id, SUM(i.id) FROM item i GROUP BY i.itemid', /ORA-00979/],
    ['SELECT id FROM item i JOIN customer c ON c.id = i.id', /Unknown identifier 'id'/],
    [`SELECT i.id FROM item i WHERE i.lastmodifieddate > TO_DATE('x', 'YYYY-MM-DD')`, /ORA-01861/],
  ])('refuses %s', (statement, words) => {
    expect(() => ask(statement)).toThrow(words)
  })
})

describe('text in statements', () => {
  it('is quoted: quotes are doubled, control characters never arrive', () => {
    expect(literal(`O'Brien\r\n\u0000x`)).toBe(`'O''Brien   x'`)
    expect(contains(['c.email'], ` %_'X `)).toBe(`(INSTR(LOWER(c.email), '%_''x') > 0)`)
    expect(() => inIds('i.id', ['1', '1) OR (1=1'])).toThrow(/no internal id/)
  })

  it('finds a customer whose name holds a quote, and nobody by an injection', async () => {
    await using({}, async ({ erp, sandbox }) => {
      sandbox.act({ do: 'addCustomer', name: `O'Brien & Söhne`, email: 'o@brien.example' })
      const found = await erp.customers?.list({ first: 5, after: null, search: `o'brien & SÖHNE` })
      expect(found?.rows.map(({ name }) => name)).toEqual([`O'Brien & Söhne`])
      const none = await erp.customers?.list({ first: 5, after: null, search: `') OR ('1'='1` })
      expect(none?.rows).toEqual([])
    })
  })
})

describe('the query service', () => {
  it('wants Prefer: transient, a limit of at most 1000 and an offset that fits', async () => {
    const stand = await open()
    await stand.erp.check()
    const token = stand.vault.stored?.accessToken ?? ''
    const post = async (query: string, headers: Record<string, string>, q = 'SELECT i.id FROM item i') => {
      const answer = await fetch(`${stand.url}/services/rest/query/v1/suiteql${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ q }),
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    }
    const transient = { prefer: 'transient' }
    const detail = (body: Record<string, unknown>) => (body['o:errorDetails'] as object[])[0]
    const bare = await post('', {})
    expect(bare.status).toBe(400)
    expect(detail(bare.body)).toMatchObject({ 'o:errorCode': 'INVALID_HEADER', 'o:errorHeader': 'Prefer' })
    expect((await post('?limit=1001', transient)).status).toBe(400)
    expect((await post('?limit=10&offset=5', transient)).status).toBe(400)
    expect((await post('?limit=1000&offset=100000', transient)).status).toBe(400)
    const wrong = await post('', transient, 'SELECT nope FROM item i')
    expect(wrong.status).toBe(400)
    expect(detail(wrong.body)).toMatchObject({ 'o:errorCode': 'INVALID_PARAMETER', 'o:errorQueryParam': 'q' })
    const { body } = await post('?limit=2&offset=2', transient, 'SELECT i.id FROM item i ORDER BY i.id')
    expect(body).toMatchObject({ count: 2, hasMore: true, offset: 2, totalResults: 201 })
    expect(body.items).toEqual([
      { links: [], id: '1002' },
      { links: [], id: '1003' },
    ])
    const [one, two] = [await post('?limit=5', transient), await post('?limit=5', transient)]
    expect(one.body.items).not.toEqual(two.body.items)
    await stand.close()
  })

  it('reads more than one page where there are more than 1000 rows', async () => {
    await using({}, async ({ erp, calls, sandbox }) => {
      for (let at = 0; at < 1100; at += 1)
        sandbox.act({ do: 'addItem', sku: `MASS-${at}`, name: 'x', price: '1' })
      calls.length = 0
      const ids: string[] = []
      for await (const page of erp.changes?.('item', null) ?? [])
        ids.push(...page.changes.map(({ id }) => id))
      expect(new Set(ids).size).toBe(1300)
      const items = await erp.items?.byId(ids)
      expect(items?.every((item) => item !== null)).toBe(true)
    })
  })

  it('gives 100 000 rows at most: a question with more is refused, not cut short', async () => {
    const alter = (text: string) => text.replace('"hasMore":false', '"hasMore":true')
    await using({ alter }, async ({ erp }) => {
      const error = await refused(erp.stock?.([{ item: '1001', sku: 'DESK-60', warehouses: null }]))
      expect([error.code, error.message]).toEqual(['BAD_ANSWER', expect.stringContaining('100000 rows')])
    })
  })

  it('is limited to so many requests at once, told with 429 and with 400', async () => {
    await using({ account: { concurrency: 0 } }, async ({ erp, calls }) => {
      const error = await refused(erp.items?.list({ first: 1, after: null }))
      expect([error.code, error.said]).toEqual([
        'RATE_LIMITED',
        'Concurrent request limit exceeded. Request blocked.',
      ])
      // A refused read is tried three times, because nothing ran.
      expect(calls.filter(({ status }) => status === 429)).toHaveLength(3)
    })
  })

  it('takes the status of a transaction in its short and its long form', async () => {
    for (const longStatus of [false, true]) {
      await using({ account: { longStatus } }, async ({ erp }) => {
        const page = await erp.orders?.list({ first: 5, after: null })
        expect(page?.rows.map(({ state }) => state)).toEqual([
          'OPEN',
          'FULFILLED',
          'INVOICED',
          'OPEN',
          'CANCELLED',
        ])
      })
    }
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { before, toLocal, toUtc } from '../../subgraphs/erpnext/time.ts'
import { type Line, open, part, post, refusal } from './line.ts'

const PLACE = 'Lager Süd - NHG'

describe('what ERPNext says of items, customers and stock', () => {
  let line: Line
  beforeAll(async () => (line = await open()))
  afterAll(() => line.close())
  const stock = (items: string[], warehouses: string[] | null = null) =>
    part(line.erp.stock)(items.map((item) => ({ item, sku: item, warehouses })))

  it('fifty stocks cost two calls, in the order and length of the questions, with equal ones twice', async () => {
    const { rows } = await part(line.erp.items).list({ first: 48, after: null })
    const asked = [...rows.map(({ id }) => id), 'NO SUCH', rows[0]?.id ?? '']
    await stock(asked)
    line.calls()
    const answers = await stock(asked)
    expect(line.calls()).toHaveLength(2)
    expect(answers).toHaveLength(50)
    expect(answers[48]).toBeNull()
    expect(answers[49]).toEqual(answers[0])
  })

  it('an item without a Bin row has no stock, a service has no figure, an unknown item is null', async () => {
    await post(line, '/api/resource/Item', { item_code: 'NEVER', item_group: 'Products', stock_uom: 'Nos' })
    const [never, service, unknown] = await stock(['NEVER', 'FIT-60', 'Ü"]]'])
    expect(never).toMatchObject({ available: '0', onHand: '0', unit: 'H87', levels: [] })
    expect(service).toMatchObject({ available: null, unit: 'HUR', levels: [] })
    expect(unknown).toBeNull()
  })

  it('stock below zero, as sites may allow it, arrives below zero', async () => {
    line.server.sandbox('erpnext').act({ do: 'setStock', sku: 'PUMP-60', warehouse: 'SOUTH', onHand: '-2.5' })
    const [reading] = await stock(['PUMP-60'], [PLACE])
    expect(reading).toMatchObject({
      onHand: '-2.5',
      levels: [{ warehouse: { code: PLACE, name: 'Lager Süd' } }],
    })
  })

  it('a group warehouse stands for its leaves, and a new warehouse is known at once', async () => {
    const [all] = await stock(['DESK-60'])
    const [group] = await stock(['DESK-60'], ['All Warehouses - NHG'])
    expect(group).toEqual(all)
    const [none] = await stock(['DESK-60'], ['Nowhere - NHG'])
    expect(none).toMatchObject({ available: '0', levels: [] })
  })

  it('lists are asked with their length, since ERPNext gives 20 rows when nothing is said', async () => {
    const page = await part(line.erp.items).list({ first: 75, after: null })
    expect(page.rows).toHaveLength(75)
    const ids = page.rows.map(({ id }) => id)
    expect(await part(line.erp.items).byId(ids)).toHaveLength(75)
    expect((await part(line.erp.items).byId(ids)).every(Boolean)).toBe(true)
  })

  it('a question too long for an address goes as a body, is repeatable, and answers the same', async () => {
    const { rows } = await part(line.erp.items).list({ first: 200, after: null })
    line.sent.length = 0
    const answers = await stock([
      ...rows.map(({ id }) => id),
      ...Array.from({ length: 200 }, (_, at) => `UNKNOWN ITEM ${at}`),
    ])
    const long = line.sent.filter(({ url }) => url.endsWith('frappe.client.get_list'))
    expect(long.length).toBeGreaterThan(0)
    expect(long.every(({ repeatable }) => repeatable)).toBe(true)
    expect(answers.filter((answer) => answer !== null)).toHaveLength(rows.length)
  })

  it('the database compares without case and accents, but only the exact id is answered', async () => {
    expect(await part(line.erp.items).byId(['desk-60', 'DESK-60'])).toMatchObject([null, { sku: 'DESK-60' }])
  })

  it('names with slashes, quotes, umlauts and emoji are data in addresses, filters and answers', async () => {
    for (const name of ['A/B "x" %_ ✨', "Ö'); DROP TABLE tabItem;--"]) {
      await post(line, '/api/resource/Item', {
        item_code: name,
        item_name: name,
        item_group: 'Products',
        stock_uom: 'Nos',
        standard_rate: 1.5,
      })
      const [found] = await part(line.erp.items).byId([name])
      expect(found).toMatchObject({ id: name, name, listPrice: { amount: '1.5', currency: 'EUR' } })
      expect((await part(line.erp.items).list({ first: 5, after: null, search: name })).rows).toMatchObject([
        { id: name },
      ])
    }
  })

  it('wildcards in a search are letters, umlauts are found without their dots', async () => {
    const search = async (text: string) =>
      (await part(line.erp.customers).list({ first: 10, after: null, search: text })).rows
    expect(await search('A%e')).toEqual([])
    expect(await search('Ac_e')).toEqual([])
    expect((await search('muller')).map(({ name }) => name)).toContain('Müller & Söhne GmbH')
  })

  it('paging loses no row and tells none twice while rows are inserted before and behind', async () => {
    const known = (await part(line.erp.customers).list({ first: 500, after: null })).rows.map(({ id }) => id)
    const seen: string[] = []
    for (let after: string | null = null, no = 0; ; no += 1) {
      const page: { rows: { id: string }[]; next: string | null } = await part(line.erp.customers).list({
        first: 7,
        after,
      })
      seen.push(...page.rows.map(({ id }) => id))
      await post(line, '/api/resource/Customer', {
        customer_name: `${no % 2 ? 'AAA' : 'ZZZ'} ${no}`,
        territory: 'All Territories',
      })
      after = page.next
      if (after === null || no > 60) break
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(known.filter((id) => !seen.includes(id))).toEqual([])
  })

  it('a figure that is missing is a bad answer that names the field', async () => {
    line.server.faults('erpnext', [{ do: 'html', match: '/api/resource/Bin' }])
    expect((await refusal(stock(['DESK-60']))).code).toBe('BAD_ANSWER')
  })
})

describe("the site's clock", () => {
  it('summer and winter times without a zone become UTC', () => {
    expect(toUtc('2026-11-21 03:47:46.345857', 'Europe/Berlin')).toBe('2026-11-21T02:47:46.345Z')
    expect(toUtc('2026-07-01 00:30:00', 'Europe/Berlin')).toBe('2026-06-30T22:30:00.000Z')
    expect(toUtc('2026-07-01 00:30:00.5', 'Asia/Kolkata')).toBe('2026-06-30T19:00:00.500Z')
    expect(toUtc('nonsense', 'UTC')).toBeNull()
    expect(toUtc(null, 'UTC')).toBeNull()
  })

  it('the hour that autumn repeats reads as its first pass, and a cursor in it goes back behind both', () => {
    expect(toUtc('2026-10-25 02:30:00.000000', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z')
    expect(before('2026-10-25 02:30:00.000001', 'Europe/Berlin', 60)).toBe('2026-10-25 01:29:00.000001')
    expect(before('2026-10-26 02:30:00.000001', 'Europe/Berlin', 60)).toBe('2026-10-26 02:29:00.000001')
  })

  it('the hour that spring leaves out has the nearest meaning, and the way back is the same', () => {
    expect(toUtc('2026-03-29 02:30:00', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
    expect(toLocal(Date.parse('2026-11-21T02:47:46.345Z'), 'Europe/Berlin')).toBe(
      '2026-11-21 03:47:46.345000',
    )
  })

  it('the zone is asked once, and the one that an operator sets is believed instead', async () => {
    const asked = await open()
    await part(asked.erp.items).list({ first: 1, after: null })
    await part(asked.erp.items).list({ first: 1, after: null })
    expect(asked.calls().filter((call) => call.includes('get_time_zone'))).toHaveLength(1)
    await asked.close()
    const told = await open({ timeZone: 'America/New_York' })
    const [item] = (await part(told.erp.items).list({ first: 1, after: null })).rows
    expect(item?.updatedAt).toMatch(/^2026-10-01T12:/)
    expect(told.calls().filter((call) => call.includes('get_time_zone'))).toEqual([])
    await told.close()
  })
})

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import { noteCandidates } from '../../subgraphs/hub/match/candidates.ts'
import { BROWSER, type Stand, openStand } from './open.ts'

const [ODOO, NEXT] = ['odoo:main', 'erpnext:main']
const BOTH = `select c.id, c.name, jsonb_object_agg(r.connection, r.native_id) as natives
  from external_ref r join customer c on c.id = r.hub_id where r.kind = 'customer'
  group by c.id, c.name having count(*) = 2 order by c.id limit 2`
const ORDERS = `select native_id as id, content->'lines'->0->>'sku' as sku from mirror
  where connection = ? and kind = 'order' and content->>'fulfilment' = 'FULL' order by native_id limit 1`
const BUSY = `select (select count(*) from job where state = 'WAITING' and tries = 0)::int
  + (select count(*) from operation where status in ('ACCEPTED', 'RUNNING', 'WAITING'))::int as n`

interface Delivered {
  id: string
  sku: string
}

interface Named {
  id: string
  name: string
}

interface Side {
  id: string
  name: string
  natives: Record<string, string>
}

describe.skipIf(!BROWSER)('what people decide in the dashboard', () => {
  let stand: Stand
  let sides: Side[]

  beforeAll(async () => {
    stand = await openStand([ODOO, NEXT])
    sides = await rows<Side>(em(), BOTH)
    const set = 'mutation ($rule: ConflictRuleInput!) { setConflictRule(rule: $rule) { field } }'
    await stand.house.ask(set, { rule: { field: 'phone', strategy: 'MANUAL' } })
    await directions('IN')
    // Each side hears of its own change alone, until a person has decided.
    for (const side of sides) {
      await change(side, ODOO, '+4930555011')
      await change(side, NEXT, '+4930555022')
    }
    await directions('BOTH')
  })

  afterAll(() => stand?.close())

  const em = () => stand.house.hub.db.em()
  const open = (connection: string) => {
    const found = stand.house.hub.directory.find('default', connection)
    if (!found) throw new Error(connection)
    return found
  }
  /** All that follows is done: no job and no operation is under way. */
  const quiet = () =>
    vi.waitFor(async () => expect((await rows<{ n: number }>(em(), BUSY))[0]?.n).toBe(0), {
      timeout: 25_000,
      interval: 20,
    })
  const directions = async (direction: string) => {
    const sql = `insert into sync_setting (connection, kind, tenant, direction) values (?, 'customer', 'default', ?)
      on conflict (connection, kind) do update set direction = excluded.direction`
    for (const connection of [ODOO, NEXT]) await em().execute(sql, [connection, direction])
  }
  const change = async ({ natives }: Side, connection: string, phone: string) => {
    const id = natives[connection] ?? ''
    await open(connection).erp.customer?.update?.({ id }, { phone }, null)
    await importIds(stand.house.hub, open(connection), 'customer', [id], { by: 'webhook' })
    await quiet()
  }
  const phones = async ({ natives }: Side) => {
    const read = async (connection: string) => {
      const [record] = (await open(connection).erp.customers?.byId([natives[connection] ?? ''])) ?? []
      return record && 'phone' in record ? record.phone : null
    }
    return [await read(ODOO), await read(NEXT)]
  }

  it('shows what both sides say of a field, and writes what a person decides to both', async () => {
    const page = await stand.open('conflicts')
    await page.getByText('2 to decide').waitFor()
    const [first, second] = sides
    if (!first || !second) throw new Error('No customer is known to both.')
    const card = page.getByRole('region', { name: `phone of ${first.name}` })
    expect(await card.locator('.side').nth(1).textContent()).toContain('+4930555011')
    expect(await card.locator('.side').nth(2).textContent()).toMatch(/erpnext:main.*\+4930555022/)
    await card.getByText('Neither: another value').click()
    await card.getByLabel('Value').fill('+4930555033')
    await card.getByRole('button', { name: 'Use this value' }).click()
    await page.getByText('1 to decide').waitFor()
    await page.getByRole('button', { name: `Take theirs: phone of ${second.name}` }).click()
    await page.getByText('Both sides agree on everything.').waitFor()
    await quiet()
    expect(await phones(first)).toEqual(['+4930555033', '+4930555033'])
    expect(await phones(second)).toEqual(['+4930555022', '+4930555022'])
    await page.getByLabel('also decided ones').check()
    await page.getByText('2 in all').waitFor()
    await page.close()
  })

  it('shows two customers that may be one side by side, and joins or parts them as a person says', async () => {
    const sql = `select name, id from customer where id in (select hub_id from external_ref where connection = ?)
      order by id desc limit 4`
    const [a, b, c, d] = (await rows<{ id: string; name: string }>(em(), sql, [ODOO])) as [
      Named,
      Named,
      Named,
      Named,
    ]
    const open = { tenant: 'default', connection: ODOO, native: '1' }
    const reasons = ['The names are alike.']
    await noteCandidates(em(), { ...open, customer: a.id }, [{ customer: b.id, score: 0.87, reasons }])
    await noteCandidates(em(), { ...open, customer: c.id }, [{ customer: d.id, score: 0.72, reasons }])
    const page = await stand.open('matches')
    await page.getByText('2 to decide').waitFor()
    const card = page.getByRole('region', { name: `${a.name} and ${b.name}`, exact: true })
    expect(await card.textContent()).toMatch(/87 % alike, from odoo:main.*The names are alike\./)
    expect(await card.locator('tbody tr').first().locator('td').allTextContents()).toEqual([a.name, b.name])
    await card.getByRole('button', { name: /: one customer$/ }).click()
    await page.getByText('1 to decide').waitFor()
    await page.getByRole('button', { name: /: two customers$/ }).click()
    await page.getByText('No two customers look like one.').waitFor()
    await quiet()
    const left = await rows<{ id: string }>(em(), 'select id from customer where id in (?, ?, ?, ?)', [
      a.id,
      b.id,
      c.id,
      d.id,
    ])
    expect(left.map(({ id }) => id).toSorted()).toEqual([b.id, c.id, d.id].toSorted())
    await page.getByLabel('also decided ones').check()
    await page.getByText('two customers', { exact: true }).waitFor()
    await page.close()
  })

  it('says what a rule would have changed before it is set', async () => {
    const page = await stand.open('conflicts')
    await page.locator('[name=field]').selectOption('phone')
    await page.locator('[name=rule]').selectOption('FIELD_MASTER')
    await page.locator('[name=master]').selectOption(ODOO)
    await page.getByRole('button', { name: 'What would it change?' }).click()
    await page.getByText('phone of erpnext:main: ask → keep').first().waitFor()
    expect(await page.locator('tbody').textContent()).toContain('manual')
    await page.getByRole('button', { name: 'Set the rule' }).click()
    await page.locator('tbody').getByText('field master').waitFor()
    await page.getByRole('button', { name: 'Remove the rule of phone' }).click()
    await page.locator('tbody').waitFor({ state: 'detached' })
    await page.close()
  })

  it('makes a flow, shows what it would write without writing it, and changes it', async () => {
    const page = await stand.open('flows')
    await page.getByText('No document is made of another by itself yet.').waitFor()
    await page.getByRole('link', { name: 'New flow' }).click()
    await page.locator('[name=name]').fill('Delivered becomes invoiced')
    await page.locator('[name=sourceObject]').selectOption('ORDER')
    await page.locator('[name=source]').selectOption(ODOO)
    await page.locator('[name=target]').selectOption(NEXT)
    const picture = page.getByRole('region', { name: 'Picture' })
    expect(await picture.textContent()).toMatch(
      /orderodoo:main.*totals equal within 0\.01.*invoiceerpnext:main/,
    )
    const [order] = await rows<Delivered>(em(), ORDERS, [ODOO])
    await page.locator('[name=record]').fill(order?.id ?? '')
    await page.getByRole('button', { name: 'Try it' }).click()
    const dry = page.getByRole('region', { name: 'Dry run' })
    await dry.getByText('starts the flow', { exact: true }).waitFor()
    expect(await dry.locator('ins').allTextContents()).toContain(NEXT)
    await dry.locator('.sent summary').first().click()
    expect(await dry.locator('.sent pre').first().textContent()).toContain('item_code')
    const sent = stand.house.sandboxes.calls('erpnext').filter(({ path }) => /Sales%20Invoice/.test(path))
    expect(sent.filter(({ method }) => method !== 'GET')).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    const card = page.getByRole('region', { name: 'Delivered becomes invoiced' })
    await card.getByRole('link', { name: /^Edit/ }).click()
    await page.getByLabel('Condition').fill(`id = "${order?.id}"`)
    await page.getByText('How it goes about it').click()
    await page.getByLabel('Join lines of one SKU, unit and price').check()
    await page.locator('[name=skus]').fill(`${order?.sku} = NOBODY-SELLS-THIS`)
    await page.getByRole('button', { name: 'Save' }).click()
    await card.getByText('1 SKU translated').waitFor()
    await card.getByText('equal lines joined').waitFor()
    await page.close()
  })

  it('lists the record that a flow refused, with the reason, and switches a flow off', async () => {
    const page = await stand.open('flows?refused=1')
    await page.getByText('No record was refused.').waitFor()
    const [order] = await rows<Delivered>(em(), ORDERS, [ODOO])
    await importIds(stand.house.hub, open(ODOO), 'order', [order?.id ?? ''], { by: 'import', batch: 'again' })
    const line = page.locator('.runs li')
    await line.getByText('INVALID_ITEM').waitFor()
    expect(await line.locator('.badge').first().textContent()).toBe('refused')
    await page.getByRole('button', { name: 'Switch Delivered becomes invoiced off' }).click()
    await page.getByRole('button', { name: 'Switch Delivered becomes invoiced on' }).waitFor()
    await page.close()
  })

  it('shows what rolling back a change would restore, and restores it on a second word', async () => {
    const [side] = sides
    if (!side) throw new Error('No customer is known to both.')
    const page = await stand.open('stream?object=CUSTOMER&connection=odoo%3Amain&status=DONE')
    const entry = page.locator('.stream li', { hasText: 'update customer' }).first()
    await entry.locator('summary').first().click()
    await entry.getByRole('button', { name: 'Roll back…' }).click()
    await entry.getByText('would be restored').waitFor()
    const [now, to] = [entry.locator('.rollback del').first(), entry.locator('.rollback ins').first()]
    const [was, before] = [await now.textContent(), await to.textContent()]
    await entry.getByRole('button', { name: 'Restore 1 of 1' }).click()
    // What it writes is an operation too, and now the newest.
    await page.getByText('1 restored, 0 left as they are, 0 failed.').waitFor()
    const all = await Promise.all(sides.map(phones))
    expect(all.flat()).toContain(before)
    expect(before).not.toBe(was)
    await page.close()
  })

  it('asks no other address and complains of nothing', () => {
    expect(stand.strangers).toEqual([])
    expect(stand.complaints).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BROWSER, type Stand, openStand } from './open.ts'

if (!BROWSER) process.stdout.write('The dashboard is not tried in a browser: no Chromium is installed.\n')

/** Every page, as the menu and the other pages lead there. */
const PAGES = [
  'now',
  'explore?sku=DESK-160',
  'stream',
  'orders',
  'dead',
  'conflicts',
  'matches',
  'mappings',
  'flows',
  'flows?edit=new',
  'connections',
  'connect',
  'connect?system=netsuite',
]

describe.skipIf(!BROWSER)('the dashboard in a real browser', () => {
  let stand: Stand

  beforeAll(async () => {
    stand = await openStand()
  })

  afterAll(() => stand?.close())

  it('connects a system by its form, and says what the test found when the secret is wrong', async () => {
    const page = await stand.open('connections')
    await page.getByRole('link', { name: 'Connect a system' }).click()
    await page.getByRole('link', { name: /ERPNext/i }).click()
    const server = stand.house.sandboxes
    const config = server.sandbox('erpnext').config(server.url('erpnext')) as Record<string, string>
    const { url = '', apiKey = '', apiSecret = '' } = config
    const secret = page.locator('[name=apiSecret]')
    expect(await secret.getAttribute('type')).toBe('password')
    await page.fill('[name=url]', url)
    await page.fill('[name=apiKey]', apiKey)
    await secret.fill('wrong')
    await page.getByRole('button', { name: 'Test and connect' }).click()
    await page.getByRole('alert').getByText('AUTHENTICATION_FAILED').waitFor()
    await secret.fill(apiSecret)
    await page.getByRole('button', { name: 'Test and connect' }).click()
    await page.getByRole('heading', { name: 'erpnext:main is connected' }).waitFor()
    await page.getByRole('link', { name: 'All connections' }).first().click()
    const card = page.locator('.connection', { hasText: 'erpnext:main' })
    expect(await card.locator('.badge').textContent()).toBe('active')
    await card.getByRole('button', { name: 'Pause erpnext:main' }).click()
    await card.getByText('paused').waitFor()
    await page.close()
  })

  it('disconnects a system on a second word, and lets it be connected again under its name', async () => {
    const page = await stand.open('connections')
    const card = page.locator('.connection', { hasText: 'erpnext:main' })
    await card.getByRole('button', { name: 'Disconnect erpnext:main…' }).click()
    await card.getByRole('button', { name: 'Keep it' }).click()
    expect(await card.locator('.badge').textContent()).toBe('paused')
    await card.getByRole('button', { name: 'Disconnect erpnext:main…' }).click()
    await card.getByRole('button', { name: 'Disconnect erpnext:main', exact: true }).click()
    await card.getByText('disconnected').waitFor()
    await card.getByRole('link', { name: 'Connect again' }).click()
    expect(await page.inputValue('[name=id]')).toBe('erpnext:main')
    expect(await page.inputValue('[name=apiSecret]')).toBe('')
    await page.close()
  })

  it('shows a pushed order arrive, with its number, what was written, and what was sent and answered', async () => {
    const page = await stand.open('stream?connection=odoo%3Amain&object=ORDER')
    await page.getByText('Nothing has been pushed that fits the filter.').waitFor()
    await stand.push('arrives')
    const entry = page.locator('.stream li', { has: page.locator('.badge', { hasText: 'done' }) })
    await entry.locator('summary').click()
    await entry.getByRole('heading', { name: 'Written' }).waitFor()
    const numbers = stand.house.sandboxes
      .sandbox('odoo')
      .ledger()
      .orders.map(({ number }) => number)
    expect(numbers).toContain(await entry.locator('summary b').first().textContent())
    expect(await entry.locator('ins').allTextContents()).toContain('DESK-160')
    await entry.locator('.sent summary').last().click()
    expect(await entry.locator('pre').last().textContent()).toMatch(/\w/)
    await page.close()
  })

  it('goes on behind the last event after a break, so that what happened meanwhile is shown', async () => {
    const page = await stand.open('stream?status=DONE')
    const subscribed: { after: string | null }[] = []
    const breaks: (() => void)[] = []
    await page.routeWebSocket(/graphql/, (socket) => {
      const server = socket.connectToServer()
      breaks.push(() => void socket.close({ code: 4499 }))
      socket.onMessage((text) => {
        const { payload } = JSON.parse(String(text)) as { payload?: { variables?: { after: string | null } } }
        if (payload?.variables) subscribed.push(payload.variables)
        server.send(text)
      })
    })
    await page.reload()
    await expect.poll(() => subscribed.length).toBe(2)
    await stand.push('before the break')
    await page.getByText('1 event since you came.').waitFor()
    for (const cut of breaks) cut()
    await page.getByText('Reconnecting').waitFor()
    await stand.push('during the break')
    await page.getByText('2 events since you came.').waitFor()
    expect(subscribed.slice(2).every(({ after }) => after)).toBe(true)
    await page.close()
  })

  it('shows what happened between opening the page and being connected', async () => {
    const page = await stand.open('now')
    const pushed = Promise.withResolvers<void>()
    await page.routeWebSocket(/graphql/, async (socket) => {
      await pushed.promise
      socket.connectToServer()
    })
    const isRead = page.waitForResponse(async (answer) => (await answer.text()).includes('syncOperations'))
    await page.goto(`${stand.url}/?#/stream?status=DONE`)
    await isRead
    await stand.push('before it is connected', 30_000)
    pushed.resolve()
    await page.getByText('1 event since you came.').waitFor()
    expect(await page.locator('.stream .fresh').count()).toBe(1)
    await page.close()
  })

  it('says which ERP is broken and shows what the others answer', async () => {
    stand.house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0 }])
    const page = await stand.open('explore')
    await page.getByRole('combobox', { name: 'Product' }).fill('DESK-160')
    await page.getByRole('option', { name: /DESK-160/ }).waitFor()
    await page.keyboard.press('Enter')
    const card = (id: string) => page.locator(`[data-connection="${id}"]`)
    await card('odoo:main').locator('.badge', { hasText: 'unavailable' }).first().waitFor()
    expect(await card('odoo:main').locator('.value').first().textContent()).toContain('–')
    expect(await card('odoo:main').textContent()).toContain('UNAVAILABLE')
    expect(await card('weclapp:main').locator('.badge').first().textContent()).toBe('live')
    expect(await card('weclapp:main').locator('.value').first().textContent()).toMatch(/\d/)
    expect(await page.locator('.total').textContent()).toContain('1 did not answer')
    stand.house.sandboxes.faults('odoo', [])
    await page.close()
  })

  it('lists a dead letter by its cause, and sends it once when it is retried', async () => {
    stand.house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0, match: 'sale.order' }])
    const before = stand.house.sandboxes.sandbox('odoo').ledger().orders.length
    const page = await stand.open('dead')
    await page.getByText('Everything went through.').waitFor()
    await stand.push('dies first')
    const cause = page.getByRole('region', { name: 'UNAVAILABLE at odoo:main' })
    await cause.getByText('The ERP does not answer').waitFor()
    stand.house.sandboxes.faults('odoo', [])
    await cause.getByRole('button', { name: /^Retry/ }).click()
    await page.getByText('Everything went through.').waitFor()
    await page.goto(`${stand.url}/#/orders`)
    await page.locator('.rows a').first().click()
    await page.locator('.life').getByText('done', { exact: true }).waitFor()
    expect(await page.locator('.life').textContent()).toMatch(/HTTP 503.*done/)
    expect(stand.house.sandboxes.sandbox('odoo').ledger().orders.length - before).toBe(1)
    await page.close()
  })

  it('fits into 360 pixels, page by page', async () => {
    const page = await stand.open('now', 360)
    for (const path of PAGES) {
      await page.goto(`${stand.url}/#/${path}`)
      await page.locator('.card, .rows li, .stream li, .systems li, .empty').first().waitFor()
      expect(await page.evaluate<number>('document.documentElement.scrollWidth'), path).toBe(360)
    }
    await page.close()
  })

  it('is worked by keyboard alone: what can be clicked is a stop of the Tab key, and one sees where one is', async () => {
    const page = await stand.open('now')
    for (const path of PAGES.slice(1)) {
      await page.goto(`${stand.url}/#/${path}`)
      await page.locator('.card, .rows li, .stream li, .systems li, .empty').first().waitFor()
      expect(await page.evaluate<string[]>(UNREACHED), path).toEqual([])
      await page.keyboard.press('Tab')
      const seen = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')
      expect(seen, path).not.toBe('none')
    }
    await page.close()
  })

  it('asks for a key where one is needed, and keeps it in the tab alone', async () => {
    const { url, secret } = await stand.locked()
    const page = await stand.open('connections', 1280, url)
    await page.getByLabel('Key', { exact: true }).fill('a wrong one')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('The server does not take this key.').waitFor()
    await page.getByLabel('Key', { exact: true }).fill(secret)
    await page.keyboard.press('Enter')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.locator('.connection', { hasText: 'odoo:main' }).waitFor()
    expect(await page.evaluate<string>('JSON.stringify(localStorage)')).toBe('{}')
    expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).toContain(secret)
    await page.close()
  })

  it('asks no other address and complains of nothing', () => {
    expect(stand.strangers).toEqual([])
    expect(stand.complaints).toEqual([])
  })
})

/** What reacts to a click but is no stop of the Tab key. */
const UNREACHED = `[...document.querySelectorAll('#root *')]
  .filter((one) => getComputedStyle(one).cursor === 'pointer' && one.checkVisibility())
  .filter((one) => !one.closest('a[href], button, input, select, textarea, summary, label, [role=listbox]') ||
    one.closest('[tabindex="-1"]') || one.closest('a:not([href])'))
  .map((one) => one.outerHTML)`

import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Contexts } from '../../gateway/context.ts'
import { embedRoutes } from '../../gateway/embed.ts'
import { Origins } from '../../gateway/origins.ts'
import { Access } from '../../subgraphs/hub/access.ts'
import { build } from '../../web/build.ts'
import { addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { BROWSER, type Shop, openShop } from './shop.ts'

if (!BROWSER)
  process.stdout.write('The web components are not tried in a browser: no Chromium is installed.\n')

describe.skipIf(!BROWSER)('the web components in the page of a shop', () => {
  let house: TestHouse
  let shop: Shop
  let stranger: Shop
  let browser: Browser
  /** Without a key everybody may read here, as in the demo. */
  let open: string
  /** Nothing without a key. */
  let closed: string
  /** One with prices of its own by quantity, and another. */
  let customers: { id: string }[]
  let context: BrowserContext
  let page: Page
  let complaints: string[]
  let asked: { skus: string[] }[]

  beforeAll(async () => {
    const [folder] = await Promise.all([
      build('embed'),
      Promise.all([openShop(), openShop()]).then((shops) => ([shop, stranger] = shops)),
      openHouse({ only: ['odoo:main', 'weclapp:main'], connection: { ttlMs: { stock: 0 } } }).then(
        (opened) => (house = opened),
      ),
      chromium
        .launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
        .then((launched) => (browser = launched)),
    ])
    await house.poll()
    const origins = new Origins([shop.origin], { loopback: false })
    const routes: NonNullable<Parameters<TestHouse['serve']>[0]>['routes'] = (app) => {
      embedRoutes(app, folder)
      origins.routes(app)
    }
    open = (await house.serve({ routes })).url
    const contexts = new Contexts(house.hub, new Access(house.hub.db, house.hub.catalogue, false))
    closed = (await house.serve({ routes, context: (...given) => contexts.of(...given) })).url
    const { data } = await house.ask<Record<'key' | 'other', { nodes: { id: string }[] }>>(
      '{ key: customers(search: "Acme GmbH") { nodes { id } } other: customers(search: "Kranich", first: 1) { nodes { id } } }',
    )
    customers = [data.key, data.other].flatMap(({ nodes }) => nodes)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await Promise.all([shop, stranger].map((one) => one?.close()))
    await house?.close()
  })

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 800, height: 800 }, locale: 'en-GB' })
    page = await context.newPage()
    complaints = []
    asked = []
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('request', (request) => {
      if (request.method() !== 'POST') return
      const { variables } = request.postDataJSON() as { variables?: Record<string, unknown> }
      const skus = Object.values(variables ?? {}).flatMap((value) =>
        Array.isArray(value) ? (value as string[]) : [],
      )
      asked.push({ skus })
    })
  })

  afterEach(() => context.close())

  /** What an element shows, once it has the status. */
  async function shown(selector: string, status: string): Promise<string> {
    const element = page.locator(`${selector}[status=${status}]`).first()
    await element.waitFor({ state: 'attached' })
    return (await element.evaluate((one) => one.shadowRoot?.textContent ?? '')).replaceAll('\u00a0', ' ')
  }

  /** Waits until so many elements match. */
  async function counted(selector: string, count: number): Promise<void> {
    await expect.poll(() => page.locator(selector).count(), { timeout: 20_000 }).toBe(count)
  }

  it('asks for twenty elements of a page with one request, and says of each how fresh it is', async () => {
    const skus = ['DESK-160', 'CHAIR-120', 'LAMP-80', 'CABLE-100', 'SCREW-80']
    const body = skus.flatMap((sku) => [
      `<p><erp-price sku="${sku}"></erp-price> <erp-price sku="${sku}" quantity="25"></erp-price></p>`,
      `<p><erp-availability sku="${sku}"></erp-availability>
        <erp-availability sku="${sku}" connection="weclapp:main"></erp-availability></p>`,
    ])
    await page.goto(shop.put(open, body.join('')))
    await counted('[status=LIVE]', 20)
    expect(asked).toHaveLength(1)
    expect(await shown('erp-availability', 'LIVE')).toMatch(/^\d+ pcs in stock.*Live, \d\d:\d\d$/)
    expect(await shown('erp-price', 'LIVE')).toMatch(/^€250.00per piece.*Live, \d\d:\d\d$/)
    await page.reload()
    expect(await shown('erp-price', 'CACHED')).toMatch(/As of \d\d:\d\d$/)
    expect(complaints).toEqual([])
  })

  it('lets the pages of a listed origin read, and no others', async () => {
    const element = '<erp-price sku="DESK-160"></erp-price>'
    await page.goto(stranger.put(open, element))
    expect(await shown('erp-price', 'UNAVAILABLE')).toBe(
      'Price cannot be read right nowUnavailable; we keep trying',
    )
    expect(complaints.join()).toContain('CORS')
    complaints = []
    await page.goto(shop.put(open, element))
    await page.locator('[status=LIVE], [status=CACHED]').waitFor()
    expect(complaints).toEqual([])
  })

  it('says in a sentence what is wrong: article, quantity, customer, key', async () => {
    const key = await addKey(house, { scopes: ['read:price'], customer: customers[0]!.id })
    const body = `<erp-price id="article" sku="NO-SUCH"></erp-price>
      <erp-price id="quantity" sku="DESK-160" quantity="-1"></erp-price>
      <erp-price id="customer" sku="DESK-160" customer="${customers[1]!.id}"></erp-price>
      <erp-availability id="buyer" sku="DESK-160" customer="nobody"></erp-availability>
      <erp-availability id="scope" sku="DESK-160" connection="odoo:main"></erp-availability>
      <erp-price id="wrong" sku="DESK-160" api-key="no-key-of-theirs"></erp-price>`
    await page.goto(shop.put(closed, body, { key }))
    expect(await shown('#article', 'ERROR')).toBe('There is no article NO-SUCH.')
    expect(await shown('#quantity', 'ERROR')).toBe('The quantity must be a number above zero.')
    expect(await shown('#customer', 'ERROR')).toBe('This customer is not known here.')
    expect(await shown('#buyer', 'ERROR')).toBe('This customer is not known here.')
    expect(await shown('#scope', 'ERROR')).toBe('The key of this page may not read this.')
    expect(await shown('#wrong', 'ERROR')).toBe('The key of this page is not valid.')
    await page.goto(shop.put(closed, '<erp-price sku="DESK-160"></erp-price>', { lang: 'de' }))
    expect(await shown('erp-price', 'ERROR')).toBe('Diese Seite hat keinen Schlüssel für Abfragen.')
  })

  it('asks again when the quantity changes, and for nothing that it knows', async () => {
    const { id } = customers[0]!
    const body = `<erp-price sku="DESK-140" customer="${id}"></erp-price>
      <erp-availability sku="DESK-140" customer="${id}"></erp-availability>`
    await page.goto(shop.put(open, body))
    const [price, stock] = [await shown('erp-price', 'LIVE'), await shown('erp-availability', 'LIVE')]
    await page
      .locator('erp-price, erp-availability')
      .evaluateAll((all) => all.forEach((one) => one.setAttribute('quantity', '5000')))
    await page.locator('erp-price[status=LIVE]').getByText('for 5,000').waitFor()
    expect((await shown('erp-price', 'LIVE')).split('per')[0]).not.toBe(price.split('per')[0])
    const amount = /^\d+/.exec(stock)?.[0]
    expect(await shown('erp-availability', 'LIVE')).toContain(`Only ${amount} of 5,000 pcs in stock`)
    expect(asked.map(({ skus }) => skus)).toEqual([['DESK-140', 'DESK-140'], ['DESK-140']])
  })

  it('asks again when the answer has reached its age, only for what can be seen', async () => {
    await page.clock.install()
    const style = '.far { margin-top: 3000px }'
    const body = `<erp-availability sku="LAMP-60"></erp-availability>
      <div class="far"><erp-availability id="far" sku="LAMP-80"></erp-availability></div>`
    await page.goto(shop.put(open, body, { style }))
    await shown('erp-availability', 'LIVE')
    await page.clock.fastForward(25_000)
    expect(asked).toHaveLength(1)
    const again = page.waitForRequest((request) => request.method() === 'POST')
    await page.clock.fastForward(6_000)
    await again
    expect(asked.map(({ skus }) => skus)).toEqual([['LAMP-60'], ['LAMP-60']])
    await page.locator('#far').scrollIntoViewIfNeeded()
    await shown('#far', 'LIVE')
    expect(asked.at(-1)?.skus).toEqual(['LAMP-80'])
  })

  it('takes its look from custom properties, and tells screen readers and scripts', async () => {
    const style = 'body { --erp-color: rgb(1, 2, 3); --erp-good: rgb(4, 5, 6) }'
    await page.addInitScript(`window.heard = []
      for (const type of ['erp-answer', 'erp-error'])
        document.addEventListener(type, ({ detail }) => window.heard.push([type, detail]))`)
    const body = '<erp-availability sku="SHELF-60"></erp-availability><erp-price sku="NO-SUCH"></erp-price>'
    await page.goto(shop.put(open, body, { style }))
    await shown('erp-availability', 'LIVE')
    const look = await page.locator('erp-availability').evaluate((one) => {
      const part = (name: string) => one.shadowRoot!.querySelector(`[part=${name}]`)!
      const styleOf = (element: ReturnType<typeof part>) =>
        one.ownerDocument.defaultView!.getComputedStyle(element)
      return {
        color: styleOf(part('value')).color,
        mark: styleOf(part('mark')).borderTopColor,
        busy: part('box').getAttribute('aria-busy'),
      }
    })
    expect(look).toEqual({ color: 'rgb(1, 2, 3)', mark: 'rgb(4, 5, 6)', busy: 'false' })
    expect(await page.getByRole('status').allTextContents()).toEqual([
      expect.stringMatching(/^\d+\spcs in stock$/),
      'There is no article NO-SUCH.',
    ])
    const heard = await page.evaluate<unknown>('window.heard')
    expect(heard).toContainEqual([
      'erp-error',
      expect.objectContaining({ sku: 'NO-SUCH', code: 'NOT_FOUND' }),
    ])
    expect(heard).toContainEqual([
      'erp-answer',
      expect.objectContaining({ sku: 'SHELF-60', status: 'LIVE', available: expect.stringMatching(/^\d+$/) }),
    ])
  })

  it('shows itself on a page of its own, which needs no key in the demo', async () => {
    await page.setViewportSize({ width: 1000, height: 2000 })
    await page.goto(`${open}/embed/example`)
    await counted('erp-price:is([status=LIVE], [status=CACHED])', 7)
    await page.getByLabel('Language').selectOption('de')
    expect(await shown('erp-availability', 'LIVE')).toMatch(/Stück auf Lager/)
    await page.setViewportSize({ width: 360, height: 700 })
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width).toBeLessThanOrEqual(360)
    expect(complaints).toEqual([])
  })

  it('shows an old figure as outdated and an unknown one as unavailable when the ERP breaks', async () => {
    await page.clock.install()
    await page.goto(
      shop.put(open, '<erp-availability sku="PUMP-60" connection="odoo:main"></erp-availability>'),
    )
    const before = await shown('erp-availability', 'LIVE')
    house.sandboxes.faults('odoo', [{ do: 'reset', times: 0 }])
    try {
      await page.clock.fastForward(31_000)
      const after = await shown('erp-availability', 'STALE')
      expect(after).toMatch(/Outdated, as of \d\d:\d\d$/)
      expect(after.split('Outdated')[0]).toBe(before.split('Live')[0])
      await page.locator('erp-availability').evaluate((one) => one.setAttribute('sku', 'VALVE-60'))
      expect(await shown('erp-availability', 'UNAVAILABLE')).toBe(
        'Stock cannot be read right nowUnavailable; we keep trying',
      )
      const all = shop.put(open, '<erp-availability sku="VALVE-80"></erp-availability>')
      await page.goto(all)
      expect(await shown('erp-availability', 'LIVE')).toMatch(
        /^At least \d+ pcs.*1 of 2 systems does not answer/,
      )
    } finally {
      house.sandboxes.faults('odoo', [])
    }
  })
})

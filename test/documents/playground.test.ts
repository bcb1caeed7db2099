import { existsSync } from 'node:fs'
import { type Browser, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playgroundRoutes } from '../../gateway/playground.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { USER, addKey } from '../gateway/keys.ts'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const BROWSER = PATHS.find((path) => existsSync(path))
if (!BROWSER) process.stdout.write('The key field is not tried in a browser: no Chromium is installed.\n')

describe.skipIf(!BROWSER)('the playground of a house that wants a key', () => {
  let house: TestHouse
  let browser: Browser
  let page: Page
  let key = ''

  beforeAll(async () => {
    const keys: [] = []
    house = await openHouse({ only: ['odoo:main'], keys })
    await house.poll()
    key = await addKey(house, { scopes: USER })
    const { url } = await house.serve({
      routes: playgroundRoutes,
      context: (authorization, signal, id) => house.contexts.of(authorization ?? 'Bearer none', signal, id),
    })
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run']
    browser = await chromium.launch({ executablePath: BROWSER, args })
    page = await browser.newPage()
    await page.goto(`${url}/playground`)
    await page.waitForSelector('.graphiql-tab')
  })
  afterAll(async () => {
    await browser.close()
    await house.close()
  })

  it('refuses without one, and answers queries and subscriptions once it is entered', async () => {
    const answer = page.locator('.result-window')
    await page.click('.graphiql-execute-button')
    await answer.getByText('UNAUTHENTICATED').waitFor()
    await page.fill('#key', key)
    await page.click('form button')
    await page.click('.graphiql-execute-button')
    await answer.getByText('"LIVE"').waitFor()
    const acknowledged = new Promise<void>((resolve) =>
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => {
          if (String(payload).includes('connection_ack')) resolve()
        }),
      ),
    )
    await page.getByRole('tab', { name: 'Watch' }).click()
    await page.locator('.graphiql-query-editor').getByText('syncEvents').waitFor()
    await page.click('.graphiql-execute-button')
    await expect(acknowledged).resolves.toBeUndefined()
  })
})

import { existsSync } from 'node:fs'
import { type Browser, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playgroundRoutes } from '../gateway/playground.ts'
import { TABS } from '../gateway/tabs.ts'
import { type TestHouse, openHouse } from './whole.ts'

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
if (!BROWSER) process.stdout.write('The playground is not tried in a browser: no Chromium is installed.\n')

describe.skipIf(!BROWSER)('the playground in a real browser', () => {
  let house: TestHouse
  let browser: Browser
  let page: Page
  let url: string
  const complaints: string[] = []
  const strangers: string[] = []

  beforeAll(async () => {
    house = await openHouse({ only: ['odoo:main'] })
    await house.poll()
    ;({ url } = await house.serve({ routes: playgroundRoutes }))
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-sync',
      '--no-first-run',
    ]
    browser = await chromium.launch({ executablePath: BROWSER, args })
    page = await browser.newPage()
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on(
      'request',
      (request) =>
        void (
          request.url().startsWith(url) ||
          request.url().startsWith('data:') ||
          strangers.push(request.url())
        ),
    )
    await page.goto(`${url}/playground`)
    await page.waitForSelector('.graphiql-tab')
  })

  afterAll(async () => {
    await browser.close()
    await house.close()
  })

  it('opens with a tab for each use: live stock, customer price, push an order, watch it arrive', async () => {
    expect(await page.locator('.graphiql-tab-button').allTextContents()).toEqual([
      'LiveStock',
      'CustomerPrice',
      'PushOrder',
      'Watch',
    ])
    expect(TABS).toHaveLength(4)
  })

  it('shows live stock from the ERP when the first tab is run', async () => {
    await page.click('.graphiql-execute-button')
    const answer = page.locator('.result-window')
    await answer.getByText('"odoo:main"').waitFor()
    expect(await answer.textContent()).toContain('LIVE')
  })

  it('asks no other address and complains of nothing', () => {
    expect(strangers).toEqual([])
    expect(complaints).toEqual([])
  })
})

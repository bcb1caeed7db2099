import { existsSync } from 'node:fs'
import { type Browser, type Page, chromium } from 'playwright-core'
import type { FastifyInstance } from 'fastify'
import { Contexts } from '../../gateway/context.ts'
import { dashboardRoutes } from '../../gateway/dashboard.ts'
import { openDocuments } from '../../gateway/documents.ts'
import { Access } from '../../subgraphs/hub/access.ts'
import { build } from '../../web/build.ts'
import { USER, addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'

/** Where a browser is, if one is installed. */
export const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)

/** A house with its dashboard, and a browser that looks at it. */
export interface Stand {
  house: TestHouse
  url: string
  /** A new page of its own, and what it complains of or asks elsewhere. */
  open(path: string, width?: number, at?: string): Promise<Page>
  /** The same house where nobody comes in without a key, and a key. */
  locked(): Promise<{ url: string; secret: string }>
  complaints: string[]
  strangers: string[]
  /** Pushes an order of a customer, waits for its end where wanted, and gives the operation's id. */
  push(key: string, waitMs?: number): Promise<string>
  close(): Promise<void>
}

interface Pushed {
  pushOrder: { operation: { id: string } | null; problems: { message: string }[] }
}

const PUSH = `mutation Push($customer: ID!, $key: ID!, $waitMs: Int!) {
  pushOrder(idempotencyKey: $key, waitMs: $waitMs, input: {
    connection: "odoo:main", customer: $customer, lines: [{ sku: "DESK-160", quantity: "2" }]
  }) { operation { id } problems { message } }
}`

/** Unless said otherwise, Odoo and weclapp are connected; the sandbox of ERPNext stands beside them. */
export async function openStand(only = ['odoo:main', 'weclapp:main']): Promise<Stand> {
  const [folder, browser] = await Promise.all([build('dashboard'), launch()])
  const house = await openHouse({
    only,
    beside: ['erpnext:main'].filter((id) => !only.includes(id)),
    connection: { ttlMs: { stock: 0, price: 0 }, createMissingCustomers: true },
    settings: { maxAttempts: 2, backoffMs: 10 },
  })
  await house.poll()
  await house.settle()
  house.work()
  const routes = (app: FastifyInstance) => dashboardRoutes(app, folder)
  // Whatever the pages ask must be known: an operator may refuse all other texts.
  const { url } = await house.serve({ routes, documents: await openDocuments([], true) })
  const { data } = await house.ask<{ customers: { nodes: { id: string; home: string | null }[] } }>(
    '{ customers(first: 50) { nodes { id home } } }',
  )
  const customer = data.customers.nodes.find(({ home }) => home === 'odoo:main') ?? data.customers.nodes[0]
  const complaints: string[] = []
  const strangers: string[] = []
  return {
    house,
    url,
    complaints,
    strangers,
    async open(path, width = 1280, at = url) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, locale: 'en-GB' })
      // The browser itself complains of the 401 that the page asks for a key after.
      if (at === url)
        page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
      page.on('pageerror', (error) => void complaints.push(error.message))
      page.on('request', (request) => {
        if (!request.url().startsWith(at)) strangers.push(request.url())
      })
      await page.goto(`${at}/#/${path}`)
      await page.getByText('Live', { exact: true }).or(page.getByRole('dialog')).waitFor()
      return page
    },
    async locked() {
      const { hub } = house
      const contexts = new Contexts(hub, new Access(hub.db, hub.catalogue, false))
      const secret = await addKey(house, { scopes: ['admin', ...USER] })
      const served = await house.serve({ routes, context: (...given) => contexts.of(...given) })
      return { url: served.url, secret }
    },
    async push(key, waitMs = 0) {
      const { data: pushed } = await house.ask<Pushed>(PUSH, { customer: customer?.id, key, waitMs })
      const { operation, problems } = pushed.pushOrder
      if (!operation) throw new Error(problems.map(({ message }) => message).join(' '))
      return operation.id
    },
    async close() {
      await browser.close()
      await house.close()
    },
  }
}

/** Starts the browser. */
export function launch(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']
  return chromium.launch({ executablePath: BROWSER, args })
}

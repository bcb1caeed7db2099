import { existsSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a browser is, if one is installed. */
export const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)

/** A web shop of somebody else's, on an origin of its own. */
export interface Shop {
  origin: string
  /** Puts a page on the shop's server that loads the script from `api`; gives its address. */
  put(api: string, body: string, more?: { lang?: string; key?: string; style?: string }): string
  close(): Promise<void>
}

/** Opens a shop whose policy allows nothing but the script, its requests, and one style sheet of its own. */
export async function openShop(): Promise<Shop> {
  const pages = new Map<string, { type: string; text: string; policy: string }>()
  const server: Server = createServer((request, response) => {
    const page = pages.get(request.url ?? '')
    if (!page) return void response.writeHead(404).end()
    response
      .writeHead(200, { 'content-type': page.type, 'content-security-policy': page.policy })
      .end(page.text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    put(api, body, { lang = 'en-GB', key, style = '' } = {}) {
      const n = pages.size
      const policy = `default-src 'none'; script-src ${api}; connect-src ${api}; style-src 'self'; img-src data:; require-trusted-types-for 'script'`
      const text = `<!doctype html><html lang="${lang}"><head><title>Shop</title><link rel="icon" href="data:,">
        <link rel="stylesheet" href="/${n}.css">
        <script src="${api}/embed/erp.js" ${key ? `data-key="${key}"` : ''} defer></script></head><body>${body}</body></html>`
      pages.set(`/${n}`, { type: 'text/html; charset=utf-8', text, policy })
      pages.set(`/${n}.css`, { type: 'text/css', text: style, policy })
      return `${origin}/${n}`
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

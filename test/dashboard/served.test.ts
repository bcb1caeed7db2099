import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dashboardRoutes } from '../../gateway/dashboard.ts'
import { build } from '../../web/build.ts'

/** What the whole page may weigh over the wire. */
const MOST_BYTES = 80_000

describe('the built dashboard', () => {
  let folder: string
  let empty: string
  const app = Fastify()
  const unbuilt = Fastify()

  beforeAll(async () => {
    ;[folder, empty] = await Promise.all([
      build('dashboard'),
      mkdtemp(join(tmpdir(), 'erp-supergraph-dashboard-')),
    ])
    dashboardRoutes(app, folder)
    dashboardRoutes(unbuilt, empty)
  })

  afterAll(async () => {
    await Promise.all([app.close(), unbuilt.close(), rm(empty, { recursive: true, force: true })])
  })

  const script = async () => {
    const { body } = await app.inject('/')
    return /src="([^"]+\.js)"/.exec(body)?.[1] ?? ''
  }

  it('weighs at most 80 KB compressed, with all of its files', async () => {
    const names = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = names.filter((entry) => entry.isFile())
    const packed = await Promise.all(
      files.map(async ({ parentPath, name }) => gzipSync(await readFile(join(parentPath, name))).length),
    )
    expect(files.length).toBeGreaterThanOrEqual(3)
    expect(packed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(MOST_BYTES)
  })

  it('runs no script and style but its own files, and nobody may frame it', async () => {
    const { headers } = await app.inject('/')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('lets its files be kept for ever, and is itself asked for each time', async () => {
    const asset = await app.inject(await script())
    expect([asset.statusCode, asset.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ])
    expect((await app.inject('/')).headers['cache-control']).toBe('no-cache')
  })

  it('is sent compressed to whoever can read that, and plain to others', async () => {
    const url = await script()
    const packed = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
    const plain = await app.inject(url)
    expect([packed.headers['content-encoding'], plain.headers['content-encoding']]).toEqual(['br', undefined])
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  })

  it('gives nothing that is not its own', async () => {
    const answers = await Promise.all(
      ['/dashboard/..%2Findex.html', '/dashboard/.hidden.js', '/dashboard/none.js'].map((url) =>
        app.inject(url),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404])
  })

  it('says in a sentence how to build it where it is not built', async () => {
    const { statusCode, body } = await unbuilt.inject('/')
    expect([statusCode, body]).toEqual([503, 'The dashboard is not built. Run: npm run build\n'])
  })
})

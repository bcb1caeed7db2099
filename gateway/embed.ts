import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const BUILT = join(import.meta.dirname, '../web/dist/embed')
const NOT_BUILT = 'The embeddable components are not built. Run: npm run build\n'

/** What is served under /embed/, by the name in the address. */
const FILES: Record<string, string> = {
  'erp.js': 'erp.js',
  example: 'example.html',
  'example.js': 'example.js',
  'example.css': 'example.css',
}
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** The example runs under the strictest policy that a shop may have, to show that the script can. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** The script is the same for everybody and holds no secret: any page may load it, with integrity or without. */
const SHARED = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

interface Packed {
  changedAt: number
  etag: string
  plain: Buffer
  gzip: Buffer
}

/** Serves the web components at /embed/erp.js and a page that shows them at /embed/example. */
export function embedRoutes(app: FastifyInstance, folder: string = BUILT): void {
  const known = new Map<string, Packed>()
  app.get<{ Params: { name: string } }>('/embed/:name', async (request, reply) => {
    const { name } = request.params
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined
    if (!file) return reply.callNotFound()
    const path = join(folder, file)
    const found = await stat(path).catch(() => null)
    if (!found) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
    let packed = known.get(file)
    if (packed?.changedAt !== found.mtimeMs) {
      packed = pack(await readFile(path), found.mtimeMs)
      known.set(file, packed)
    }
    return send(request, reply, file, packed)
  })
}

function pack(plain: Buffer, changedAt: number): Packed {
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  // Weak: the same for the plain and the compressed bytes.
  return { changedAt, etag: `W/"${hash}"`, plain, gzip: gzipSync(plain, { level: 9 }) }
}

function send(request: FastifyRequest, reply: FastifyReply, file: string, packed: Packed): FastifyReply {
  const isScript = file === 'erp.js'
  reply.headers({
    etag: packed.etag,
    // Its address stays: pages ask again after five minutes, and go on with the old one meanwhile.
    'cache-control': isScript ? 'public, max-age=300, stale-while-revalidate=86400' : 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    vary: 'accept-encoding',
    ...(isScript ? SHARED : { 'content-security-policy': POLICY }),
  })
  if (request.headers['if-none-match']?.split(/,\s*/).includes(packed.etag)) return reply.code(304).send()
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (zipped) reply.header('content-encoding', 'gzip')
  return reply
    .type(TYPES[extname(file)] ?? 'application/octet-stream')
    .send(zipped ? packed.gzip : packed.plain)
}

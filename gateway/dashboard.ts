import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const BUILT = join(import.meta.dirname, '../web/dist/dashboard')
const NOT_BUILT = 'The dashboard is not built. Run: npm run build\n'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Only files of this server, and nobody may frame them; scripts and styles are never inline. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  vary: 'accept-encoding',
}

interface Packed {
  plain: Buffer
  gzip: Buffer
  br: Buffer
}

/** Serves the built dashboard at `/`; one that is not built says in a sentence how to build it. */
export function dashboardRoutes(app: FastifyInstance, folder: string = BUILT): void {
  const known = new Map<string, Packed>()
  app.get('/', async (request, reply) => {
    const page = await readFile(join(folder, 'index.html')).catch(() => null)
    if (!page) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
    // Names the files of one build, so it is asked for each time.
    reply.header('cache-control', 'no-cache')
    return send(request, reply, 'index.html', await pack(page))
  })
  app.get<{ Params: { file: string } }>('/dashboard/:file', async (request, reply) => {
    const { file } = request.params
    const packed = known.get(file) ?? (await load(folder, file))
    if (!packed) return reply.callNotFound()
    known.set(file, packed)
    // The name changes with the content.
    reply.header('cache-control', 'public, max-age=31536000, immutable')
    return send(request, reply, file, packed)
  })
}

async function load(folder: string, file: string): Promise<Packed | null> {
  if (!/^\w[\w.-]*$/.test(file) || !TYPES[extname(file)]) return null
  const bytes = await readFile(join(folder, 'dashboard', file)).catch(() => null)
  return bytes && (await pack(bytes))
}

const compress = { gzip: promisify(gzip), br: promisify(brotliCompress) }

async function pack(plain: Buffer): Promise<Packed> {
  const [packed, smaller] = await Promise.all([compress.gzip(plain), compress.br(plain)])
  return { plain, gzip: packed, br: smaller }
}

function send(request: FastifyRequest, reply: FastifyReply, file: string, packed: Packed): FastifyReply {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const coding = (['br', 'gzip'] as const).find((name) => new RegExp(`\\b${name}\\b`).test(accepted))
  if (coding) reply.header('content-encoding', coding)
  return reply
    .headers(HEADERS)
    .type(TYPES[extname(file)] ?? 'application/octet-stream')
    .send(packed[coding ?? 'plain'])
}

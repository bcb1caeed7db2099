import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../config.ts'
import { openDocuments } from '../../gateway/documents.ts'
import { folder } from '../gateway/children.ts'
import { type Told, codes, send } from '../gateway/client.ts'
import { bare } from '../gateway/live.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const NAME = 'query Name($sku: ID!) { product(sku: $sku) { sku } }'
const ID = `sha256:${hashOf(NAME)}`
const RETRY = 'mutation Retry($id: ID!) { retryOperation(id: $id) { id } }'
const EVENTS = 'subscription Events { syncEvents { cursor } }'
const UNKNOWN = `sha256:${hashOf('{ nothing }')}`
const sku = 'DESK-160'

let home: Awaited<ReturnType<typeof folder>>
let house: TestHouse
/** One gateway that takes any text, and one that takes persisted documents only. */
let open = ''
let closed = ''

beforeAll(async () => {
  home = await folder()
  house = await openHouse({ only: ['odoo:main'] })
  await house.poll()
  const own = join(home.path, 'own.json')
  const apollo = join(home.path, 'apollo.json')
  writeFileSync(own, JSON.stringify({ [ID]: NAME, 'shop-1': '{ systems { system } }' }))
  const operations = [RETRY, EVENTS].map((body) => ({ id: hashOf(body), name: 'x', type: 'x', body }))
  const format = { format: 'apollo-persisted-query-manifest', version: 1, operations }
  writeFileSync(apollo, JSON.stringify(format))
  open = (await house.serve({ documents: await openDocuments([own, apollo]) })).url
  closed = (await house.serve({ documents: await openDocuments([own, apollo], true) })).url
})
afterAll(async () => {
  await house.close()
  await home.remove()
})

const post = (url: string, body: object, accept = 'application/json', type = 'application/json') =>
  send<Record<string, unknown>>(url, {
    method: 'POST',
    headers: { 'content-type': type, accept },
    body: JSON.stringify(body),
  })

const get = (url: string, parameters: Record<string, string>, accept = 'application/json') =>
  fetch(`${url}/graphql?${new URLSearchParams(parameters)}`, { headers: { accept } })

/** The first answer to a payload over a bare WebSocket, as the protocol has it. */
async function overSocket(url: string, payload: object): Promise<{ type: string; payload: unknown }> {
  const socket = bare(url)
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init' }))
  await once(socket, 'message')
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }))
  const [message] = (await once(socket, 'message')) as [Buffer]
  socket.terminate()
  return JSON.parse(String(message)) as { type: string; payload: unknown }
}

describe('a persisted document', () => {
  it.each(['application/json', 'application/graphql-response+json'])(
    'runs by its id over POST as %s',
    async (accept) => {
      const { status, data } = await post(open, { documentId: ID, variables: { sku } }, accept)
      expect([status, data]).toEqual([200, { product: { sku } }])
    },
  )

  it('runs over GET, over WebSocket with or without an empty text, and as server-sent events', async () => {
    const variables = { sku }
    const asked = { documentId: ID, variables: JSON.stringify(variables) }
    expect(await (await get(open, asked)).json()).toEqual({ data: { product: { sku } } })
    const next = { type: 'next', payload: { data: { product: { sku } } } }
    expect(await overSocket(open, { documentId: ID, variables })).toMatchObject(next)
    expect(await overSocket(open, { query: '', documentId: ID, variables })).toMatchObject(next)
    const stream = await (await get(open, asked, 'text/event-stream')).text()
    expect(stream).toContain('event: next\ndata: {"data":{"product":{"sku":"DESK-160"}}}')
  })

  it('runs by the hash as Apollo clients send it, and by the own id that an operator gave it', async () => {
    const persistedQuery = { version: 1, sha256Hash: hashOf(NAME) }
    expect((await post(open, { extensions: { persistedQuery }, variables: { sku } })).data).toEqual({
      product: { sku },
    })
    expect((await post(open, { documentId: 'shop-1' })).errors).toEqual([])
  })

  it('of a mutation is refused over GET with 405, and over POST runs', async () => {
    const id = `sha256:${hashOf(RETRY)}`
    expect((await get(open, { documentId: id, variables: '{"id":"x"}' })).status).toBe(405)
    expect(codes(await post(open, { documentId: id, variables: { id: 'x' } }))).toEqual(['NOT_FOUND'])
  })

  it.each([
    ['application/json', 200],
    ['application/graphql-response+json', 400],
  ])('that nobody knows is one NOT_FOUND that names it, as %s with %i', async (accept, expected) => {
    const { status, errors, text } = await post(open, { documentId: UNKNOWN }, accept)
    const extensions = { code: 'NOT_FOUND', field: 'documentId', id: UNKNOWN, retryable: false }
    expect([status, errors]).toMatchObject([expected, [{ extensions }]])
    expect(JSON.parse(text)).not.toHaveProperty('data')
    const over = await overSocket(open, { query: '', documentId: UNKNOWN })
    expect(over).toMatchObject({ type: 'error', payload: [{ extensions }] })
    const stream = await (await get(open, { documentId: UNKNOWN }, 'text/event-stream')).text()
    expect(stream).toContain('"code":"NOT_FOUND"')
  })

  it('is named by an identifier of the draft, and not beside a text', async () => {
    for (const documentId of ['sha256:12', `sha256:${'A'.repeat(64)}`, 'md5:abc', 'a b', 7])
      expect((await post(open, { documentId })).status, String(documentId)).toBe(400)
    expect(codes(await post(open, { documentId: ID, query: NAME, variables: { sku } }))).toEqual([
      'VALIDATION',
    ])
  })
})

describe('a gateway of persisted documents only', () => {
  it.each([
    ['another text', { query: '{ systems { name } }' }],
    ['introspection', { query: '{ __schema { types { name } } }' }],
    ['a text beside a known hash', { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(NAME) } } }], // prettier-ignore
  ])('refuses %s over POST, GET, WebSocket and server-sent events', async (_name, body) => {
    const { status, errors, data } = await post(closed, body)
    expect([status, data, codes({ errors })]).toEqual([403, null, ['FORBIDDEN']])
    const { query } = body
    expect((await get(closed, { query })).status).toBe(403)
    const over = await overSocket(closed, body)
    const refused = { type: 'error', payload: [{ extensions: { code: 'FORBIDDEN' } }] }
    expect(over).toMatchObject(refused)
    expect(await (await get(closed, { query }, 'text/event-stream')).text()).toContain('"code":"FORBIDDEN"')
    const text = { method: 'POST', headers: { 'content-type': 'application/graphql' }, body: query }
    expect((await send(closed, text)).status).toBe(403)
  })

  it('runs nothing of a batch', async () => {
    const { status, data } = await post(closed, [
      { documentId: ID, variables: { sku } },
      { query: '{ __typename }' },
    ])
    expect([status, data]).toEqual([400, null])
  })

  it('runs a known document by its id and by its very text', async () => {
    for (const named of [{ documentId: ID }, { query: NAME }])
      expect((await post(closed, { ...named, variables: { sku } })).data).toEqual({ product: { sku } })
    expect(codes(await post(closed, { query: `${NAME} `, variables: { sku } }))).toEqual(['FORBIDDEN'])
  })
})

describe('bare text as old clients send it', () => {
  const text = (type: string) =>
    send(open, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{ product(sku: "DESK-160") { sku } }',
    })

  it('is taken as application/graphql', async () => {
    expect(await text('application/graphql')).toMatchObject({ status: 200, data: { product: { sku } } })
  })

  it('is refused as any type that a form could send, with what to set in n8n', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'text/plain; application/graphql',
    ]) {
      const { status, errors } = await text(type)
      expect([status, errors[0]?.message]).toEqual([
        415,
        expect.stringContaining('set Request Format to JSON'),
      ])
    }
  })
})

describe('manifests', () => {
  const refused = (content: string) => {
    const file = join(home.path, 'bad.json')
    writeFileSync(file, content)
    return openDocuments([file])
  }

  it('that cannot be used end the start with the file and what is wrong', async () => {
    await expect(refused('{')).rejects.toThrow(/documents: .*bad.json: is no valid JSON. Example/)
    await expect(refused('[1]')).rejects.toThrow(/is no map of ids to texts/)
    await expect(refused(JSON.stringify({ [ID]: '{ other }' }))).rejects.toThrow(
      /is not the hash of its text/,
    )
    await expect(refused(JSON.stringify({ one: '{' }))).rejects.toThrow(/one is no valid GraphQL/)
    await expect(refused(JSON.stringify({ 'a b': '{ a }' }))).rejects.toThrow(/is no document identifier/)
    await expect(openDocuments([join(home.path, 'none.json')])).rejects.toThrow(/none.json: cannot be read/)
    const twice = ['one.json', 'two.json'].map((name) => join(home.path, name))
    for (const [place, file] of twice.entries())
      writeFileSync(file, JSON.stringify({ same: `{ a${place} }` }))
    await expect(openDocuments(twice)).rejects.toThrow(/same stands for another document/)
  })

  it('are named in the config file as seen from its folder', () => {
    const file = join(home.path, 'erp.yaml')
    writeFileSync(file, 'keys: [{ secret: 0123456789abcdef, scopes: [read:stock] }]\ndocuments: { files: [own.json], only: true }\nplayground: true\n') // prettier-ignore
    const config = readConfig({ CONFIG: file, DATA_DIR: join(home.path, 'data') })
    expect(config.file.documents).toEqual({ files: [join(home.path, 'own.json')], only: true })
    expect(config.file.playground).toBe(true)
  })
})

it('the typed client and the gateway agree on its documents out of the box', async () => {
  const { only } = await openDocuments()
  expect(only).toBe(false)
  const { errors } = await post(open, {
    documentId: 'sha256:d723fcce8182fcee160fc7ab10274e247882040a22da4a1de7e4e124d8152c27',
  })
  expect(errors satisfies Told[]).toEqual([])
})

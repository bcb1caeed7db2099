import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { TABS } from './tabs.ts'

const require = createRequire(import.meta.url)

/** The files that the page needs, all from this server: it works without the internet. */
const FILES: Record<string, [name: string, path: string, type: string]> = {
  'react.js': ['react', 'umd/react.production.min.js', 'text/javascript'],
  'react-dom.js': ['react-dom', 'umd/react-dom.production.min.js', 'text/javascript'],
  'graphiql.js': ['graphiql', 'graphiql.min.js', 'text/javascript'],
  'graphiql.css': ['graphiql', 'graphiql.min.css', 'text/css'],
}

/** A file inside a package, also one that the package does not export. */
function fileOf(name: string, path: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), path)
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>erp-supergraph playground</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/playground/graphiql.css">
<style>
html,body{height:100%;margin:0}body{display:flex;flex-direction:column}#root{flex:1;min-height:0}
form{display:flex;gap:.5rem;align-items:center;padding:.4rem .8rem;font:14px system-ui;color-scheme:light dark}
input{flex:0 1 24rem;min-width:0;font:inherit}
</style>
</head>
<body><form><label for="key">API key</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" placeholder="sent as Authorization: Bearer …">
<button>Use</button></form><div id="root">Loading…</div>
<script src="/playground/react.js"></script><script src="/playground/react-dom.js"></script>
<script src="/playground/graphiql.js"></script><script src="/playground/page.js"></script>
</body></html>`

const SCRIPT = `
const tabs = ${JSON.stringify(TABS)}
const subscriptionUrl = location.origin.replace(/^http/, 'ws') + '/graphql'
const plain = GraphiQL.createFetcher({ url: '/graphql', subscriptionUrl })
// The key stays in this page's memory; it goes along over HTTP and in connection_init.
const fetcherOf = (key) => (parameters, options) => {
  const headers = key ? { authorization: 'Bearer ' + key } : {}
  const { asked, documentAST } = read(parameters)
  return plain(asked, { ...options, documentAST, headers: { ...headers, ...options?.headers } })
}
// GraphiQL reads a document some time after a tab is opened; until then it goes by that of the tab before, and
// would post a subscription like a query. So what is asked is read here, from the text that is sent.
const read = (parameters) => {
  const all = [...parameters.query.trim().matchAll(/^(query|mutation|subscription)\\b\\s*(\\w*)/gm)]
  const [, operation = 'query', value] = all.find(([, , name]) => name === parameters.operationName) ?? all[0] ?? []
  const name = value ? { kind: 'Name', value } : undefined
  const selectionSet = { kind: 'SelectionSet', selections: [] }
  const definitions = [{ kind: 'OperationDefinition', operation, name, selectionSet }]
  return { asked: { ...parameters, operationName: value || undefined }, documentAST: { kind: 'Document', definitions } }
}
const empty = { getItem: () => null, setItem() {}, removeItem() {}, clear() {}, length: 0 }
const root = ReactDOM.createRoot(document.getElementById('root'))
const show = (key) => root.render(
  React.createElement(GraphiQL, { fetcher: fetcherOf(key), defaultTabs: tabs, storage: empty, shouldPersistHeaders: false, defaultEditorToolsVisibility: true }),
)
document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  show(document.getElementById('key').value.trim())
})
show('')`

/** Serves GraphiQL with ready-made tabs under /playground, compressed once. */
export function playgroundRoutes(app: FastifyInstance): void {
  const packed = new Map<string, Promise<Buffer>>()
  const pack = (name: string, path: string) => {
    const known = packed.get(name) ?? readFile(path).then((bytes) => gzipSync(bytes))
    packed.set(name, known)
    return known
  }
  app.get('/playground', async (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE))
  app.get('/playground/page.js', async (_request, reply) => reply.type('text/javascript').send(SCRIPT))
  app.get<{ Params: { file: string } }>('/playground/:file', async (request, reply) => {
    const file = FILES[request.params.file]
    if (!file) return reply.code(404).send()
    const bytes = await pack(request.params.file, fileOf(file[0], file[1]))
    return reply
      .type(file[2])
      .header('content-encoding', 'gzip')
      .header('cache-control', 'max-age=3600')
      .send(bytes)
  })
}

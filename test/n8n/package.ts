import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'

/** A parameter of a node, as the host reads it. */
export interface Property {
  displayName: string
  name: string
  type: string
  default: unknown
  required?: boolean
  typeOptions?: { password?: boolean }
  displayOptions?: { show: Record<string, unknown[]> }
  options?: (Property & { value?: unknown; action?: string; values?: Property[] })[]
  values?: Property[]
}

/** A node class, as the host reads it. */
export interface LoadedNode {
  description: {
    displayName: string
    name: string
    icon: { light: string; dark: string }
    group: string[]
    subtitle?: string
    inputs: string[]
    outputs: string[]
    polling?: boolean
    usableAsTool?: boolean
    credentials: { name: string; required: boolean }[]
    webhooks?: { name: string; httpMethod: string; responseMode: string; path: string }[]
    properties: Property[]
  }
  execute?(this: object): Promise<Item[][]>
  poll?(this: object): Promise<Item[][] | null>
  webhook?(
    this: object,
  ): Promise<{ workflowData?: Item[][]; noWebhookResponse?: boolean; webhookResponse?: object }>
  webhookMethods?: {
    default: Record<'checkExists' | 'create' | 'delete', (this: object) => Promise<boolean>>
  }
}

/** A credential class, as the host reads it. */
export interface LoadedCredential {
  name: string
  documentationUrl: string
  icon: { light: string; dark: string }
  properties: Property[]
  authenticate: { type: string; properties: { headers: Record<string, string> } }
  test: { request: { baseURL: string; url: string; method: string; body: object } }
}

/** One item of a workflow. */
export interface Item {
  json: Record<string, unknown>
  error?: Error
  pairedItem?: { item: number }
}

/** The manifest of the package. */
export interface Manifest {
  name: string
  license: string
  keywords: string[]
  files: string[]
  dependencies?: object
  peerDependencies: object
  n8n: { n8nNodesApiVersion: number; strict: boolean; credentials: string[]; nodes: string[] }
}

/** The package as n8n has it after an installation: only its published files, beside the host's n8n-workflow. */
export interface Installed {
  folder: string
  manifest: Manifest
  nodes: Record<string, LoadedNode>
  credentials: Record<string, LoadedCredential>
  remove(): void
}

/** What the host's own package gives at run time, as its declarations of version 2.41 say. */
const WORKFLOW = `
class NodeError extends Error {
  constructor(node, cause, { message, description, itemIndex } = {}) {
    super(message ?? cause.message ?? String(cause))
    this.name = this.constructor.name
    this.node = node
    this.description = description
    this.context = { itemIndex }
  }
}
class NodeApiError extends NodeError {
  constructor(node, response, options = {}) {
    super(node, response, options)
    this.httpCode = options.httpCode ?? null
  }
}
class NodeOperationError extends NodeError {}
module.exports = { NodeApiError, NodeOperationError, NodeConnectionTypes: { Main: 'main' } }
`

const root = join(import.meta.dirname, '../..')

/** Builds the package and installs what it publishes into a folder of its own. */
export function install(): Installed {
  const home = mkdtempSync(join(tmpdir(), 'n8n-nodes-'))
  const source = join(home, 'source')
  cpSync(join(root, 'n8n'), source, { recursive: true, filter: (path) => !path.endsWith('/dist') })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const types = join(root, 'node_modules/@types')
  execFileSync(process.execPath, [tsc, '-p', source, '--typeRoots', types], { cwd: source })
  cpSync(join(source, 'icons'), join(source, 'dist/icons'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  const folder = join(home, 'node_modules', manifest.name)
  for (const file of ['package.json', ...manifest.files])
    cpSync(join(source, file), join(folder, file), { recursive: true })
  rmSync(source, { recursive: true })
  const workflow = join(home, 'node_modules/n8n-workflow')
  mkdirSync(workflow)
  writeFileSync(
    join(workflow, 'package.json'),
    '{ "name": "n8n-workflow", "version": "2.41.0", "main": "index.js" }',
  )
  writeFileSync(join(workflow, 'index.js'), WORKFLOW)
  return {
    folder,
    manifest,
    nodes: load<LoadedNode>(folder, manifest.n8n.nodes),
    credentials: load<LoadedCredential>(folder, manifest.n8n.credentials),
    remove: () => rmSync(home, { recursive: true }),
  }
}

/** As n8n's directory loader: the class that is exported under the name of its file. */
function load<T>(folder: string, files: string[]): Record<string, T> {
  const require = createRequire(join(folder, 'package.json'))
  const found = files.map((file) => {
    const [name = ''] = parse(file).name.split('.')
    const loaded = require(join(folder, file)) as Record<string, new () => T>
    const Class = loaded[name]
    if (!Class) throw new Error(`${file} exports no class ${name}.`)
    return [name, new Class()] as const
  })
  return Object.fromEntries(found)
}

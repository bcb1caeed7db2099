import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder } from '../gateway/children.ts'

const run = promisify(execFile)
/** What the client stands on; a consumer gets it with the package. */
const BESIDE = ['graphql', 'graphql-ws', '@graphql-typed-document-node/core']
const MAIN = `
import { createClient, GraphError, ProductDocument } from 'erp-supergraph/client'
const client = createClient({ url: 'http://127.0.0.1:9/graphql' })
const asked = client.query(ProductDocument, { sku: 'DESK-160' })
const name: Promise<string | null | undefined> = asked.then(({ product }) => product?.name)
name.catch((error: unknown) => console.log(error instanceof GraphError && error.code))
`

let home: Awaited<ReturnType<typeof folder>>
let at = (name: string) => name
beforeAll(async () => {
  home = await folder()
  at = (name) => join(home.path, name)
  await run('tsc', ['-p', 'client/tsconfig.json'])
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', home.path]
  const { stdout } = await run('npm', pack)
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await mkdir(at('node_modules/@graphql-typed-document-node'), { recursive: true })
  await run('tar', ['-xzf', at(filename), '-C', home.path])
  await symlink(at('package'), at('node_modules/erp-supergraph'))
  for (const name of BESIDE) await symlink(resolve('node_modules', name), at(`node_modules/${name}`))
  await writeFile(at('package.json'), '{ "type": "module" }')
  await writeFile(at('main.ts'), MAIN)
  const example = await readFile('client/example.ts', 'utf8')
  await writeFile(at('example.ts'), example.replace("'./index.ts'", "'erp-supergraph/client'"))
})
afterAll(() => home.remove())

describe('the package as a frontend team gets it', () => {
  it('is typed for a strict ESM project, the example too, without this checkout', async () => {
    const how = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,dom']
    const { stdout } = await run('tsc', [...how, '--types', '', 'main.ts', 'example.ts'], { cwd: home.path })
    expect(stdout).toBe('')
    const wrong = MAIN.replace("sku: 'DESK-160'", 'quantity: 7')
    await writeFile(at('wrong.ts'), wrong)
    const refused = run('tsc', [...how, '--types', '', 'wrong.ts'], { cwd: home.path })
    await expect(refused).rejects.toThrow('Command failed')
  })

  it('runs in plain Node', async () => {
    const { stdout } = await run(process.execPath, ['main.ts'], { cwd: home.path })
    expect(stdout).toBe('UNAVAILABLE\n')
  })

  it('holds the manifest that its gateway reads, and no tests', async () => {
    const { stdout } = await run('tar', ['-tzf', globSync(at('*.tgz'))[0] ?? ''])
    expect(stdout).toContain('package/client/typed/persisted-documents.json')
    expect(stdout).not.toMatch(/package\/(test|\.ci)\//)
  })
})

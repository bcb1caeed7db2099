import { execFile } from 'node:child_process'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder } from '../gateway/children.ts'
import { erp } from './run.ts'

const run = promisify(execFile)
/** Makes Node say that it is an old one. */
const OLD = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process,'version',{value:'v20.1.0'});Object.defineProperty(process.versions,'node',{value:'20.1.0'})",
)}`

let home: Awaited<ReturnType<typeof folder>>
let bin: string

beforeAll(async () => {
  home = await folder()
  const modules = join(home.path, 'node_modules')
  await mkdir(modules)
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', home.path]
  const { stdout } = await run('npm', pack)
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await run('tar', ['-xzf', join(home.path, filename), '-C', modules])
  await run('mv', [join(modules, 'package'), join(modules, 'erp-supergraph')])
  // What npm would install beside it, but for the Node that comes along.
  const names = (await readdir('node_modules')).filter((name) => !/^(\.|node(-|$))/.test(name))
  for (const name of names) await symlink(resolve('node_modules', name), join(modules, name))
  bin = join(modules, 'erp-supergraph/gateway/cli/bin.mjs')
})

afterAll(() => home?.remove())

describe('the command line of an installed package', () => {
  it('runs from any folder, and serves the graph with it', async () => {
    const file = join(home.path, 'node_modules/erp-supergraph/schema/supergraph.graphql')
    const served = await erp(['start', '--supergraph', file], {
      ...{ bin, cwd: home.path, env: { PORT: '0' } },
      heard: (stdout, stop) => /Serving .* at http:/.test(stdout) && stop(),
    })
    expect(served).toMatchObject({ code: 0, stderr: '' })
  })

  it('tells an old Node what is needed, and takes the one that came along where there is one', async () => {
    const node = ['--import', OLD]
    const alone = await erp(['--version'], { bin, node })
    expect([alone.code, alone.stderr]).toEqual([
      1,
      expect.stringMatching(/^erp-supergraph needs Node 24 or newer; this is v20\.1\.0\. .*\n$/),
    ])
    const beside = await erp(['--version'], { node })
    expect([beside.code, beside.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)])
  })
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Contexts } from '../../gateway/context.ts'
import { Access } from '../../subgraphs/hub/access.ts'
import { folder } from '../gateway/children.ts'
import { addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { erp } from './run.ts'

let house: TestHouse
let home: Awaited<ReturnType<typeof folder>>
let env: Record<string, string>
let order: string

beforeAll(async () => {
  ;[house, home] = await Promise.all([
    openHouse({
      only: ['odoo:main'],
      beside: ['erpnext:main'],
      connection: { createMissingCustomers: true },
      settings: { maxAttempts: 1, backoffMs: 10 },
    }),
    folder(),
  ])
  await house.poll()
  await house.settle()
  house.work()
  const { hub } = house
  const contexts = new Contexts(hub, new Access(hub.db, hub.catalogue, false))
  const { url } = await house.serve({ context: (...given) => contexts.of(...given) })
  env = { ERP_SUPERGRAPH_URL: url, ERP_SUPERGRAPH_KEY: await addKey(house, { scopes: ['admin'] }) }
  const { data } = await house.ask<{ customers: { nodes: { id: string }[] } }>(
    '{ customers(first: 1) { nodes { id } } }',
  )
  order = join(home.path, 'order.json')
  const lines = [{ sku: 'DESK-160', quantity: '2' }]
  await writeFile(
    order,
    JSON.stringify({ connection: 'odoo:main', customer: data.customers.nodes[0]?.id, lines }),
  )
})

afterAll(async () => {
  await house?.close()
  await home?.remove()
})

const booked = () => house.sandboxes.sandbox('odoo').ledger().orders

describe('the command line', () => {
  it('pushes an order from a file, waits for its number, and makes the same file one order for ever', async () => {
    const before = booked().length
    const first = await erp(['push', order, '--wait', '--json'], { env })
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const { operation } = JSON.parse(first.stdout) as { operation: { id: string; externalNumber: string } }
    expect(booked().map(({ number }) => number)).toContain(operation.externalNumber)
    const again = await erp(['push', order, '--wait'], { env })
    expect(again.stdout).toContain(`${operation.id} DONE order ${operation.externalNumber} at odoo:main`)
    expect(booked().length - before).toBe(1)
  })

  it('ends with 1 and one sentence when the graph refuses, with 2 when it was typed wrongly', async () => {
    const bad = { customer: 'nobody', lines: [{ sku: 'NO-SUCH-SKU', quantity: '1' }] }
    const refused = await erp(['push', '-'], { env, stdin: JSON.stringify(bad) })
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringMatching(/^INVALID_CUSTOMER .*: .*\.$/m)])
    const typed = await erp(['push', order, '--wiat'], { env })
    expect(typed.code).toBe(2)
    expect(typed.stderr).toMatch(/^Unknown option '--wiat'\. Usage: erp-supergraph push /)
    expect(typed.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('ends with 3 where nothing answers, and tells a script so in JSON', async () => {
    const gone = await erp(['check', '--json', '--url', 'http://127.0.0.1:9'])
    expect([gone.code, gone.stdout]).toEqual([3, ''])
    const { error } = JSON.parse(gone.stderr) as { error: object }
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      exit: 3,
      resolution: expect.stringContaining('--url'),
    })
  })

  it('makes a key whose secret is all of stdout, lets it do what it may, and takes it away', async () => {
    const scopes = ['--scope', 'read:sync', '--connection', 'odoo:main']
    const made = await erp(['keys', 'create', 'shop', ...scopes], { env })
    const secret = made.stdout.trim()
    expect([made.code, secret]).toEqual([0, expect.stringMatching(/^\S{20,}$/)])
    const id = /^\S+/.exec(made.stderr)?.[0] ?? ''
    const own = { ...env, ERP_SUPERGRAPH_KEY: secret }
    const [dead, denied] = [await erp(['dead'], { env: own }), await erp(['keys'], { env: own })]
    expect([dead.code, dead.stdout]).toEqual([0, 'Everything went through.\n'])
    expect([denied.code, denied.stderr]).toEqual([4, expect.stringMatching(/^FORBIDDEN: .*admin/)])
    expect((await erp(['keys', 'revoke', id], { env })).code).toBe(0)
    expect((await erp(['dead'], { env: own })).code).toBe(4)
  })

  it('refuses a secret as an argument, takes it from stdin, and never shows it', async () => {
    const server = house.sandboxes
    const given = server.sandbox('erpnext').config(server.url('erpnext')) as Record<string, string>
    const { url = '', apiKey = '', apiSecret = '' } = given
    const words = ['connect', 'erpnext', '--id', 'erpnext:main', '--field', `url=${url}`]
    const open = await erp([...words, '--field', `apiSecret=${apiSecret}`], { env })
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('apiSecret is a secret')])
    const secrets = ['--secret', 'apiKey=env:ERPNEXT_KEY', '--secret', 'apiSecret=-']
    const more = { ...env, ERPNEXT_KEY: apiKey }
    const wrong = await erp([...words, ...secrets], { env: more, stdin: 'wrong\n' })
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^AUTHENTICATION_FAILED: /)])
    const right = await erp([...words, ...secrets], { env: more, stdin: `${apiSecret}\n` })
    expect(right).toEqual({ code: 0, stdout: 'erpnext:main is connected.\n', stderr: '' })
    expect([open, wrong, right].map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(apiSecret)
  })

  it('tests a connection that is there, and says what the ERP answers while it is down', async () => {
    const good = await erp(['check', 'odoo:main'], { env })
    expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/^odoo:main {2}ok {2}\w/)])
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0 }])
    const down = await erp(['check', 'odoo:main', '--json'], { env })
    house.sandboxes.faults('odoo', [])
    expect(down.code).toBe(1)
    expect(JSON.parse(down.stdout)).toMatchObject({ problem: { code: 'UNAVAILABLE' } })
  })

  it('lists dead letters by cause, and tries them all again', async () => {
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0, match: 'sale.order' }])
    const before = booked().length
    const push = await erp(['push', order, '--idempotency-key', 'dies', '--wait'], { env })
    expect([push.code, push.stdout]).toEqual([1, expect.stringContaining(' DEAD order at odoo:main\n')])
    const list = await erp(['dead'], { env })
    expect(list.stdout).toMatch(/^UNAVAILABLE at odoo:main: 1, first /)
    house.sandboxes.faults('odoo', [])
    const [id = ''] = push.stdout.split(' ')
    expect(list.stdout).toContain(id)
    expect((await erp(['dead', 'retry', '--all', '--code', 'VALIDATION'], { env })).stdout).toBe(
      '0 tried again.\n',
    )
    const all = await erp(['dead', 'retry', '--all', '--code', 'UNAVAILABLE', '--json'], { env })
    expect(JSON.parse(all.stdout)).toMatchObject([{ count: 1, skipped: 0 }])
    const done = await erp(['push', order, '--idempotency-key', 'dies', '--wait'], { env })
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining(`${id} DONE`)])
    expect(booked().length - before).toBe(1)
  })

  it('discards what nobody wants any more only with a reason', async () => {
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0, match: 'sale.order' }])
    const push = await erp(['push', order, '--idempotency-key', 'unwanted', '--wait'], { env })
    house.sandboxes.faults('odoo', [])
    const [id = ''] = push.stdout.split(' ')
    expect((await erp(['dead', 'discard', id], { env })).code).toBe(2)
    const discarded = await erp(['dead', 'discard', id, '--reason', 'ordered by phone'], { env })
    expect([discarded.code, discarded.stdout]).toEqual([0, expect.stringContaining(`${id} CANCELLED`)])
  })

  it('retries or discards all of one cause, by the group that the list shows', async () => {
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0, match: 'sale.order' }])
    await erp(['push', order, '--idempotency-key', 'one of a cause', '--wait'], { env })
    const groups = async () => {
      const { stdout } = await erp(['dead', '--samples', '0', '--json'], { env })
      return JSON.parse(stdout) as { id: string; count: number; samples: object[] }[]
    }
    const [group, ...others] = await groups()
    expect([group?.count, group?.samples, others]).toEqual([1, [], []])
    const both = await erp(['dead', 'retry', 'op_1', '--group', group?.id ?? ''], { env })
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('either ids, --group or --all')])
    const retried = await erp(['dead', 'retry', '--group', group?.id ?? ''], { env })
    expect(retried.stdout).toBe('1 tried again.\n')
    await expect.poll(async () => (await groups())[0]?.count, { timeout: 20_000 }).toBe(1)
    house.sandboxes.faults('odoo', [])
    const end = await erp(['dead', 'discard', '--group', (await groups())[0]?.id ?? '', '--reason', 'x'], {
      env,
    })
    expect([end.code, end.stdout]).toEqual([0, '1 discarded.\n'])
    expect(await groups()).toEqual([])
  })

  it('brings field mappings from one house to another as a file, all or none', async () => {
    const [hubField, erpField] = ['custom.route', 'x_route']
    const mapping = {
      connection: 'odoo:main',
      object: 'CUSTOMER',
      hubField,
      erpField,
      type: 'TEXT',
      direction: 'IN',
    }
    const text = JSON.stringify({ version: 1, mappings: [mapping] })
    const dry = await erp(['mappings', 'import', '-', '--dry-run'], { env, stdin: text })
    expect([dry.code, dry.stdout]).toEqual([0, '1 created, 0 changed, 0 as they were.\n'])
    expect((await erp(['mappings', 'import', '-'], { env, stdin: text })).code).toBe(0)
    const exported = await erp(['mappings', 'export', 'odoo:main'], { env })
    expect(JSON.parse(exported.stdout)).toMatchObject({ version: 1, mappings: [mapping] })
    const bad = text.replace('odoo:main', 'odoo:other')
    const refused = await erp(['mappings', 'import', '-', '--json'], { env, stdin: bad })
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')])
  })

  it('imports the history of a connection to its end, and says what is wrong with a time', async () => {
    const done = await erp(['import', 'odoo:main', 'customer', '--json'], { env })
    const { state, done: count, failed } = JSON.parse(done.stdout) as Record<string, unknown>
    expect([done.code, state, failed, done.stderr]).toEqual([0, 'DONE', 0, ''])
    expect(count).toBeGreaterThan(10)
    const wrong = await erp(['import', 'odoo:main', '--since', 'yesterday'], { env })
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--since 2026-01-01')])
  })
})

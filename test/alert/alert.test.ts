import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ruleOf } from '../../subgraphs/hub/alert/rules.ts'
import { watch } from '../../subgraphs/hub/alert/watch.ts'
import { ANONYMOUS } from '../../subgraphs/hub/access.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from '../whole.ts'

interface Got {
  path: string
  headers: Record<string, string>
  body: string
}
interface Saved {
  rule: { id: string; target: string }
  secret: string | null
}
interface Told {
  type: string
  timestamp: string
  title: string
  text: string
  data: { condition: string; connection: string; value: number }
}

const SAVE = `mutation ($i: AlertRuleInput!) { saveAlertRule(input: $i) {
  rule { id name condition threshold target channel quietSeconds windowSeconds } secret } }`
const TEST = 'mutation ($id: ID!) { testAlert(id: $id) { delivered problem { code message } } }'
const DELETE = 'mutation ($id: ID!) { deleteAlertRule(id: $id) }'

let house: TestHouse
let receiver: Server
let mailbox: SMTPServer
const got: Got[] = []
const mails: string[] = []
let status = 200

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      )
      got.push({ path: request.url ?? '', headers, body: Buffer.concat(parts).toString('utf8') })
      response.writeHead(status).end()
    })
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  mailbox = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString('utf8'))
        done()
      })
    },
  })
  mailbox.listen(0, '127.0.0.1')
  await once(mailbox.server, 'listening')
  // A server, because only there several look at the same moment.
  house = await openHouse({ only: ['qwoty:main'] })
  house.hub.directory.allowHosts.push(`127.0.0.1:${portOf(receiver)}`)
  house.hub.smtp = {
    host: '127.0.0.1',
    port: portOf(mailbox.server),
    secure: false,
    from: 'erp@company.example',
  }
}, 240_000)
afterAll(async () => {
  receiver.close()
  receiver.closeAllConnections()
  await new Promise<void>((resolve) => mailbox.close(() => resolve()))
  await house.close()
})
beforeEach(async () => {
  await house.hub.db.em().execute('delete from alert_rule')
  await house.hub.db.em().execute('delete from operation')
  ;[got.length, mails.length, status] = [0, 0, 200]
})

function portOf(server: { address(): string | AddressInfo | null }): number {
  return (server.address() as AddressInfo).port
}
const url = (path: string) => `http://127.0.0.1:${portOf(receiver)}/${path}`

async function save(input: object): Promise<Saved> {
  const rule = {
    name: 'Trouble',
    condition: 'DEAD_LETTERS',
    channel: 'WEBHOOK',
    target: url('hook'),
    quietSeconds: 0,
  }
  const { data, errors } = await house.ask<{ saveAlertRule: Saved }>(SAVE, { i: { ...rule, ...input } })
  expect(errors).toBeUndefined()
  return data.saveAlertRule
}
const ids = { next: 0 }
const dies = (status = 'DEAD') =>
  house.hub.db.em().execute(
    `insert into operation (id, tenant, connection, object, action, status, reference, input, tried_since)
      values (?, 'default', 'qwoty:main', 'CUSTOMER', 'CREATE', ?, 'r', '{}', now() - interval '1 hour')`,
    [`op_${(ids.next += 1)}`, status],
  )
const recovers = () => house.hub.db.em().execute("update operation set status = 'DONE'")
/** A minute passes. */
async function look(): Promise<void> {
  await house.hub.db.em().execute("update job set next_at = now() where state = 'WAITING'")
  await house.settle()
}
const told = () => got.map(({ body }) => JSON.parse(body) as Told)

describe('an alert', () => {
  it('is told once while it lasts, signed, and once more when it is over', async () => {
    const { secret } = await save({})
    await look()
    expect(got).toEqual([])
    await dies()
    for (let time = 0; time < 3; time += 1) await look()
    expect(told().map(({ type, data }) => [type, data.connection, data.value])).toEqual([
      ['alert.firing', 'qwoty:main', 1],
    ])
    const [first] = got
    expect(first && new Webhook(secret ?? '').verify(first.body, first.headers)).toMatchObject({
      type: 'alert.firing',
    })
    await recovers()
    for (let time = 0; time < 3; time += 1) await look()
    expect(told().map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved'])
  })

  it('is never told twice for one state, however many processes look at the same moment', async () => {
    const { rule } = await save({})
    await dies()
    const kept = await ruleOf(house.hub.db.em(), 'default', rule.id)
    await Promise.all(Array.from({ length: 5 }, () => watch(house.hub, kept)))
    await look()
    expect(got).toHaveLength(1)
  })

  it('is tried again with the same id until it arrives', async () => {
    await save({})
    await dies()
    status = 503
    await look()
    status = 200
    await look()
    expect(got.map(({ headers }) => headers['webhook-id'])).toEqual([
      got[0]?.headers['webhook-id'],
      got[0]?.headers['webhook-id'],
    ])
    await look()
    expect(got).toHaveLength(2)
  })

  it('keeps quiet about a connection that comes and goes, and tells it when it stays', async () => {
    await save({ quietSeconds: 3600 })
    await dies()
    await look()
    await recovers()
    await look()
    await dies()
    await look()
    expect(told().map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved'])
    await house.hub.db.em().execute("update alert set told_at = told_at - interval '2 hours'")
    await look()
    expect(told().map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved', 'alert.firing'])
  })

  it('watches the share of failed attempts, the oldest that waits, and who has to sign in', async () => {
    await save({ condition: 'ERROR_RATE', threshold: 0.5 })
    await save({ condition: 'OLDEST_WAITING', threshold: 600 })
    await save({ condition: 'NEEDS_AUTH' })
    await look()
    expect(got).toEqual([])
    await dies('WAITING')
    const tries = `insert into attempt (operation, number, worker, finished_at, outcome)
      select ?, n, 'w', now(), case when n > 4 then 'ERROR' else 'SUCCESS' end from generate_series(1, 10) n`
    await house.hub.db.em().execute(tries, [`op_${ids.next}`])
    await house.hub.db.em().execute("update connection set state = 'NEEDS_AUTH'")
    await look()
    await house.hub.db.em().execute("update connection set state = 'ACTIVE'")
    await house.hub.db.em().execute('delete from attempt')
    const found = told().map(({ data }) => [data.condition, Math.round(data.value * 10) / 10] as const)
    expect(found.map(([condition]) => condition).toSorted()).toEqual([
      'ERROR_RATE',
      'NEEDS_AUTH',
      'OLDEST_WAITING',
    ])
    expect(found.find(([condition]) => condition === 'ERROR_RATE')?.[1]).toBe(0.6)
  })

  it('goes out by e-mail and to Slack', async () => {
    await save({ channel: 'EMAIL', target: 'Ops@Company.example', name: 'Größter Ärger' })
    await save({ channel: 'SLACK', target: url('services/T0/B0/secret') })
    await dies()
    await look()
    expect(mails).toHaveLength(1)
    expect(mails[0]).toMatch(/^To: ops@company\.example/im)
    expect(mails[0]).toContain('qwoty:main: 1 dead letter')
    const slack = got.find(({ path }) => path === '/services/T0/B0/secret')
    expect(JSON.parse(slack?.body ?? '{}')).toEqual({
      text: expect.stringContaining('1 dead letter') as string,
    })
  })

  it('can be tried out, and says why it does not arrive', async () => {
    const { rule } = await save({})
    const tried = async () => (await house.ask<{ testAlert: object }>(TEST, { id: rule.id })).data.testAlert
    expect(await tried()).toEqual({ delivered: true, problem: null })
    expect(told()[0]?.type).toBe('alert.test')
    status = 404
    expect(await tried()).toMatchObject({ delivered: false, problem: { code: 'UNAVAILABLE' } })
  })
})

describe('a rule for alerts', () => {
  it('never goes to a private address, nor shows the path of one, and keeps its secret to itself', async () => {
    const { data, errors } = await house.ask(SAVE, {
      i: { name: 'x', condition: 'NEEDS_AUTH', channel: 'SLACK', target: 'https://10.0.0.5/hook' },
    })
    expect(data).toBeNull()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION', field: 'target' })
    const { rule, secret } = await save({ target: url('hook/very-secret') })
    expect([rule.target, secret?.startsWith('whsec_')]).toEqual([
      `http://127.0.0.1:${portOf(receiver)}/…`,
      true,
    ])
    const [row] = await rows<{ target: string }>(house.hub.db.em(), 'select target from alert_rule')
    expect(row?.target).not.toContain('very-secret')
    const changed = await save({ id: rule.id, target: undefined, name: 'Renamed' })
    expect(changed).toMatchObject({ secret: null, rule: { id: rule.id, target: rule.target } })
    await dies()
    await look()
    expect(new Webhook(secret ?? '').verify(got[0]?.body ?? '', got[0]?.headers ?? {})).toBeTruthy()
  })

  it('of a key for some connections is about these alone, and no other key of that kind sees it', async () => {
    const limited = (connections: string[]) =>
      house.contexts.make({ ...ANONYMOUS, connections }, undefined, undefined, 'test')
    const input = { name: 'Mine', condition: 'NEEDS_AUTH', channel: 'SLACK', target: url('mine') }
    const saved = await house.ask<{ saveAlertRule: Saved }>(SAVE, { i: input }, limited(['qwoty:main']))
    const { id } = saved.data.saveAlertRule.rule
    expect((await ruleOf(house.hub.db.em(), 'default', id)).connections).toEqual(['qwoty:main'])
    const list = '{ alertRules { id } }'
    expect((await house.ask(list, {}, limited(['xero:main']))).data).toEqual({ alertRules: [] })
    expect((await house.ask(DELETE, { id }, limited(['xero:main']))).data).toEqual({ deleteAlertRule: false })
    expect((await house.ask(list, {}, limited(['qwoty:main']))).data).toEqual({ alertRules: [{ id }] })
    const foreign = await house.ask(
      SAVE,
      { i: { ...input, connections: ['xero:main'] } },
      limited(['qwoty:main']),
    )
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is refused when it makes no sense, and takes its alerts with it when it is deleted', async () => {
    for (const bad of [
      { name: ' ' },
      { condition: 'ERROR_RATE', threshold: 2 },
      { windowSeconds: 0 },
      { threshold: -1 },
    ]) {
      const rule = { name: 'x', condition: 'DEAD_LETTERS', channel: 'WEBHOOK', target: url('hook'), ...bad }
      expect((await house.ask(SAVE, { i: rule })).errors?.[0]?.extensions).toMatchObject({
        code: 'VALIDATION',
      })
    }
    const { rule } = await save({})
    await dies()
    status = 500
    await look()
    expect((await house.ask(DELETE, { id: rule.id })).data).toEqual({ deleteAlertRule: true })
    status = 200
    got.length = 0
    await look()
    expect(got).toEqual([])
    expect(await rows(house.hub.db.em(), 'select id from alert')).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../subgraphs/hub/database.ts'
import { InboxWorker, receive } from '../subgraphs/hub/inbox.ts'
import { retry } from '../subgraphs/hub/operators.ts'
import { Poller } from '../subgraphs/hub/poll.ts'
import type { SandboxFactory } from '../subgraphs/sandbox.ts'
import { freshDatabase } from './postgres.ts'
import { ADMIN, type Yard, buildYard } from './yard.ts'

type Fields = { [field: string]: unknown }

/** Customers whose rows the ERP shows in a form that nobody can read. */
const garbled = new Set<unknown>()

/** Breaks rows on their way out, as an add-on in an ERP does. */
function around(_name: string, factory: SandboxFactory): SandboxFactory {
  return (demo, url) => {
    const sandbox = factory(demo, url)
    const handle = sandbox.handle.bind(sandbox)
    sandbox.handle = async (request) => {
      const answer = await handle(request)
      if (!request.path.includes('/Customer') || typeof answer.body !== 'string') return answer
      const { data } = JSON.parse(answer.body) as { data?: Fields[] }
      if (!Array.isArray(data)) return answer
      const shown = data.map((row) =>
        'customer_name' in row && garbled.has(row.name) ? { ...row, customer_name: [] } : row,
      )
      return { ...answer, body: JSON.stringify({ data: shown }) }
    }
    return sandbox
  }
}

describe('a record that an ERP shows and nobody can read', () => {
  let yard: Yard
  let drop: () => Promise<void>
  let ids: string[]
  beforeAll(async () => {
    const database = await freshDatabase()
    drop = database.drop
    yard = await buildYard({ url: database.url, mounts: ['erpnext'], gates: { around } })
    await new Poller(yard.hub).once()
    const sql = `select native_id as id from mirror where connection = ? and kind = 'customer' order by native_id limit 3`
    ids = (await rows<{ id: string }>(yard.hub.db.em(), sql, [yard.id('erpnext')])).map(({ id }) => id)
  })
  afterAll(async () => {
    await yard.close()
    await drop()
  })

  const change = (id: string | undefined, email: string) =>
    yard.open('erpnext').erp.customer!.update!({ id: id! }, { email }, null)
  const poll = async () => {
    await yard.hub.db.em().execute('update poll set next_at = now()')
    await new Poller(yard.hub).once()
  }
  const told = () =>
    rows<{ id: string; native: string; status: string; code: string | null; email: string | null }>(
      yard.hub.db.em(),
      `select id, external_id as native, status, problem->>'code' as code, after->>'email' as email from operation
        where direction = 'IN' and object = 'CUSTOMER' order by created_at, external_id`,
    )

  it('waits in the log with its problem, once, and holds up no other', async () => {
    await change(ids[0], 'eins@kunde.example')
    await change(ids[1], 'zwei@kunde.example')
    garbled.add(ids[0])
    await poll()
    await change(ids[2], 'drei@kunde.example')
    garbled.clear()
    await change(ids[0], 'anders@kunde.example')
    garbled.add(ids[0])
    await poll()
    const list = await told()
    expect(list.filter(({ native }) => native === ids[0])).toMatchObject([
      { status: 'DEAD', code: 'BAD_ANSWER', email: null },
    ])
    expect(list.filter(({ native }) => native !== ids[0])).toMatchObject([
      { native: ids[1], status: 'DONE', email: 'zwei@kunde.example' },
      { native: ids[2], status: 'DONE', email: 'drei@kunde.example' },
    ])
  })

  it('is read again when a person says so', async () => {
    garbled.clear()
    const [dead] = (await told()).filter(({ status }) => status === 'DEAD')
    await retry(yard.hub, ADMIN, dead!.id)
    await new InboxWorker(yard.hub).once()
    expect((await told()).filter(({ native }) => native === ids[0])).toMatchObject([
      { status: 'DONE', email: null },
      { status: 'DONE', email: 'anders@kunde.example' },
    ])
  })

  it('that a webhook told of waits in the log, too, after it was tried often enough', async () => {
    garbled.add(ids[2])
    const at = new Date().toISOString()
    await receive(yard.hub.db, yard.id('erpnext'), [{ kind: 'customer', id: ids[2]!, deleted: false, at }])
    await yard.hub.db.em().execute('update inbox set tries = 12')
    await new InboxWorker(yard.hub).once()
    expect((await told()).findLast(({ native }) => native === ids[2])).toMatchObject({
      status: 'DEAD',
      code: 'BAD_ANSWER',
    })
    expect(await rows(yard.hub.db.em(), 'select * from inbox')).toEqual([])
  })
})

import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hookRoutes } from '../../gateway/hooks.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ODOO = 'odoo:main'
const SECRET = 'what the ERP and we agreed on'

let house: TestHouse
let url: string
let customers: string[]
beforeAll(async () => {
  house = await openHouse({ only: [ODOO, 'qwoty:main'], connection: { webhookSecret: SECRET } })
  await house.poll()
  ;({ url } = await house.serve({ routes: (app) => hookRoutes(app, house.hub) }))
  const sql =
    "select native_id as id from mirror where connection = ? and kind = 'customer' order by native_id"
  customers = (await rows<{ id: string }>(house.hub.db.em(), sql, [ODOO])).map(({ id }) => id)
}, 240_000)
afterAll(() => house.close())

/** A customer that no other test touches. */
function next(): string {
  const found = customers.shift()
  if (!found) throw new Error('There are no more customers.')
  return found
}

/** Somebody changes a customer in the ERP. */
async function change(id: string, phone: string): Promise<void> {
  await house.hub.directory.find('default', ODOO)?.erp.customer?.update?.({ id }, { phone }, null)
}

/** The ERP tells that a customer changed. */
async function tell(id: string, secret = SECRET): Promise<number> {
  const body = JSON.stringify({ _model: 'res.partner', _id: Number(id) })
  const at = `${url}/webhooks/${ODOO}?secret=${encodeURIComponent(secret)}`
  const headers = { 'content-type': 'application/json' }
  return (await fetch(at, { method: 'POST', headers, body })).status
}

async function logged(id: string): Promise<{ after: { phone: string }; by: string }[]> {
  const sql = `select after, requested_by as "by" from operation where direction = 'IN' and object = 'CUSTOMER' and external_id = ?
    order by created_at, id`
  return rows(house.hub.db.em(), sql, [id])
}

const inbox = () => rows(house.hub.db.em(), 'select * from inbox')

describe('a webhook of an ERP', () => {
  it('that comes a hundred times is one change', async () => {
    const id = next()
    await change(id, '+49301000001')
    const answers = await Promise.all(Array.from({ length: 100 }, () => tell(id)))
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(await inbox()).toHaveLength(1)
    await house.settle()
    for (let time = 0; time < 3; time += 1) {
      await tell(id)
      await house.settle()
    }
    expect(await logged(id)).toMatchObject([{ after: { phone: '+49301000001' }, by: 'webhook' }])
    expect(await inbox()).toEqual([])
  })

  it('that comes late or out of order does no harm: the newest version is read', async () => {
    const id = next()
    await change(id, '+49302000001')
    await change(id, '+49302000002')
    await tell(id)
    await house.settle()
    // What told of the first change arrives behind what told of the second.
    await tell(id)
    await house.settle()
    expect((await logged(id)).map(({ after }) => after.phone)).toEqual(['+49302000002'])
  })

  it('that is lost is made up for by the next poll, and changes nothing when it comes after all', async () => {
    const id = next()
    await change(id, '+49303000001')
    await house.hub.db.em().execute('update poll set next_at = now()')
    await house.poll()
    expect(await logged(id)).toMatchObject([{ after: { phone: '+49303000001' }, by: 'poll' }])
    await tell(id)
    await house.settle()
    expect(await logged(id)).toHaveLength(1)
  })

  it('is written down before it is answered, and read when the ERP can be asked again', async () => {
    const id = next()
    await change(id, '+49304000001')
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0 }])
    expect(await tell(id)).toBe(200)
    await house.settle()
    expect(await inbox()).toHaveLength(1)
    expect(await logged(id)).toEqual([])
    house.sandboxes.faults('odoo', [])
    await house.hub.db.em().execute('update inbox set next_at = now()')
    await house.settle()
    expect(await logged(id)).toMatchObject([{ after: { phone: '+49304000001' } }])
  })

  it('with another secret leaves nothing behind, and looks like one of a connection that is not there', async () => {
    const id = next()
    expect(await tell(id, `${SECRET}x`)).toBe(401)
    const nowhere = await fetch(`${url}/webhooks/odoo:none?secret=x`, { method: 'POST', body: '{}' })
    const wrong = await fetch(`${url}/webhooks/${ODOO}?secret=x`, { method: 'POST', body: '{}' })
    expect([nowhere.status, await nowhere.text()]).toEqual([wrong.status, await wrong.text()])
    expect(await inbox()).toEqual([])
  })

  it('that was recorded is refused five minutes later where the vendor signs the time', async () => {
    const body = JSON.stringify({ event_type: 'quote.sent', id: 'qte_none' })
    const sent = async (ageS: number) => {
      const at = String(Math.floor(Date.now() / 1000) - ageS)
      const signature = createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex')
      const signed = { 'x-qwoty-timestamp': at, 'x-qwoty-signature': signature }
      const headers = { 'content-type': 'application/json', ...signed }
      return (await fetch(`${url}/webhooks/qwoty:main`, { method: 'POST', headers, body })).status
    }
    expect([await sent(0), await sent(240), await sent(310), await sent(-400)]).toEqual([200, 200, 401, 401])
  })
})

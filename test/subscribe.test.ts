import { afterEach, describe, expect, it } from 'vitest'
import { hookRoutes } from '../gateway/hooks.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from './whole.ts'

const BC = 'businesscentral:main'
const KINDS = 6

let house: TestHouse
afterEach(() => house.close())

async function open(isPublic: boolean): Promise<string> {
  house = await openHouse({ only: [BC], connection: { webhookSecret: 'a secret of the webhooks' } })
  const { url } = await house.serve({ routes: (app) => hookRoutes(app, house.hub) })
  Object.assign(house.hub, { publicUrl: url, isPublic })
  return url
}

/** The writes that the ERP got about subscriptions. */
function asked(): { method: string; status: number | null }[] {
  return house.sandboxes
    .calls('businesscentral')
    .filter(({ method, path }) => path.includes('/subscriptions') && method !== 'GET')
    .map(({ method, status }) => ({ method, status }))
}

async function due(): Promise<{ kind: string; minutes: number }[]> {
  const sql = `select kind, extract(epoch from next_at - now())::int / 60 as minutes from poll where kind = 'hook'`
  return rows(house.hub.db.em(), sql)
}

describe('webhooks that an ERP sends only when it is asked', () => {
  it('are asked for once, proved by the handshake, and prolonged before they end', async () => {
    const url = await open(true)
    // Some vendors try the address before they subscribe it, whatever stands behind it.
    const tried = await fetch(`${url}/webhooks/anything`, { method: 'HEAD' })
    expect([tried.status, await tried.text()]).toEqual([204, ''])
    await house.poll()
    expect(asked()).toEqual(Array.from({ length: KINDS }, () => ({ method: 'POST', status: 201 })))
    await house.poll()
    expect(asked()).toHaveLength(KINDS)
    // They end after three days; the longest pause is one.
    expect(await due()).toEqual([{ kind: 'hook', minutes: expect.closeTo(24 * 60, -1) }])
    await house.hub.db.em().execute(`update poll set next_at = now() where kind = 'hook'`)
    await house.poll()
    expect(asked().slice(KINDS)).toEqual(
      Array.from({ length: KINDS }, () => ({ method: 'PATCH', status: 200 })),
    )
  })

  it('are asked for anew when the address of this server has changed', async () => {
    const url = await open(true)
    await house.poll()
    house.hub.publicUrl = url.replace('127.0.0.1', 'localhost')
    await house.poll()
    expect(asked().slice(KINDS)).toEqual(
      Array.from({ length: KINDS }, () => ({ method: 'POST', status: 201 })),
    )
  })

  it('are not asked for while nobody said that vendors reach this server', async () => {
    await open(false)
    await house.poll()
    expect([asked(), await due()]).toEqual([[], []])
  })
})

import { describe, expect, it } from 'vitest'
import { type Exchange, asCall } from '../../subgraphs/http.ts'
import type { Got } from './open.ts'
import { Room, small } from './open.ts'

const GET = { request: { method: 'GET', path: '/c/${input.id}' }, fields: { externalId: 'id', name: 'id' } }
const CAPABILITIES = { 'customers.list': GET, 'customers.get': GET }

function auth(more: object): object {
  return {
    kind: 'session',
    login: { method: 'POST', path: '/login', body: "{'p': secret.password}" },
    token: 'body.token',
    expiresInS: '3600',
    apply: { in: 'header', name: 'X-Session', value: 'S ${token}' },
    ...more,
  }
}

describe('sessions of a manifest', () => {
  const room = new Room()
  const credentials = { password: 'secret-word' }
  const open = (more: object) => room.open(small(CAPABILITIES, { auth: auth(more) }), { credentials }).erp
  const loggedIn = (): Got[] => room.got.filter(({ url }) => url === '/login')
  const proofs = (): Set<unknown> =>
    new Set(room.got.filter(({ url }) => url.startsWith('/c/')).map(({ headers }) => headers['x-session']))
  const serve = (): void => {
    let tokens = 0
    room.say = ({ url }) =>
      url === '/login' ? { body: { token: `T${(tokens += 1)}` } } : { body: { id: url.slice(3) } }
  }

  it('are one for all requests, and up to maxSessions where a manifest allows more', async () => {
    serve()
    const ids = ['1', '2', '3', '4', '5', '6']
    await open({}).customers?.byId(ids)
    expect([loggedIn().length, [...proofs()]]).toEqual([1, ['S T1']])
    const many = open({ maxSessions: 2 })
    serve()
    expect((await many.customers?.byId(ids))?.map((row) => row && 'id' in row && row.id)).toEqual(ids)
    await many.customers?.byId(ids)
    expect([loggedIn().length, [...proofs()].toSorted()]).toEqual([2, ['S T1', 'S T2']])
  })

  it('are used one after the other by requests that do not meet: the first one is enough', async () => {
    serve()
    const { customers } = open({ maxSessions: 3 })
    for (const id of ['1', '2', '3']) await customers?.byId([id])
    expect(loggedIn()).toHaveLength(1)
  })

  it('are renewed by themselves: the end of one costs the others nothing', async () => {
    serve()
    const { customers } = open({ maxSessions: 2 })
    await customers?.byId(['1', '2', '3'])
    const answer = room.say
    room.say = (got) =>
      got.headers['x-session'] === 'S T1' ? { status: 401, body: { why: 'ended' } } : answer(got)
    const rows = await customers?.byId(['4', '5', '6', '7'])
    expect(rows?.map((row) => row && 'id' in row && row.id)).toEqual(['4', '5', '6', '7'])
    expect([loggedIn().length, proofs().has('S T3')]).toEqual([3, true])
  })

  it('can stand in the query, hidden from the log, and are renewed and ended there as well', async () => {
    let tokens = 0
    room.say = ({ url }) => {
      if (url === '/login') return { body: { token: `long/token ${(tokens += 1)}` } }
      return url === '/c/2?sid=long%2Ftoken%201' ? { status: 401 } : { body: { id: url.slice(3, 4) } }
    }
    const apply = { in: 'query', name: 'sid', value: '${token}' }
    const { customers, close } = open({ apply, logout: { method: 'POST', path: '/logout' } })
    const exchanges: Exchange[] = []
    const call = { lane: 'live', record: (exchange: Exchange) => void exchanges.push(exchange) } as const
    await asCall(call, async () => {
      for (const id of ['1', '2']) await customers?.byId([id])
      await close?.()
    })
    const sent = room.got.map(({ url }) => url).filter((url) => url !== '/login')
    expect(sent).toEqual([
      '/c/1?sid=long%2Ftoken%201',
      '/c/2?sid=long%2Ftoken%201',
      '/c/2?sid=long%2Ftoken%202',
      '/logout?sid=long%2Ftoken%202',
    ])
    expect(exchanges).toHaveLength(6)
    expect(JSON.stringify(exchanges)).not.toMatch(/long.*token/)
  })

  it('end with the connection where the manifest has a logout, and nothing is sent where there was none', async () => {
    serve()
    const logout = { method: 'POST', path: '/logout' }
    const { customers, close } = open({ maxSessions: 2, logout })
    await close?.()
    expect(room.got).toEqual([])
    await customers?.byId(['1', '2'])
    await close?.()
    await close?.()
    const ended = room.got.filter(({ url }) => url === '/logout').map(({ headers }) => headers['x-session'])
    expect(ended).toEqual(['S T1', 'S T2'])
    expect(open({}).close).toBeUndefined()
  })
})

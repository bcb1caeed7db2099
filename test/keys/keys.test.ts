import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Contexts } from '../../gateway/context.ts'
import { Access } from '../../subgraphs/hub/access.ts'
import { keyHash } from '../../subgraphs/hub/vault.ts'
import { type Reply, codes, post } from '../gateway/client.ts'
import { addKey, addTenant } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'
const [MINE, OTHER] = ['odoo:main', 'erpnext:main']
const FIELDS = `id name scopes connections customer stockAs lowStockBelow configured createdBy rotatedAt previousUntil
  expiresAt revokedAt lastUsedAt ageDays warning`
const CREATE = `mutation ($i: CreateKeyInput!) { createKey(input: $i) { secret key { ${FIELDS} } } }`
const ROTATE = `mutation ($id: ID!, $h: Int = 24) { rotateKey(id: $id, overlapHours: $h) { secret key { ${FIELDS} } } }`
const REVOKE = `mutation ($id: ID!) { revokeKey(id: $id) { ${FIELDS} } }`
const KEYS = `query ($all: Boolean = false) { keys(revoked: $all) { ${FIELDS} } }`

interface Key {
  id: string
  name: string
  connections: string[] | null
  configured: boolean
  previousUntil: string | null
  revokedAt: string | null
  lastUsedAt: string | null
  ageDays: number
  warning: string | null
}
interface Made {
  secret: string
  key: Key
}

let house: TestHouse
let url = ''

async function create(input: object, key = ADMIN): Promise<Reply<{ createKey: Made }>> {
  return post(url, CREATE, { i: { name: 'portal', scopes: ['read:stock'], ...input } }, { key })
}
async function made(input: object = {}, key = ADMIN): Promise<Made> {
  const reply = await create(input, key)
  expect(reply.errors).toEqual([])
  return reply.data!.createKey
}
async function keys(key = ADMIN, all = false): Promise<Key[]> {
  const reply = await post<{ keys: Key[] }>(url, KEYS, { all }, { key })
  expect(reply.errors).toEqual([])
  return reply.data!.keys
}
async function isGood(key: string): Promise<boolean> {
  return (await post(url, '{ __typename }', {}, { key })).status === 200
}
/** Moves what a key remembers of time into the past. */
function back(id: string, column: string, time: string): Promise<unknown> {
  const sql = `update api_key set ${column} = now() - interval '${time}' where id = ?`
  return house.hub.db
    .em()
    .execute(sql, [id])
    .then(() => house.hub.db.bus.tell('key', id))
}

beforeAll(async () => {
  const given = [{ name: 'admin', secret: ADMIN, scopes: ['admin' as const] }]
  house = await openHouse({ only: [MINE, OTHER], keys: given })
  await addTenant(house, 'elsewhere', { 'odoo:foreign': MINE })
  url = (await house.serve()).url
})
afterAll(() => house.close())

describe('a key that is made', () => {
  it('works at once, shows its secret once, and keeps neither secret nor hash readable', async () => {
    const { secret, key } = await made({ connections: [MINE] })
    expect(secret).toMatch(/^erp_[\w-]{43}$/)
    expect(await isGood(secret)).toBe(true)
    const text = JSON.stringify(await keys())
    for (const hidden of [secret, keyHash(secret), ADMIN, keyHash(ADMIN)]) expect(text).not.toContain(hidden)
    expect(key).toMatchObject({ connections: [MINE], configured: false, createdBy: 'admin', ageDays: 0 })
  })

  it('must have a name, known scopes, known connections, a known customer and a time to come', async () => {
    const wrong: [string, object][] = [
      ['name', { name: ' ' }],
      ['scopes', { scopes: [] }],
      ['scopes', { scopes: ['write:everything'] }],
      ['connections', { connections: ['nowhere:main'] }],
      ['connections', { connections: ['odoo:foreign'] }],
      ['connections', { connections: [] }],
      ['customer', { customer: 'cus_nobody' }],
      ['expiresAt', { expiresAt: '2020-01-01T00:00:00Z' }],
      ['lowStockBelow', { lowStockBelow: '-1' }],
    ]
    const before = (await keys(ADMIN, true)).length
    for (const [field, input] of wrong) {
      const { errors } = await create(input)
      expect(errors.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
        ['VALIDATION', field],
      ])
    }
    expect(await keys(ADMIN, true)).toHaveLength(before)
  })

  it('gives no more than the key that made it has', async () => {
    const limited = await made({ name: 'limited', scopes: ['admin'], connections: [MINE] })
    expect(codes(await create({ connections: [OTHER] }, limited.secret))).toEqual(['VALIDATION'])
    const child = await made({ name: 'child', scopes: ['admin'] }, limited.secret)
    expect(child.key).toMatchObject({ connections: [MINE], createdBy: 'limited' })
    const wide = await made({ name: 'wide' })
    expect((await keys(child.secret)).map(({ name }) => name)).not.toContain('wide')
    for (const change of [ROTATE, REVOKE])
      expect(codes(await post(url, change, { id: wide.key.id }, { key: child.secret }))).toEqual([
        'NOT_FOUND',
      ])
    expect(await isGood(wide.secret)).toBe(true)
    const levels = await made({ scopes: ['admin'], stockAs: 'LEVELS', lowStockBelow: '5' })
    expect(codes(await create({ stockAs: 'EXACT' }, levels.secret))).toEqual(['FORBIDDEN'])
    expect(codes(await create({ lowStockBelow: '6' }, levels.secret))).toEqual(['FORBIDDEN'])
    expect((await made({}, levels.secret)).key).toMatchObject({ stockAs: 'LEVELS', lowStockBelow: '5' })
  })

  it('belongs to the tenant of its maker', async () => {
    const foreign = await addKey(house, { scopes: ['admin'], tenant: 'elsewhere' })
    const { key } = await made({ name: 'ours' })
    for (const change of [ROTATE, REVOKE])
      expect(codes(await post(url, change, { id: key.id }, { key: foreign }))).toEqual(['NOT_FOUND'])
    const theirs = await made({ name: 'theirs' }, foreign)
    expect((await keys()).map(({ id }) => id)).not.toContain(theirs.key.id)
    expect(codes(await create({ connections: [MINE] }, foreign))).toEqual(['VALIDATION'])
  })

  it('needs the right admin to be made, listed, rotated or revoked', async () => {
    const user = (await made({ scopes: ['read:sync', 'write:order'] })).secret
    const { key } = await made()
    const all = [
      post(url, KEYS, {}, { key: user }),
      create({}, user),
      post(url, ROTATE, { id: key.id }, { key: user }),
      post(url, REVOKE, { id: key.id }, { key: user }),
    ]
    for (const reply of await Promise.all(all)) expect(codes(reply)).toEqual(['FORBIDDEN'])
  })
})

describe('a key that is rotated', () => {
  it('has two good secrets for the overlap, and then the new one alone', async () => {
    const first = await made()
    const reply = await post<{ rotateKey: Made }>(url, ROTATE, { id: first.key.id }, { key: ADMIN })
    const second = reply.data!.rotateKey
    expect(second.secret).not.toBe(first.secret)
    expect([await isGood(first.secret), await isGood(second.secret)]).toEqual([true, true])
    const hours = (Date.parse(second.key.previousUntil!) - Date.now()) / 3_600_000
    expect(Math.round(hours)).toBe(24)
    await back(first.key.id, 'previous_until', '1 second')
    expect([await isGood(first.secret), await isGood(second.secret)]).toEqual([false, true])
    expect((await keys()).find(({ id }) => id === first.key.id)?.previousUntil).toBeNull()
  })

  it('ends the old secret at once where no overlap is wanted, and the oldest of three always', async () => {
    const { key, secret } = await made()
    const again = async (h: number) =>
      (await post<{ rotateKey: Made }>(url, ROTATE, { id: key.id, h }, { key: ADMIN })).data!.rotateKey.secret
    const second = await again(1)
    const third = await again(1)
    const good = async (all: string[]) => Promise.all(all.map(isGood))
    expect(await good([secret, second, third])).toEqual([false, true, true])
    const fourth = await again(0)
    expect(await good([secret, second, third, fourth])).toEqual([false, false, false, true])
    for (const h of [-1, 721])
      expect(codes(await post(url, ROTATE, { id: key.id, h }, { key: ADMIN }))).toEqual(['VALIDATION'])
  })

  it('is rotated once when two ask at the same moment', async () => {
    const { key } = await made()
    const both = await Promise.all(
      [1, 2].map(() => post<{ rotateKey: Made }>(url, ROTATE, { id: key.id }, { key: ADMIN })),
    )
    const good = both.flatMap(({ data }) => data?.rotateKey?.secret ?? [])
    const refused = both.flatMap(codes)
    expect(good.length + refused.length).toBe(2)
    expect(refused.every((code) => code === 'CONFLICT')).toBe(true)
    for (const secret of good) expect(await isGood(secret)).toBe(true)
  })
})

describe('a key that is revoked', () => {
  it('is good no more, with both of its secrets, here and in every other process', async () => {
    const { key, secret } = await made()
    const reply = await post<{ rotateKey: Made }>(url, ROTATE, { id: key.id }, { key: ADMIN })
    const second = reply.data!.rotateKey.secret
    const elsewhere = new Contexts(house.hub, new Access(house.hub.db, house.hub.catalogue, false))
    await elsewhere.of(`Bearer ${second}`)
    expect([await isGood(secret), await isGood(second)]).toEqual([true, true])
    await post(url, REVOKE, { id: key.id }, { key: ADMIN })
    expect([await isGood(secret), await isGood(second)]).toEqual([false, false])
    await expect(elsewhere.of(`Bearer ${second}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect((await keys()).some(({ id }) => id === key.id)).toBe(false)
    expect((await keys(ADMIN, true)).find(({ id }) => id === key.id)?.revokedAt).not.toBeNull()
    for (const change of [ROTATE, REVOKE])
      expect(codes(await post(url, change, { id: key.id }, { key: ADMIN }))).toEqual(['CONFLICT'])
  })
})

describe('the list of keys', () => {
  it('warns of a secret that is 90 days old until it is rotated, and of an end within 14 days', async () => {
    const { key } = await made()
    const found = async () => (await keys()).find(({ id }) => id === key.id)!
    await back(key.id, 'created_at', '89 days 23 hours')
    expect(await found()).toMatchObject({ ageDays: 89, warning: null })
    await back(key.id, 'created_at', '90 days')
    expect(await found()).toMatchObject({ ageDays: 90, warning: 'Its secret is 90 days old; rotate it.' })
    await post(url, ROTATE, { id: key.id }, { key: ADMIN })
    expect(await found()).toMatchObject({ ageDays: 0, warning: null })
    await back(key.id, 'expires_at', '-13 days')
    expect((await found()).warning).toMatch(/^It expires in 1[34] days\.$/)
    await back(key.id, 'expires_at', '-15 days')
    expect((await found()).warning).toBeNull()
    await back(key.id, 'expires_at', '1 second')
    expect((await found()).warning).toBe('It has expired.')
  })

  it('says when a key was last used, to the minute', async () => {
    const { key, secret } = await made()
    const used = async () => (await keys()).find(({ id }) => id === key.id)!.lastUsedAt
    expect(await used()).toBeNull()
    await isGood(secret)
    const first = await used()
    expect(Date.now() - Date.parse(first!)).toBeLessThan(60_000)
    house.hub.db.bus.tell('key', key.id)
    await isGood(secret)
    expect(await used()).toBe(first)
    await back(key.id, 'last_used_at', '2 minutes')
    await isGood(secret)
    expect(Date.parse((await used())!)).toBeGreaterThanOrEqual(Date.parse(first!))
  })

  it('shows the keys of the config file, which are changed there alone', async () => {
    const { id, ...own } = (await keys()).find(({ configured }) => configured)!
    expect(own).toMatchObject({ name: 'admin', connections: null })
    for (const change of [ROTATE, REVOKE]) {
      const { errors } = await post(url, change, { id }, { key: ADMIN })
      expect(errors).toMatchObject([
        {
          message: 'This key stands in the config file; change it there.',
          extensions: { code: 'VALIDATION' },
        },
      ])
    }
    expect(await isGood(ADMIN)).toBe(true)
  })
})

import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { hubSubgraph } from '../../subgraphs/hub/index.ts'
import { addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'

interface Line {
  sequence: string
  actor: string
  action: string
  stage: string
  requestId: string
  details: {
    args?: Record<string, unknown>
    code?: string
    ids?: string[]
    changes?: { table: string; id: string; before: object | null; after: object | null }[]
  }
}

let house: TestHouse
beforeAll(async () => {
  house = await openHouse({ only: ['qwoty:main'] })
}, 240_000)
afterAll(() => house.close())

async function lines(filter: object = {}, first = 50): Promise<Line[]> {
  const { data, errors } = await house.ask<{ audit: { nodes: Line[] } }>(
    `query ($filter: AuditFilter, $first: Int) { audit(filter: $filter, first: $first) {
      nodes { sequence actor action stage requestId details } } }`,
    { filter, first },
  )
  expect(errors).toBeUndefined()
  return data.audit.nodes
}

interface Verified {
  ok: boolean
  checked: number
  brokenAt: string | null
  lastSequence: string
  lastHash: string
}
async function verify(anchor: { sequence?: string; hash?: string } = {}): Promise<Verified> {
  const ask = `query ($sequence: ID, $hash: String) {
    verifyAudit(sequence: $sequence, hash: $hash) { ok checked brokenAt lastSequence lastHash } }`
  return (await house.ask<{ verifyAudit: Verified }>(ask, anchor)).data.verifyAudit
}

/** Any value that a type takes. */
function anyOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return anyOf(type.ofType)
  if (isListType(type)) return [anyOf(type.ofType)]
  const named = getNamedType(type)
  if (isEnumType(named)) return named.getValues()[0]?.name
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields()).filter((field) => isNonNullType(field.type))
    return Object.fromEntries(fields.map((field) => [field.name, anyOf(field.type)]))
  }
  const values: Record<string, unknown> = {
    ...{ Int: 1, Float: 1, Boolean: true, JSON: {}, Decimal: '1', CurrencyCode: 'EUR', CountryCode: 'DE' },
    ...{
      DateTime: '2030-01-01T00:00:00Z',
      Date: '2030-01-01',
      EmailAddress: 'a@example.com',
      PhoneNumber: '+4930123456',
    },
  }
  return values[named.name] ?? 'x'
}

describe('the record of who changed what', () => {
  it('has a line of every mutation of the graph, before it begins and when it has ended', async () => {
    const fields = Object.values(hubSubgraph().schema.getMutationType()?.getFields() ?? {})
    expect(fields.length).toBeGreaterThan(20)
    const silent: string[] = []
    for (const field of fields) {
      const args = field.args.filter(({ type }) => isNonNullType(type))
      const head = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')
      const body = args.map(({ name }) => `${name}: $${name}`).join(', ')
      const isObject = getNamedType(field.type).astNode?.kind === 'ObjectTypeDefinition'
      const query = `mutation ${head && `(${head})`} { ${field.name}${body && `(${body})`} ${isObject ? '{ __typename }' : ''} }`
      await house.ask(query, Object.fromEntries(args.map(({ name, type }) => [name, anyOf(type)])))
      const stages = (await lines({ actions: [field.name] })).map(({ stage }) => stage)
      if (!stages.includes('ASKED') || !stages.some((stage) => stage === 'DONE' || stage === 'REFUSED'))
        silent.push(field.name)
    }
    expect(silent).toEqual([])
  })

  it('says who changed what, from what to what, without secrets', async () => {
    const name = 'auditor'
    const create = `mutation { createKey(input: { name: "${name}", scopes: ["read:stock"] }) { secret key { id } } }`
    const { data } = await house.ask<{ createKey: { secret: string; key: { id: string } } }>(create)
    const { secret, key } = data.createKey
    await house.ask(`mutation { revokeKey(id: "${key.id}") { id } }`)
    const [done, asked] = await lines({ subject: key.id, actions: ['revokeKey'] })
    expect(asked).toMatchObject({ stage: 'ASKED', actor: 'anonymous', details: { args: { id: key.id } } })
    expect(done?.requestId).toBe(asked?.requestId)
    const revoked = { before: { revoked_at: null }, after: { revoked_at: expect.any(String) } }
    expect(done?.details.changes).toMatchObject([{ table: 'api_key', id: key.id, ...revoked }])
    const [made] = await lines({ subject: key.id, actions: ['createKey'] })
    expect(made?.details.changes).toMatchObject([
      { before: null, after: { name, scopes: ['read:stock'], hash: '•••' } },
    ])
    const all = JSON.stringify(await rows(house.hub.db.em(), 'select * from audit'))
    expect(all).not.toContain(secret)
  })

  it('shows which rule, subscription and connection changed, but no address and no credentials', async () => {
    await house.ask(
      'mutation { setConflictRule(rule: { field: "email", strategy: LAST_WRITE_WINS }) { field } }',
    )
    const [rule] = await lines({ actions: ['setConflictRule'] })
    expect(rule?.details.changes).toMatchObject([
      { table: 'conflict_rule', id: 'email', before: null, after: { strategy: 'LAST_WRITE_WINS' } },
    ])
    const hook = 'https://example.com/hooks/a-token-in-the-path?key=hidden'
    await house.ask(`mutation { createWebhookSubscription(input: { url: "${hook}" }) { secret } }`)
    const connect =
      'mutation ($config: JSON!) { connect(id: "qwoty:two", system: "qwoty", config: $config) { id } }'
    await house.ask(connect, { config: { apiKey: 'very-secret-credential', url: 'http://127.0.0.1:1/' } })
    await house.ask('mutation { pauseConnection(id: "qwoty:main") { id } }')
    await house.ask('mutation { resumeConnection(id: "qwoty:main") { id } }')
    const [, paused] = (await lines({ subject: 'qwoty:main' })).filter(({ stage }) => stage === 'DONE')
    expect(paused?.details.changes).toMatchObject([
      { table: 'connection', id: 'qwoty:main', before: { state: 'ACTIVE' }, after: { state: 'PAUSED' } },
    ])
    const all = JSON.stringify(await rows(house.hub.db.em(), 'select * from audit'))
    expect(all).not.toContain('a-token-in-the-path')
    expect(all).not.toContain('very-secret-credential')
  })

  it('holds nothing about a person, whoever was written', async () => {
    const input = {
      name: 'Ada Lovelace',
      email: 'ada@lovelace.example',
      phone: '+493055667788',
      taxId: 'DE123456789',
    }
    const upsert = `mutation ($input: UpsertCustomerInput!) {
      upsertCustomer(input: $input, idempotencyKey: "ada") { customer { id } problems { message } } }`
    const { data } = await house.ask<{ upsertCustomer: { customer: { id: string } | null } }>(upsert, {
      input,
    })
    expect(data.upsertCustomer.customer?.id).toMatch(/^cus_/)
    const [done, asked] = await lines({ actions: ['upsertCustomer'] })
    expect(asked?.details.args).toMatchObject({ idempotencyKey: 'ada', input: { name: '•••', email: '•••' } })
    expect(done?.details.ids).toContain(data.upsertCustomer.customer?.id)
    const all = JSON.stringify(await rows(house.hub.db.em(), 'select * from audit'))
    for (const text of Object.values(input)) expect(all).not.toContain(text)
  })

  it('notes what was refused, and by whom it was asked', async () => {
    const key = await addKey(house, { scopes: ['read:stock'] })
    const context = await house.contexts.of(`Bearer ${key}`)
    await house.ask('mutation { pauseConnection(id: "qwoty:main") { id } }', {}, context)
    const [refused] = await lines({ actors: [key] })
    expect(refused).toMatchObject({
      action: 'pauseConnection',
      stage: 'REFUSED',
      details: { code: 'FORBIDDEN' },
    })
    for (const query of ['{ audit { nodes { action } } }', '{ verifyAudit { ok } }']) {
      const { errors } = await house.ask(query, {}, context)
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
    }
    const part = await addKey(house, { scopes: ['admin'], connections: ['qwoty:main'] })
    const { errors } = await house.ask(
      '{ audit { nodes { action } } }',
      {},
      await house.contexts.of(`Bearer ${part}`),
    )
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
  })

  it('does not let a mutation begin that it cannot write down', async () => {
    const em = house.hub.db.em()
    await em.execute('alter table audit rename to audit_away')
    const { errors } = await house.ask(
      'mutation { setConflictRule(rule: { field: "phone", strategy: MANUAL }) { field } }',
    )
    await em.execute('alter table audit_away rename to audit')
    expect(errors).toHaveLength(1)
    expect(await rows(em, "select * from conflict_rule where field = 'phone'")).toEqual([])
  })

  it('is read page by page, newest first', async () => {
    const page = async (after: string | null) =>
      (
        await house.ask<{ audit: { nodes: Line[]; pageInfo: { endCursor: string; hasNextPage: boolean } } }>(
          'query ($after: String) { audit(first: 3, after: $after) { nodes { sequence } pageInfo { endCursor hasNextPage } } }',
          { after },
        )
      ).data.audit
    const first = await page(null)
    const second = await page(first.pageInfo.endCursor)
    const all = [...first.nodes, ...second.nodes].map(({ sequence }) => Number(sequence))
    expect(all).toEqual(Array.from({ length: 6 }, (_, index) => (all[0] ?? 0) - index))
    expect(first.pageInfo.hasNextPage).toBe(true)
  })
})

describe('the chain of the record', () => {
  const sql = (text: string, values: unknown[] = []) => house.hub.db.em().execute(text, values)
  /** What only somebody can do who owns the database. */
  const tamper = async (text: string, values: unknown[] = []) => {
    await sql('alter table audit disable trigger all')
    await sql(text, values)
    await sql('alter table audit enable trigger all')
  }
  const copy = () => sql('create table kept as select * from audit')
  const restore = async () => {
    await tamper('delete from audit')
    await tamper('insert into audit select * from kept')
    await sql('drop table kept')
  }

  it('is whole when many write at the same time', async () => {
    const set = (field: string) =>
      house.ask('mutation ($field: String!) { deleteConflictRule(field: $field) { field } }', { field })
    await Promise.all(Array.from({ length: 30 }, (_, index) => set(`f${index}`)))
    const [last] = await lines({}, 1)
    expect(await verify()).toMatchObject({ ok: true, brokenAt: null, checked: Number(last?.sequence) })
  })

  it('cannot be changed, shortened or emptied by a statement', async () => {
    for (const text of ["update audit set actor = 'nobody'", 'delete from audit', 'truncate audit'])
      await expect(sql(text)).rejects.toThrow('only ever added to')
    expect(await verify()).toMatchObject({ ok: true })
  })

  it('shows a line that was changed, taken out, moved, or cut off the end', async () => {
    const { checked, lastSequence, lastHash } = await verify()
    const anchor = { sequence: lastSequence, hash: lastHash }
    const faults: [string, unknown[], string][] = [
      ["update audit set actor = 'nobody' where sequence = 5", [], '5'],
      ["update audit set details = replace(details, '{', '{ ') where sequence = 7", [], '7'],
      ['delete from audit where sequence = 9', [], '9'],
      ['delete from audit where sequence = 1', [], '1'],
      [
        'update audit set sequence = case sequence when 11 then -12 else -11 end where sequence in (11, 12)',
        [],
        '11',
      ],
      ['delete from audit where sequence = ?', [lastSequence], lastSequence],
    ]
    for (const [text, values, brokenAt] of faults) {
      await copy()
      await tamper(text, values)
      if (brokenAt === '11') await tamper('update audit set sequence = -sequence where sequence < 0')
      expect(await verify(anchor)).toMatchObject({ ok: false, brokenAt })
      await restore()
    }
    expect(await verify(anchor)).toMatchObject({ ok: true, checked })
  })
})

import { describe, expect, it } from 'vitest'
import type { Change, Cursor, Kind } from '../../subgraphs/connector.ts'
import { customerOf, errorOf, stage } from './open.ts'

const { open } = stage()

async function told({ erp }: ReturnType<typeof open>, kind: Kind, since: Cursor | null) {
  const changes: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.(kind, since) ?? []) {
    changes.push(...page.changes)
    cursor = page.cursor
  }
  return { changes, cursor }
}

/** What is told of a record last. */
function lastOf(changes: Change[], id: string): Change | undefined {
  return changes.findLast((change) => change.id === id)
}

async function setCustomer({ raw }: ReturnType<typeof open>, id: string, customer: boolean): Promise<void> {
  const answer = await raw('PUT', `party/id/${id}?ignoreMissingProperties=true`, { customer })
  expect(answer.status).toBe(200)
}

describe('the changes of weclapp', () => {
  it('tell a party that is no customer any more as gone, and as back when it is one again', async () => {
    const tenant = open()
    const id = customerOf(tenant, 'C-10001')
    const { cursor } = await told(tenant, 'customer', null)
    await setCustomer(tenant, id, false)
    const after = await told(tenant, 'customer', cursor)
    expect(lastOf(after.changes, id)).toMatchObject({ kind: 'customer', deleted: true })
    expect(after.changes.filter(({ deleted }) => deleted)).toHaveLength(1)
    expect(await tenant.erp.customers?.byId([id])).toEqual([null])
    await setCustomer(tenant, id, true)
    const { changes } = await told(tenant, 'customer', after.cursor)
    expect(lastOf(changes, id)).toMatchObject({ deleted: false })
  })

  it('tell the old version of a quote as gone when there is a new one, which is told too', async () => {
    const tenant = open()
    const before = await told(tenant, 'quote', null)
    const id = before.changes[0]?.id ?? ''
    const answer = await tenant.raw('POST', `quotation/id/${id}/createNewVersion`, {})
    const { result } = JSON.parse(answer.text) as { result: { id: string; activeVersion: boolean } }
    expect(result.activeVersion).toBe(true)
    const { changes } = await told(tenant, 'quote', before.cursor)
    expect(lastOf(changes, id)).toMatchObject({ kind: 'quote', deleted: true })
    expect(lastOf(changes, result.id)).toMatchObject({ kind: 'quote', deleted: false })
    expect(await tenant.erp.quotes?.byId([id])).toEqual([null])
  })

  it('tell nothing as gone from the beginning on, where nothing is known yet', async () => {
    const tenant = open()
    await setCustomer(tenant, customerOf(tenant, 'C-10001'), false)
    const { changes } = await told(tenant, 'customer', null)
    expect(changes.length).toBeGreaterThan(0)
    expect(changes.filter(({ deleted }) => deleted)).toEqual([])
  })

  it('are a BAD_ANSWER where a row does not say whether it still counts, and never a deletion', async () => {
    const tenant = open()
    const { cursor } = await told(tenant, 'customer', null)
    const row = tenant.sandbox.ledger().customers[0]
    await setCustomer(tenant, row?.id ?? '', true)
    const handle = tenant.sandbox.handle.bind(tenant.sandbox)
    tenant.sandbox.handle = (request) => {
      if (request.query.has('properties')) request.query.set('properties', 'id,lastModifiedDate')
      return handle(request)
    }
    expect((await errorOf(told(tenant, 'customer', cursor))).code).toBe('BAD_ANSWER')
  })
})

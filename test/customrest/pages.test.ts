import { describe, expect, it } from 'vitest'
import type { Erp } from '../../subgraphs/connector.ts'
import { Room, small } from './open.ts'

const LIST = {
  request: { method: 'GET', path: '/items' },
  records: 'rows',
  fields: { externalId: 'id', sku: 'sku' },
  paging: 'p',
}

function rowsOf(ids: number[]): object[] {
  return ids.map((id) => ({ id, sku: `S${id}` }))
}

describe('the pages of a list', () => {
  const room = new Room()
  const open = (paging: object): Erp =>
    room.open(small({ 'products.list': LIST }, { paging: { p: paging } })).erp
  /** All SKUs, as a client reads them on by cursors. */
  const skus = async ({ items }: Erp, first: number): Promise<string[]> => {
    const seen: string[] = []
    for (let after: string | null = null, page = 0; page < 20; page += 1) {
      const part: { rows: { sku?: string | null }[]; next: string | null } | undefined = await items?.list({
        first,
        after,
      })
      seen.push(...(part?.rows ?? []).map(({ sku }) => sku ?? ''))
      if (!part?.next) return seen
      after = part.next
    }
    throw new Error('The list does not end.')
  }

  it('end with an error where the server ignores which one is asked for, instead of going on for ever', async () => {
    room.say = () => ({ body: { rows: rowsOf([1, 2]) } })
    const repeated = { code: 'BAD_ANSWER', message: expect.stringContaining('same page') as string }
    for (const first of [1, 2, 3])
      await expect(skus(open({ kind: 'page', pageParam: 'p', pageSize: 2 }), first)).rejects.toMatchObject(
        repeated,
      )
  })

  it('end with an error behind the greatest number that the manifest allows', async () => {
    let count = 0
    room.say = () => ({ body: { rows: rowsOf([(count += 1)]), next: `c${count}` } })
    const erp = open({ kind: 'cursor', cursorParam: 'c', cursor: 'next', maxPages: 3 })
    await expect(skus(erp, 5)).rejects.toMatchObject({ code: 'BAD_ANSWER' })
    expect(room.got).toHaveLength(3)
  })

  it.each([
    ['page', { kind: 'page', pageParam: 'p', startFrom: 0 }, ['p=0', 'p=1', 'p=2', 'p=3']],
    ['offset', { kind: 'offset', offsetParam: 'o' }, ['o=0', 'o=2', 'o=4', 'o=5']],
  ])(
    'of the kind %s go on to an empty one where nobody says how many rows one has',
    async (_kind, paging, wanted) => {
      const erp = open(paging)
      room.say = ({ url }) => {
        const query = new URL(url, room.url).searchParams
        const from = Number(query.get('o') ?? Number(query.get('p')) * 2)
        return { body: { rows: rowsOf([1, 2, 3, 4, 5].slice(from, from + 2)) } }
      }
      expect(await skus(erp, 100)).toEqual(['S1', 'S2', 'S3', 'S4', 'S5'])
      expect(room.got.map(({ url }) => url.split('?')[1])).toEqual(wanted)
    },
  )
})

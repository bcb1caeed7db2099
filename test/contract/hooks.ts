import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Change, Kind, RawRequest } from '../../subgraphs/connector.ts'
import type { Bench, Line } from './bench.ts'
import { KINDS, readOf } from './kinds.ts'
import type { Check } from './check.ts'

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'

/** A delivery as the sandbox sends it for the first row of a kind that it can tell. */
async function deliveries(bench: Bench, line: Line): Promise<{ change: Change; raw: RawRequest }[]> {
  const made: { change: Change; raw: RawRequest }[] = []
  for (const kind of KINDS) {
    const id = readOf(line.erp, kind) && (await bench.rows(kind))[0]?.id
    const change = { kind, id: id ?? '', deleted: false, at: '2026-11-21T08:15:00.000Z' }
    const raw = id ? send(line, change) : null
    if (raw) made.push({ change, raw })
  }
  return made
}

/** Null where the system sends no webhook for this kind. */
function send({ sandbox }: Line, change: Change): RawRequest | null {
  try {
    return sandbox.hook?.(change, SECRET) ?? null
  } catch (error) {
    if (error instanceof ErpError && error.code === 'NOT_SUPPORTED') return null
    throw error
  }
}

/** Webhooks from the ERP: only the true signature passes, and nothing in them is believed blindly. */
export const hooks: Check[] = [
  {
    id: 'C109',
    level: 'MUST',
    title: 'a webhook that the system signed is accepted and names the record that changed',
    needs: (erp) => erp.hook,
    async run(bench) {
      const line = bench.clean()
      const sent = await deliveries(bench, line)
      expect(sent, 'the sandbox makes webhooks (Sandbox.hook)').not.toEqual([])
      for (const { change, raw } of sent) {
        expect(line.erp.hook?.verify(raw, SECRET)).toBe(true)
        const read = (await line.erp.hook?.read(raw)) ?? []
        const told: [Kind, string][] = read.map(({ kind, id }) => [kind, id])
        expect(told).toContainEqual([change.kind, change.id])
      }
    },
  },
  {
    id: 'C110',
    level: 'MUST',
    title: 'a webhook under another secret, with a changed signature, or with none is refused',
    needs: (erp) => erp.hook,
    async run(bench) {
      const line = bench.clean()
      const verify = (raw: RawRequest, secret = SECRET) => line.erp.hook?.verify(raw, secret)
      const bare: RawRequest = { headers: {}, body: Buffer.from('{}'), query: {} }
      expect(verify(bare)).toBe(false)
      expect(verify({ ...bare, body: Buffer.alloc(0) })).toBe(false)
      for (const { raw } of await deliveries(bench, line)) {
        expect(verify(raw, `${SECRET.slice(0, -1)}8`)).toBe(false)
        expect(verify({ ...raw, headers: {}, query: {} })).toBe(false)
      }
    },
  },
  {
    id: 'C111',
    level: 'SHOULD',
    title: 'a webhook whose body was changed by one bit is refused',
    needs: (erp) => erp.hook,
    async run(bench) {
      const line = bench.clean()
      for (const { raw } of await deliveries(bench, line)) {
        for (const at of [0, raw.body.length >> 1, raw.body.length - 1]) {
          const body = Buffer.from(raw.body)
          body[at] = (body[at] ?? 0) ^ 1
          expect(line.erp.hook?.verify({ ...raw, body }, SECRET)).toBe(false)
        }
      }
    },
  },
  {
    id: 'C112',
    level: 'MUST',
    title: 'a webhook that cannot be read tells nothing or ends as an ErpError',
    needs: (erp) => erp.hook,
    async run(bench) {
      const { erp } = await bench.calm
      const bodies = ['', '{', '[]', 'null', '<a/>', '{"__proto__":{"x":1}}', '{"id":{"a":1}}', '\0\xff']
      for (const body of bodies) {
        try {
          expect(await erp.hook?.read({ headers: {}, body: Buffer.from(body, 'latin1'), query: {} })).toEqual(
            [],
          )
        } catch (error) {
          expect(error).toBeInstanceOf(ErpError)
        }
      }
    },
  },
]

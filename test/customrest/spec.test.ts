import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { load } from '../../subgraphs/customrest/load.ts'
import type { CapabilityName } from '../../subgraphs/customrest/manifest.ts'
import { pageOf } from '../../subgraphs/customrest/pages.ts'
import { restManifest, rpcManifest } from '../../subgraphs/customrest/sandbox/manifest.ts'
import { Room } from './open.ts'

const SPEC = join(import.meta.dirname, '../../../shared/specs/custom-rest')

interface Recorded {
  name: string
  capability: CapabilityName
  input: Record<string, unknown>
  expectRequest?: { method: string; url: string; body?: unknown }
  response: { status: number; headers?: Record<string, string>; body: unknown }
  expect:
    | Record<string, unknown>[]
    | { error: { code: string; message: string; field?: string; retryAfterMs?: number } }
}

function example(): Record<string, unknown> & { tests: Recorded[] } {
  return JSON.parse(readFileSync(join(SPEC, 'example-connector.json'), 'utf8')) as ReturnType<typeof example>
}

/** What came of it, in the words of the recorded exchanges. */
function told(end: unknown, statuses: Record<string, string>): unknown {
  if (end instanceof ErpError) {
    const { code, said, field, retryAfterMs, retryable } = end
    return { error: { code, message: said, field, retryAfterMs, retry: retryable ? 'always' : 'never' } }
  }
  return (end as { rows: Record<string, unknown>[] }).rows.map((row) => {
    const own = Object.entries(row).filter(([name]) => !name.startsWith('$'))
    const worded = own.map(([name, value]) => [
      name,
      name === 'status' ? (statuses[String(value)] ?? value) : value,
    ])
    return Object.fromEntries(worded) as object
  })
}

describe.skipIf(!existsSync(SPEC))(
  'the published form of manifests (skipped where ../shared/specs is absent)',
  () => {
    const room = new Room()
    const recorded = existsSync(SPEC) ? example().tests : []

    it('is kept by both manifests of the sandbox, and the example of its page is accepted as it stands', () => {
      type Schema = Parameters<typeof z.fromJSONSchema>[0] & { definitions: { auth: { oneOf: object[] } } }
      const schema = JSON.parse(readFileSync(join(SPEC, 'connector-manifest.schema.json'), 'utf8')) as Schema
      // zod reads an alternative without a type as one that takes anything.
      schema.definitions.auth.oneOf = schema.definitions.auth.oneOf.map((one) => ({ type: 'object', ...one }))
      const shape = z.fromJSONSchema(schema)
      for (const manifest of [restManifest('127.0.0.1'), rpcManifest('127.0.0.1'), example()])
        expect(shape.safeParse(JSON.parse(JSON.stringify(manifest))).error?.issues ?? []).toEqual([])
      expect(load(example(), {}).operations.size).toBe(Object.keys(example().capabilities as object).length)
    })

    it.each(recorded)(
      'recorded: $name',
      async ({ capability, input, expectRequest, response, expect: wanted }) => {
        const { config: _config, ...manifest } = example()
        const base = '${config.url}/rest/v2/NW01'
        const { client } = room.open({
          ...manifest,
          http: { baseUrl: base, allowedHosts: ['127.0.0.1'] },
          auth: { kind: 'none' },
        })
        room.say = () => response
        const operation = client.operation(capability)
        if (!operation) throw new Error(`${capability} is not in the manifest.`)
        const batch = operation.plan.batch && (input[operation.plan.batch.over] as unknown[])
        const end = await pageOf(client, operation, { input, batch }, { size: 200, at: null }).catch(
          (error: unknown) => error,
        )
        const [got] = room.got
        const sent = {
          method: got?.method,
          url: got?.url,
          body: got?.body ? (JSON.parse(got.body) as unknown) : undefined,
        }
        const url = expectRequest && new URL(expectRequest.url)
        const request = url ? { ...expectRequest, url: url.pathname + url.search } : {}
        expect(sent).toMatchObject(request)
        expect(told(end, client.loaded.manifest.statusMaps?.order ?? {})).toEqual(wanted)
      },
    )
  },
)

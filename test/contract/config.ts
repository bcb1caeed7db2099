import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { capabilitiesOf } from '../../subgraphs/connector.ts'
import type { Bench, Line } from './bench.ts'
import { refusal } from './outcome.ts'
import type { Check } from './check.ts'
import { configFields, secretsOf, spellings, withSecrets } from './secrets.ts'

/** A secret full of characters that every encoding writes in another way. */
const NASTY = 'pa"ss\\wörd +&=%/{}<x>\'1'
const LOOKS_SECRET = /secret|password|passwd|apikey|api_key|token(?!.*url)|privatekey|private_key/i

function filled(bench: Bench): Record<string, unknown> {
  return bench.mount.factory(bench.demo, () => 'http://127.0.0.1:9/x').config('http://127.0.0.1:9/x')
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function seen(line: Line | undefined, error: unknown): string {
  const { message, said, stack } = error as { message?: string; said?: string; stack?: string }
  return [JSON.stringify(line?.tap.exchanges), message, said, stack, JSON.stringify(error)].join('\n')
}

/** What an operator fills in, and what the connection then is. */
export const config: Check[] = [
  {
    id: 'C01',
    level: 'MUST',
    title: 'a connection has exactly the capabilities that its connector declares',
    async run(bench) {
      const { erp } = await bench.calm
      expect([...bench.connector.capabilities].toSorted()).toEqual(capabilitiesOf(erp).toSorted())
    },
  },
  {
    id: 'C02',
    level: 'MUST',
    title: 'names are usable: a lower-case system, a type prefix, a GraphQL field, limits above zero',
    async run({ connector }) {
      expect(connector.system).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      expect(connector.name).toMatch(/^[A-Z][A-Za-z0-9]*$/)
      expect(connector.field).toMatch(/^[a-z][A-Za-z0-9]*$/)
      expect(connector.limits.parallel).toBeGreaterThanOrEqual(1)
      expect(connector.limits.batch).toBeGreaterThanOrEqual(1)
      expect(connector.limits.timeoutMs).toBeGreaterThanOrEqual(1_000)
      expect(connector.limits.timeoutMs).toBeLessThanOrEqual(120_000)
    },
  },
  {
    id: 'C03',
    level: 'MUST',
    title: 'every field of the configuration has a help text, and what looks like a secret is marked as one',
    async run({ connector }) {
      const fields = configFields(connector.config)
      expect(fields.filter(({ description }) => !description).map(({ path }) => path.join('.'))).toEqual([])
      const looks = fields.filter(({ path }) => LOOKS_SECRET.test(path.at(-1) ?? ''))
      expect(looks.filter(({ secret }) => !secret).map(({ path }) => path.join('.'))).toEqual([])
      expect(fields.some(({ path }) => path[0] === 'url')).toBe(true)
    },
  },
  {
    id: 'C04',
    level: 'MUST',
    title: 'a missing field of the configuration is refused by name, and no value is repeated in the message',
    async run(bench) {
      const values = filled(bench)
      expect(bench.connector.config.safeParse(values).error?.issues).toBeUndefined()
      expect(bench.connector.config.safeParse({}).success).toBe(false)
      for (const name of Object.keys(values)) {
        const { [name]: _, ...others } = values
        const { error } = bench.connector.config.safeParse(others)
        if (!error) continue
        expect(error.issues.map(({ path }) => path[0])).toContain(name)
        expect(error.issues.every(({ message }) => message.length > 5)).toBe(true)
        for (const secret of secretsOf(bench.connector.config, values)) {
          expect(error.message).not.toContain(secret)
        }
      }
    },
  },
  {
    id: 'C05',
    level: 'MUST',
    title: 'the connection test names the company',
    async run(bench) {
      const company = await (await bench.calm).erp.check()
      expect(company.name).toMatch(/\S/)
      if (company.currency !== null) expect(company.currency).toMatch(/^[A-Z]{3}$/)
    },
  },
  {
    id: 'C06',
    level: 'MUST',
    title: 'a slash at the end of the address does no harm',
    async run(bench) {
      const line = bench.clean({ config: (values) => ({ ...values, url: `${String(values.url)}/` }) })
      expect((await line.erp.check()).name).toMatch(/\S/)
    },
  },
  {
    id: 'C07',
    level: 'MUST',
    title: 'wrong credentials are told as such, and no secret is seen in any spelling',
    async run(bench) {
      const { config } = bench.connector
      let line: Line | undefined
      const error = await refusal(async () => {
        line = bench.clean({ config: (values) => withSecrets(config, values, NASTY) })
        return line.erp.check()
      })
      expect(['AUTHENTICATION_FAILED', 'NEEDS_AUTH', 'VALIDATION']).toContain(error.code)
      for (const spelling of spellings(NASTY)) expect(seen(line, error)).not.toContain(spelling)
    },
  },
  {
    id: 'C08',
    level: 'MUST',
    title: 'secrets and kept tokens never stand in recorded exchanges or plans',
    async run(bench) {
      const line = bench.clean()
      await line.erp.check()
      const ask = { first: 3, after: null }
      await Promise.all([
        line.erp.items?.list(ask),
        line.erp.customers?.list(ask),
        line.erp.quotes?.list(ask),
      ])
      const values = line.sandbox.config('http://sandbox')
      const kept = Object.entries((await line.vault.read()) ?? {}).filter(([name]) => /token/i.test(name))
      const shown = JSON.stringify(line.tap.exchanges)
      for (const secret of [
        ...secretsOf(bench.connector.config, values),
        ...kept.map(([, value]) => value),
      ]) {
        for (const spelling of spellings(secret)) expect(shown).not.toContain(spelling)
      }
    },
  },
  {
    id: 'C09',
    level: 'MUST',
    title: 'an ERP that is not there is UNAVAILABLE',
    async run(bench) {
      const origin = `http://127.0.0.1:${await closedPort()}`
      const away = (value: unknown): unknown =>
        typeof value === 'string' ? value.replace(/^http:\/\/127\.0\.0\.1:\d+/, origin) : value
      const line = bench.clean({
        config: (values) =>
          Object.fromEntries(Object.entries(values).map(([key, value]) => [key, away(value)])),
        allowHosts: [new URL(origin).host],
      })
      expect((await refusal(() => line.erp.check())).code).toBe('UNAVAILABLE')
    },
  },
  {
    id: 'C10',
    level: 'SHOULD',
    title: 'where nothing can be undone, a sentence says what a person has to do',
    needs: (erp) => erp.order && !erp.order.undo,
    async run({ connector: { manual } }) {
      expect(manual?.cancelOrder ?? manual?.pushOrder).toMatch(/\w+ \w+.*\.$/)
    },
  },
  {
    id: 'C11',
    level: 'MUST',
    title: 'a sandbox that is started anew has the same ids, and asks for the same credentials',
    async run(bench) {
      const [one, two] = [bench.open(), bench.open()]
      expect(two.sandbox.config('http://a')).toEqual(one.sandbox.config('http://a'))
      expect(two.ledger()).toEqual(one.ledger())
      const again = (await two.erp.items?.list({ first: 20, after: null }))?.rows.map(({ id, sku }) => [
        id,
        sku,
      ])
      const rows = (await bench.rows('item')).slice(0, again?.length ?? 0)
      expect(again ?? []).toEqual(rows.map(({ id, sku }) => [id, sku]))
    },
  },
]

import { expect } from 'vitest'
import type { CustomerInput, Write } from '../../subgraphs/connector.ts'
import type { Line } from './bench.ts'
import { refusal, values } from './outcome.ts'
import type { Check } from './check.ts'
import { CUSTOMER } from './push.ts'
import { CREDIT, mustFit } from './forms.ts'
import { strange } from './ops.ts'

function part({ erp }: Line): Write<CustomerInput> {
  if (!erp.customer) throw new Error('This connection writes no customers.')
  return erp.customer
}

/** Customers: writing, partial changes, credit. */
export const customers: Check[] = [
  {
    id: 'C65',
    level: 'MUST',
    title: 'a written customer reads back as it was sent',
    needs: (erp) => erp.customer && erp.customers,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const input = await CUSTOMER.input(bench, mark)
      const ref = await part(line).create(input, mark)
      const [row] = values((await line.erp.customers?.byId([ref.id])) ?? [])
      expect(row?.name).toBe(input.name)
      if (row?.email) expect(row.email).toBe(input.email)
      if (row?.country) expect(row.country).toBe('DE')
      if (row?.currency) expect(row.currency).toBe('EUR')
      const address = row?.addresses?.[0]
      if (address) expect([address.city, address.postalCode]).toEqual(['Düsseldorf', '40212'])
    },
  },
  {
    id: 'C66',
    level: 'MUST',
    title: 'a partial change changes what it names and nothing else',
    needs: (erp) => erp.customer?.update && erp.customers,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const read = async (id: string) => values((await line.erp.customers?.byId([id])) ?? [])[0]
      const ref = await part(line).create(await CUSTOMER.input(bench, mark), mark)
      const before = await read(ref.id)
      const change = before?.phone ? { phone: '+493087654321' } : { name: 'Grünwald Möbel AG' }
      await part(line).update?.(ref, change, null)
      const after = await read(ref.id)
      expect(after?.phone?.replace(/\D/g, '') ?? after?.name).toMatch(/3087654321$|^Grünwald Möbel AG$/)
      const rest = { name: null, phone: null, updatedAt: null, addresses: null }
      expect({ ...after, ...rest }).toEqual({ ...before, ...rest })
      const places = (row: typeof after) =>
        row?.addresses?.map(({ lines, city, country }) => ({ lines, city, country }))
      expect(places(after)).toEqual(places(before))
      if (part(line).find)
        expect(await part(line).find?.(mark)).toMatchObject({ ref: { id: ref.id }, done: true })
    },
  },
  {
    id: 'C67',
    level: 'MUST',
    title: 'a change of a customer that does not exist is refused',
    needs: (erp) => erp.customer?.update,
    async run(bench) {
      const line = bench.used()
      const known = await bench.customer(bench.person(() => true))
      const error = await refusal(async () =>
        part(line).update?.({ id: strange(known) }, { phone: '+49301' }, null),
      )
      expect(['NOT_FOUND', 'INVALID_CUSTOMER', 'VALIDATION']).toContain(error.code)
    },
  },
  {
    id: 'C68',
    level: 'MUST',
    title: 'a change over a version that is no longer the newest is a CONFLICT, where the ERP has versions',
    needs: (erp) => erp.customer?.update,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const old = await part(line).create(await CUSTOMER.input(bench, mark), mark)
      expect(old.id).toMatch(/./)
      if (!old.version) return
      const newer = await part(line).update?.(old, { phone: '+493087654321' }, old.version)
      if (newer?.version === old.version) return
      const error = await refusal(async () =>
        part(line).update?.(old, { phone: '+49301' }, old.version ?? null),
      )
      expect(error.code).toBe('CONFLICT')
    },
  },
  {
    id: 'C69',
    level: 'MUST',
    title: 'credit answers in order and length, null for an unknown customer, in canonical form',
    needs: (erp) => erp.credit && erp.customers,
    async run(bench) {
      const { erp } = await bench.calm
      const ids = (await bench.rows('customer')).map(({ id }) => id)
      const rows = values((await erp.credit?.(ids)) ?? [])
      expect(rows).toHaveLength(ids.length)
      mustFit(
        CREDIT,
        rows.filter((row) => row !== null),
      )
      const [a, b] = ids as [string, string]
      const mixed = values((await erp.credit?.([b, strange(a), a, b])) ?? [])
      expect(mixed).toEqual([rows[1], null, rows[0], rows[1]])
    },
  },
]

import Big from 'big.js'
import { expect } from 'vitest'
import type { CustomAttribute } from '../../schema/index.ts'
import type { Erp, FieldKind, Id, NativeField } from '../../subgraphs/connector.ts'
import type { Check } from './check.ts'
import { KINDS as ALL_KINDS, readOf } from './kinds.ts'
import { refusal, values } from './outcome.ts'
import { CUSTOMER, ORDER, booked } from './push.ts'

const KINDS: FieldKind[] = ['item', 'customer', 'order']
const TYPES: NativeField['type'][] = ['TEXT', 'NUMBER', 'DATE', 'BOOLEAN', 'PICKLIST']
const UNKNOWN = 'x_no_such_field'

async function customOf(erp: Erp, kind: FieldKind): Promise<NativeField[]> {
  return ((await erp.fields?.(kind)) ?? []).filter(({ custom }) => custom)
}

/** A value that the field takes. */
function valueFor({ type, options }: NativeField): string {
  const plain = { TEXT: 'Tour Süd ✨', NUMBER: '12', DATE: '2026-12-24', BOOLEAN: 'true', PICKLIST: 'A' }
  return options?.at(-1)?.value ?? plain[type]
}

function read(attributes: CustomAttribute[] | null | undefined, { name, type }: NativeField): string | null {
  const value = attributes?.find(({ key }) => key === name)?.value ?? null
  if (value === null) return null
  // A field that keeps the time of day too begins with the day.
  if (type === 'DATE') return value.slice(0, 10)
  return type === 'NUMBER' ? new Big(value).toFixed() : value
}

async function rowOf(erp: Erp, kind: FieldKind, id: Id) {
  const [row] = values((await readOf(erp, kind)?.byId([id])) ?? [])
  return row
}

/** Custom fields: what the ERP's metadata names, and what is read of them and written into them. */
export const fields: Check[] = [
  {
    id: 'C121',
    level: 'MUST',
    title: 'the fields of a kind have names of their own, labels and types, and pick lists their values',
    needs: (erp) => erp.fields,
    async run(bench) {
      const { erp } = await bench.calm
      for (const kind of KINDS) {
        const all = (await erp.fields?.(kind)) ?? []
        expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
        for (const { name, label, type, options } of all) {
          expect([name, label].every((text) => /\S/.test(text))).toBe(true)
          expect(TYPES).toContain(type)
          expect(options === null || type === 'PICKLIST').toBe(true)
          expect(new Set(options?.map(({ value }) => value)).size).toBe(options?.length ?? 0)
        }
      }
      expect((await customOf(erp, 'customer')).length).toBeGreaterThan(1)
    },
  },
  {
    id: 'C122',
    level: 'MUST',
    title: 'a value written into each custom field of a customer reads back equal',
    needs: (erp) => erp.fields && erp.customer && erp.customers,
    async run(bench) {
      const { erp } = bench.used()
      const mark = bench.ref()
      const own = await customOf(erp, 'customer')
      const customAttributes = own.map((field) => ({ key: field.name, value: valueFor(field) }))
      const ref = await erp.customer?.create(
        { ...(await CUSTOMER.input(bench, mark)), customAttributes },
        mark,
      )
      const row = await rowOf(erp, 'customer', ref?.id ?? '')
      for (const field of own) {
        expect([field.name, read(row?.customAttributes, field)]).toEqual([field.name, valueFor(field)])
      }
      if (!erp.customer?.update || !ref) return
      const [first] = own
      if (!first) return
      await erp.customer.update(ref, { customAttributes: [{ key: first.name, value: null }] }, null)
      const after = await rowOf(erp, 'customer', ref.id)
      expect(read(after?.customAttributes, first) ?? 'false').toBe('false')
      for (const field of own.slice(1)) expect(read(after?.customAttributes, field)).toBe(valueFor(field))
    },
  },
  {
    id: 'C123',
    level: 'MUST',
    title: 'a value written into each custom field of an order reads back equal',
    needs: (erp) => erp.fields && erp.order && erp.orders,
    async run(bench) {
      const { erp } = bench.used()
      const mark = bench.ref()
      const own = await customOf(erp, 'order')
      const customAttributes = own.map((field) => ({ key: field.name, value: valueFor(field) }))
      const ref = await erp.order?.create({ ...(await ORDER.input(bench, mark)), customAttributes }, mark)
      const row = await rowOf(erp, 'order', ref?.id ?? '')
      expect(row?.id).toBe(ref?.id)
      for (const field of own) {
        expect([field.name, read(row?.customAttributes, field)]).toEqual([field.name, valueFor(field)])
      }
    },
  },
  {
    id: 'C124',
    level: 'MUST',
    title: 'a custom field that the ERP does not know is refused by its name, and nothing is written',
    needs: (erp) => erp.fields && (erp.customer ?? erp.order),
    async run(bench) {
      const line = bench.used()
      const { customer, order } = line.erp
      const customAttributes = [{ key: UNKNOWN, value: 'a' }]
      for (const [job, write] of [
        [CUSTOMER, customer],
        [ORDER, order],
      ] as const) {
        if (!write) continue
        const mark = bench.ref()
        const input = { ...(await job.input(bench, mark)), customAttributes }
        for (const work of [write.plan, write.create] as ((i: object, r: string) => Promise<unknown>)[]) {
          const error = await refusal(() => work.call(write, input, mark))
          expect(error.code).toBe('VALIDATION')
          expect(error.field).toMatch(/^customAttributes/)
          expect(error.message).toContain(UNKNOWN)
        }
        expect(booked(job.kind, line, mark)).toEqual([])
      }
    },
  },
  {
    id: 'C125',
    level: 'MUST',
    title: 'lists and reads by id tell the same custom attributes, and each is a custom field of the ERP',
    needs: (erp) => erp.fields,
    async run(bench) {
      const { erp } = await bench.calm
      for (const kind of KINDS) {
        const own = await customOf(erp, kind)
        const known = own.map(({ name }) => name)
        const rows = (await bench.rows(kind)).slice(0, 20)
        const again = values((await readOf(erp, kind)?.byId(rows.map(({ id }) => id))) ?? [])
        expect(again.map((row) => row?.customAttributes)).toEqual(rows.map((row) => row.customAttributes))
        const filled = rows.flatMap((row) => row.customAttributes ?? []).filter(({ value }) => value != null)
        for (const { key } of filled) expect(known).toContain(key)
        if (own.length > 0) expect(filled.length).toBeGreaterThan(0)
      }
    },
  },
  {
    id: 'C126',
    level: 'MUST',
    title: 'fields that were told once are told again without another request',
    needs: (erp) => erp.fields,
    async run(bench) {
      const { erp, calls } = bench.clean()
      const first = await Promise.all(KINDS.map((kind) => erp.fields?.(kind)))
      calls.length = 0
      expect(await Promise.all(KINDS.map((kind) => erp.fields?.(kind)))).toEqual(first)
      expect(calls).toEqual([])
    },
  },
  {
    id: 'C127',
    level: 'MUST',
    title: 'changes are told of every kind that is read, or are said to be not supported',
    needs: (erp) => erp.changes,
    async run(bench) {
      const { erp } = await bench.calm
      for (const kind of ALL_KINDS.filter((one) => readOf(erp, one))) {
        const told = async () => {
          for await (const { changes } of erp.changes?.(kind, null) ?? [])
            for (const change of changes) expect(change.id).toMatch(/./)
        }
        const error: unknown = await told().catch((reason: unknown) => reason)
        if (error !== undefined) expect(error).toMatchObject({ code: 'NOT_SUPPORTED' })
      }
      expect(erp.changes).toBeDefined()
    },
  },
]

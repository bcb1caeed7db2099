import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Check } from './check.ts'
import { values } from './outcome.ts'
import { INVOICE } from './push.ts'

/** Credit notes, which are written with the words of an invoice. */
export const credits: Check[] = [
  {
    id: 'C128',
    level: 'MUST',
    title: 'a credit note is written as one or refused as not supported, and never booked as an invoice',
    needs: (erp) => erp.invoice,
    async run(bench) {
      const line = bench.used()
      const mark = bench.ref()
      const { invoice, invoices } = line.erp
      const input = { ...(await INVOICE.input(bench, mark)), type: 'CREDIT_NOTE' as const }
      const made = await invoice?.create(input, mark).catch((error: unknown) => error)
      const planned = await invoice?.plan(input, mark).catch((error: unknown) => error)
      if (made instanceof ErpError) {
        for (const error of [made, planned])
          expect(error).toMatchObject({ code: 'NOT_SUPPORTED', field: 'type' })
        expect(line.tap.writes).toEqual([])
        return
      }
      const { id } = made as { id: string }
      const [row] = values((await invoices?.byId([id])) ?? [])
      expect(row).toMatchObject({ id, type: 'CREDIT_NOTE' })
      if (invoice?.find) expect(await invoice.find(mark)).toMatchObject({ ref: { id }, done: true })
    },
  },
]

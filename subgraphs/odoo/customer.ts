import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Ref, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Call } from './client.ts'
import { foundAs, written, writtenAs } from './document.ts'
import { type Import, MODULE, externalName, loadCall, loadedId } from './load.ts'
import { id, isId, text } from './shapes.ts'
import { childValues, cleared, customerValues, filled, mainAddress } from './partner.ts'
import type { Odoo } from './setup.ts'

const MODEL = 'res.partner'
const marker = z.object({ id, res_id: id })
const child = z.object({ id, type: text })

/** Writes customers. A new one is imported under an external id made of our reference, which only we use. */
export function customerWrite(odoo: Odoo): Write<CustomerInput> {
  const find = async (ref: string) => {
    const named = [
      ['module', '=', MODULE],
      ['name', '=', externalName(ref)],
      ['model', '=', MODEL],
    ]
    const [row] = await odoo.rows('ir.model.data', ['res_id'], named, { limit: 1 })
    if (!row) return null
    const key = shaped(marker, row, 'ir.model.data').res_id
    const partner = await written(odoo, MODEL, [['id', '=', Number(key)]])
    return partner && foundAs(partner, 1, true)
  }
  const importOf = async (input: CustomerInput, ref: string): Promise<Call> =>
    loadCall(await importsOf(odoo, input, ref))
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    find,
    plan: async (input, ref) => [await odoo.plan(await importOf(input, ref))],
    async create(input, ref): Promise<Ref> {
      const key = loadedId(await odoo.write(await importOf(input, ref)))
      return foundAs(await writtenAs(odoo, MODEL, key), 1, true).ref
    },
    async update(ref, change, version): Promise<Ref> {
      const before = isId(ref.id) ? await written(odoo, MODEL, [['id', '=', Number(ref.id)]]) : null
      if (!before) throw new ErpError('NOT_FOUND', `Odoo has no customer ${ref.id}.`)
      if (version !== null && version !== before.version) {
        throw new ErpError('CONFLICT', `Customer ${ref.id} was changed in Odoo at ${before.version}.`)
      }
      const vals = cleared(await customerValues(odoo, change))
      if (vals.category_id) vals.category_id = [[6, 0, [Number(vals.category_id)]]]
      const children = await childCommands(odoo, ref.id, change.addresses ?? [])
      if (children.length > 0) vals.child_ids = children
      await odoo.write({ model: MODEL, method: 'write', ids: [ref.id], args: { vals } })
      return foundAs(await writtenAs(odoo, MODEL, ref.id), 1, true).ref
    },
  }
}

function others(addresses: Address[]): Address[] {
  const main = mainAddress(addresses)
  return addresses.filter((address) => address !== main)
}

async function importsOf(odoo: Odoo, input: CustomerInput, ref: string): Promise<Import[]> {
  if (!input.name.trim()) {
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
  }
  const name = externalName(ref)
  const own = filled(await customerValues(odoo, input))
  // A cell that says no, because an empty one leaves what Odoo fills in by itself.
  for (const { key, value } of input.customAttributes ?? []) if (value === 'false') own[key] ??= '0'
  const rest = await Promise.all(
    others(input.addresses ?? []).map(async (address, index) => ({
      name: `${name}=${index + 1}`,
      above: name,
      values: filled(await childValues(odoo, address, `addresses.${index + 1}`)),
    })),
  )
  return [{ name, values: { ...own, type: 'contact', is_company: true, customer_rank: 1 } }, ...rest]
}

/** Commands that change the customer's addresses of the same kind, and add those of a kind it has not. */
async function childCommands(odoo: Odoo, customer: string, addresses: Address[]): Promise<unknown[]> {
  const wanted = await Promise.all(
    others(addresses).map((address, index) => childValues(odoo, address, `addresses.${index + 1}`)),
  )
  if (wanted.length === 0) return []
  const domain = [
    ['parent_id', '=', Number(customer)],
    ['active', '=', true],
  ]
  const rows = await odoo.rows(MODEL, ['type'], domain)
  const known = rows.map((row) => shaped(child, row, MODEL))
  return wanted.map((values) => {
    const at = known.findIndex(({ type }) => type === values.type)
    const [same] = at < 0 ? [] : known.splice(at, 1)
    return same ? [1, Number(same.id), cleared(values)] : [0, 0, filled(values)]
  })
}

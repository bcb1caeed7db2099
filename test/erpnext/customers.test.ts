import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Customer, CustomerInput } from '../../subgraphs/connector.ts'
import { type Line, open, part, post, refusal } from './line.ts'

let line: Line
beforeEach(async () => (line = await open()))
afterEach(() => line.close())

const write = () => part(line.erp.customer)
const find = (ref: string) => part(write().find)(ref)
const billing = {
  type: 'BILLING' as const,
  lines: ['Weg 1'],
  postalCode: '1010',
  city: 'Wien',
  country: 'AT',
}
const shipping = { ...billing, type: 'SHIPPING' as const, lines: ['Tor 9'] }
const input: CustomerInput = {
  name: 'Neu & Söhne ✨ KG',
  email: 'neu@kunde.example',
  phone: '+43 1 234',
  addresses: [billing],
}

async function read(id: string): Promise<Customer> {
  const [row] = await part(line.erp.customers).byId([id])
  if (!row || row instanceof Error) throw new Error(`There is no customer ${id}.`)
  return row
}

describe('writing customers into ERPNext', () => {
  it('e-mail, phone and main address given on insert become contact and address in the same request', async () => {
    const ref = await write().create(input, 'c-1')
    const writes = line.sent.filter(({ method }) => method !== 'GET')
    expect(writes).toHaveLength(1)
    expect(await read(ref.id)).toMatchObject({
      ...input,
      group: 'Commercial',
      country: 'AT',
      addresses: [billing],
    })
    expect(await find('c-1')).toMatchObject({ ref: { id: ref.id }, done: true })
  })

  it('a taken name makes "NAME - 1" in silence, and the id that came back is the one that counts', async () => {
    const first = await write().create(input, 'c-2')
    const second = await write().create(input, 'c-3')
    expect([first.id, second.id]).toEqual([input.name, `${input.name} - 1`])
    expect(await find('c-3')).toMatchObject({ ref: { id: second.id } })
    expect(await read(second.id)).toMatchObject({ name: input.name })
    expect(await refusal(write().create(input, 'c-3'))).toMatchObject({ code: 'DUPLICATE_ORDER' })
  })

  it('a customer cut off before its further addresses is not done, and resume brings them', async () => {
    const whole = { ...input, addresses: [billing, shipping] }
    expect(await write().plan(whole, 'c-4')).toHaveLength(3)
    line.server.faults('erpnext', [{ do: 'reset', match: 'insert_many' }])
    await refusal(write().create(whole, 'c-4'))
    const half = part((await find('c-4')) ?? undefined)
    expect(half).toMatchObject({ step: 1, done: false })
    const ref = await part(write().resume)(half.ref, 1, whole)
    expect(await find('c-4')).toMatchObject({ ref: { id: ref.id }, done: true })
    expect((await read(ref.id)).addresses?.map(({ type }) => type).toSorted()).toEqual([
      'BILLING',
      'SHIPPING',
    ])
  })

  it('cut off after its addresses were committed, resume makes none twice', async () => {
    const whole = { ...input, addresses: [billing, shipping, shipping] }
    line.server.faults('erpnext', [{ do: 'resetAfter', match: 'insert_many' }])
    await refusal(write().create(whole, 'c-5'))
    const half = part((await find('c-5')) ?? undefined)
    const ref = await part(write().resume)(half.ref, half.step, whole)
    expect((await read(ref.id)).addresses).toHaveLength(2)
    expect(await part(write().resume)(ref, 1, whole)).toMatchObject({ id: ref.id })
  })

  it('e-mail and phone are changed where they live: in the contact, whose other rows stay', async () => {
    const ref = await write().create(input, 'c-6')
    const contact = `${input.name}-${input.name}`
    await post(
      line,
      `/api/resource/Contact/${encodeURIComponent(contact)}`,
      { email_ids: [{ email_id: 'neu@kunde.example', is_primary: 1 }, { email_id: 'zweite@kunde.example' }] },
      'PUT',
    )
    await part(write().update)(ref, { phone: '+43 1 999' }, null)
    expect(await read(ref.id)).toMatchObject({ phone: '+43 1 999', email: 'neu@kunde.example' })
    const sent = line.sent.filter(({ url }) => url.includes('/Contact/') && url.includes('resource')).at(-1)
    expect(sent?.body).toContain('zweite@kunde.example')
    await part(write().update)(ref, { email: null }, null)
    expect(await read(ref.id)).toMatchObject({ phone: '+43 1 999', email: null })
  })

  it('a stale version is refused before the contact is touched', async () => {
    const ref = await write().create(input, 'c-7')
    await part(write().update)(ref, { taxId: 'ATU1' }, ref.version ?? null)
    const error = await refusal(part(write().update)(ref, { email: 'x@y.example' }, ref.version ?? null))
    expect(error.code).toBe('CONFLICT')
    expect(await read(ref.id)).toMatchObject({ taxId: 'ATU1', email: input.email })
  })

  it('an address of a kind is replaced, one that is the same stays, a new kind is added', async () => {
    const ref = await write().create(input, 'c-8')
    await part(write().update)(ref, { addresses: [{ ...billing, city: 'Graz' }, shipping] }, null)
    await part(write().update)(ref, { addresses: [{ ...billing, city: 'Graz' }, shipping] }, null)
    expect((await read(ref.id)).addresses).toMatchObject([
      { type: 'BILLING', city: 'Graz' },
      { type: 'SHIPPING', lines: ['Tor 9'] },
    ])
  })

  it('an address that the ERP would refuse, and an empty name, are told before anything is sent', async () => {
    const half = { ...billing, city: null }
    expect(await refusal(write().create({ ...input, addresses: [half] }, 'c-9'))).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'address.city',
    })
    expect(await refusal(write().create({ ...input, name: ' ' }, 'c-9'))).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'name',
    })
    expect(line.calls().filter((call) => !call.startsWith('GET'))).toEqual([])
  })
})

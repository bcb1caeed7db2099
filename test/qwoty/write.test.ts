import { describe, expect, it } from 'vitest'
import type { CustomerInput } from '../../subgraphs/connector.ts'
import { type Workspace, errorOf, stage, value } from './open.ts'

const { server, open } = stage()
const INPUT: CustomerInput = {
  name: 'North Pier Ltd ✨',
  email: 'buyer@pier.example',
  phone: '+441174960000',
  taxId: 'GB987654321',
  country: 'GB',
  group: 'wholesale',
  customAttributes: [{ key: 'id_erp', value: '59' }],
}

function bodies({ name }: Workspace, method: string): unknown[] {
  return server
    .calls(name)
    .filter((call) => call.method === method)
    .map(({ body }) => JSON.parse(body) as unknown)
}

async function write(change: Partial<CustomerInput>, id = 'cus_1', workspace = open()) {
  const ref = await workspace.erp.customer?.update?.({ id }, change, null)
  return { workspace, ref, sent: bodies(workspace, 'PATCH') }
}

describe('a customer that is written to Qwoty', () => {
  it('is created with segment, tax id and ERP id, and gets a contact for its e-mail', async () => {
    const workspace = open()
    const ref = await workspace.erp.customer?.create(INPUT, 'ref_1')
    expect(bodies(workspace, 'POST')).toEqual([
      {
        name: 'North Pier Ltd ✨',
        type: 'company',
        segment_id: 'seg_2',
        tax_ids: [{ tax: 'gb_vat', tax_value: 'GB987654321' }],
        id_erp: '59',
      },
      {
        customer_id: ref?.id,
        first_name: 'Main contact',
        last_name: 'North Pier Ltd ✨',
        email: 'buyer@pier.example',
        phone: '+441174960000',
        role: ['buyer'],
      },
    ])
    const row = value((await workspace.erp.customers?.byId([ref?.id ?? '']))?.[0])
    expect(row).toMatchObject({ name: INPUT.name, taxId: INPUT.taxId, group: 'wholesale' })
    expect(ref?.version).toBe(row.updatedAt)
  })

  it('is planned in exactly the bytes that are sent, without the token', async () => {
    const workspace = open()
    const plan = (await workspace.erp.customer?.plan(INPUT, 'ref_1')) ?? []
    expect(server.calls(workspace.name)).toEqual([])
    expect(plan.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${workspace.url}/customers`,
      `POST ${workspace.url}/contacts`,
    ])
    expect(plan.map(({ headers }) => headers.authorization)).toEqual(['•••', '•••'])
    const ref = await workspace.erp.customer?.create(INPUT, 'ref_1')
    const sent = server.calls(workspace.name).map(({ body }) => body)
    expect(plan.map(({ body }) => body?.replaceAll('{{1.id}}', ref?.id ?? ''))).toEqual(sent)
  })

  it('with a name of its own for the contact uses it, and an individual is split at the last blank', async () => {
    const named = open()
    const names = [
      { key: 'contact_first_name', value: 'Ada' },
      { key: 'contact_last_name', value: 'Marsh' },
    ]
    await named.erp.customer?.create({ name: 'X', email: 'a@b.example', customAttributes: names }, 'r')
    expect(bodies(named, 'POST')[1]).toMatchObject({ first_name: 'Ada', last_name: 'Marsh' })
    const person = open()
    const type = [{ key: 'type', value: 'individual' }]
    await person.erp.customer?.create(
      { name: 'Ada Mary Marsh', email: 'a@b.example', customAttributes: type },
      'r',
    )
    expect(bodies(person, 'POST')[1]).toMatchObject({ first_name: 'Ada Mary', last_name: 'Marsh' })
  })

  it('is refused before anything is sent when a name, a tax kind or an attribute is not possible', async () => {
    const { erp, name } = open()
    for (const [change, code, field] of [
      [{ name: ' ' }, 'MISSING_REQUIRED_FIELD', 'name'],
      [{ taxId: 'ZZ1', country: 'BR' }, 'MAPPING_MISSING', 'taxId'],
      [{ customAttributes: [{ key: 'colour', value: 'red' }] }, 'VALIDATION', 'customAttributes.colour'],
      [{ customAttributes: [{ key: 'type', value: 'robot' }] }, 'VALIDATION', 'customAttributes.type'],
    ] as const) {
      const input = { ...INPUT, ...change } as CustomerInput
      expect(await errorOf(erp.customer?.plan(input, 'r'))).toMatchObject({ code, field })
      expect(await errorOf(erp.customer?.create(input, 'r'))).toMatchObject({ code, field })
    }
    expect(server.calls(name)).toEqual([])
  })

  it('is never sent twice when the answer is lost, and nothing pretends to know what became of it', async () => {
    const { erp, name } = open()
    server.faults(name, [{ do: 'resetAfter', match: 'POST /customers', times: 0 }])
    expect(await errorOf(erp.customer?.create(INPUT, 'r'))).toMatchObject({ code: 'UNAVAILABLE' })
    expect(server.calls(name)).toHaveLength(1)
    expect(erp.customer?.proof).toBe('none')
    expect(erp.customer?.find).toBe(undefined)
  })

  it('without its contact is UNCERTAIN and named, and resume sends only the contact', async () => {
    const workspace = open()
    server.faults(workspace.name, [{ do: 'status', status: 503, match: 'POST /contacts' }])
    const error = await errorOf(workspace.erp.customer?.create(INPUT, 'r'))
    expect(error).toMatchObject({ code: 'UNCERTAIN' })
    expect(error.message).toContain('cus_61')
    server.calls(workspace.name).length = 0
    await workspace.erp.customer?.resume?.({ id: 'cus_61' }, 1, INPUT)
    expect(server.calls(workspace.name).map(({ path }) => path)).toEqual(['/contacts'])
    await workspace.erp.customer?.resume?.({ id: 'cus_61' }, 2, INPUT)
    expect(server.calls(workspace.name)).toHaveLength(1)
  })

  it('becomes the class of each native refusal', async () => {
    for (const [fault, code, field] of [
      ['required', 'MISSING_REQUIRED_FIELD', 'segment_id'],
      ['falseRequired', 'MISSING_REQUIRED_FIELD', 'name'],
      ['invalid', 'VALIDATION', 'tax_ids'],
      ['conflict', 'CONFLICT', undefined],
      ['customerGone', 'INVALID_CUSTOMER', undefined],
      ['writeLimited', 'RATE_LIMITED', undefined],
    ] as const) {
      const { erp, name } = open()
      server.faults(name, [{ do: 'error', name: fault, times: 0 }])
      const error = await errorOf(erp.customer?.create(INPUT, 'r'))
      expect([fault, error.code, error.field]).toEqual([fault, code, field])
    }
  })
})

describe('a customer that is changed in Qwoty', () => {
  it('gets its ERP id written back by a PATCH of that field alone', async () => {
    const { sent, workspace } = await write({ customAttributes: [{ key: 'id_erp', value: '4711' }] }, 'cus_5')
    expect(sent).toEqual([{ id_erp: '4711' }])
    expect(server.calls(workspace.name)).toHaveLength(1)
    const [quote] = (await workspace.erp.quotes?.byId(['qte_5'])) ?? []
    expect(value(quote).customerErpId).toBe('4711')
  })

  it('has a field cleared by null and left alone when it is not named', async () => {
    const { sent } = await write({ group: null, customAttributes: [{ key: 'id_crm', value: null }] })
    expect(sent).toEqual([{ segment_id: null, id_crm: null }])
  })

  it('keeps its other tax ids when one is changed, and a list with none is sent empty', async () => {
    const workspace = open()
    const two = [
      { tax: 'eu_vat', tax_value: 'DE1' },
      { tax: 'gb_vat', tax_value: 'GB1' },
    ]
    const patch = (body: object) =>
      fetch(`${workspace.url}/customers/cus_1`, {
        method: 'PATCH',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${String(server.sandbox(workspace.name).config('').token)}`,
        },
        body: JSON.stringify(body),
      })
    await patch({ tax_ids: two })
    await write({ taxId: 'GB2' }, 'cus_1', workspace)
    expect(bodies(workspace, 'PATCH').at(-1)).toEqual({
      tax_ids: [two[0], { tax: 'gb_vat', tax_value: 'GB2' }],
    })
    await write({ taxId: null }, 'cus_1', workspace)
    expect(bodies(workspace, 'PATCH').at(-1)).toEqual({ tax_ids: [{ tax: 'gb_vat', tax_value: 'GB2' }] })
    await write({ taxId: null }, 'cus_1', workspace)
    expect(bodies(workspace, 'PATCH').at(-1)).toEqual({ tax_ids: [] })
    await write({ name: 'Anders' }, 'cus_1', workspace)
    expect(value((await workspace.erp.customers?.byId(['cus_1']))?.[0])).toMatchObject({
      name: 'Anders',
      taxId: null,
    })
  })

  it('over an older version is a CONFLICT and is not sent', async () => {
    const { erp, name } = open()
    const ref = await erp.customer?.create({ name: 'Neu' }, 'r')
    await erp.customer?.update?.({ id: ref?.id ?? '' }, { name: 'Neuer' }, ref?.version ?? null)
    const late = erp.customer?.update?.({ id: ref?.id ?? '' }, { name: 'Alt' }, ref?.version ?? null)
    expect(await errorOf(late)).toMatchObject({ code: 'CONFLICT' })
    expect(server.calls(name).filter(({ method }) => method === 'PATCH')).toHaveLength(1)
  })

  it('that nobody knows is INVALID_CUSTOMER, and a name of blanks is refused', async () => {
    for (const change of [{ name: 'X' }, { taxId: 'DE1' }, { phone: '+4930' }])
      expect(await errorOf(write(change, 'cus_nobody'))).toMatchObject({ code: 'INVALID_CUSTOMER' })
    expect(await errorOf(write({ name: '  ' }))).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'name',
    })
  })
})

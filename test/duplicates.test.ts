import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../subgraphs/hub/database.ts'
import { nameScore, similarity } from '../subgraphs/hub/duplicates.ts'
import type { UpsertCustomerInput } from '../subgraphs/hub/inputs.ts'
import { resolve } from '../subgraphs/hub/operators.ts'
import { Refused } from '../subgraphs/hub/request.ts'
import { acceptCustomer } from '../subgraphs/hub/upsert.ts'
import { type FreshDatabase, databases } from './postgres.ts'
import { ADMIN, type Yard, buildYard } from './yard.ts'

describe('the likeness of company names', () => {
  it('is the Jaro-Winkler figure of the literature', () => {
    for (const [one, other, figure] of [
      ['martha', 'marhta', 0.9611],
      ['dixon', 'dicksonx', 0.8133],
      ['dwayne', 'duane', 0.84],
      ['', 'duane', 0],
    ] as const) {
      expect(similarity(one, other)).toBeCloseTo(figure, 4)
    }
  })

  it('sees through umlauts, word order and small words, and keeps different names apart', () => {
    expect(nameScore('muller sohne', 'mueller soehne')).toBe(1)
    expect(nameScore('muller und sohne', 'sohne muller')).toBe(1)
    expect(nameScore('harbour works', 'harbor works')).toBeGreaterThan(0.95)
    expect(nameScore('kranich', 'nordwind')).toBeLessThan(0.6)
    expect(nameScore('acme', 'acne')).toBeLessThan(0.88)
  })
})

describe.each(databases)('a customer that may be there already, on $name', ({ fresh }) => {
  let yard: Yard
  let database: FreshDatabase
  beforeAll(async () => {
    database = await fresh()
    yard = await buildYard({ url: database.url, mounts: ['erpnext'], known: 1 })
    yard.work()
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  const accept = (input: UpsertCustomerInput, differentFrom: string[] = []) =>
    acceptCustomer(yard.hub, ADMIN, { connections: [], ...input }, differentFrom, yard.key())

  async function refused(input: UpsertCustomerInput, differentFrom: string[] = []): Promise<Refused> {
    const error: unknown = await accept(input, differentFrom).catch((reason: unknown) => reason)
    if (error instanceof Refused) return error
    throw error
  }

  async function count(): Promise<number> {
    const [row] = await rows<{ n: number }>(yard.hub.db.em(), 'select count(*)::int as n from customer')
    return row?.n ?? 0
  }

  it('is refused with its candidate when tax id or e-mail are the same, however they are written', async () => {
    const { customer } = await accept({
      name: 'Zimtstern AG',
      email: 'Post@Zimtstern.example',
      taxId: 'DE 811 907 980',
    })
    const before = await count()
    for (const same of [{ taxId: 'de811907980' }, { email: ' post@zimtstern.EXAMPLE' }]) {
      const { problems, candidates } = await refused({ name: 'Something Else', ...same }, [customer!])
      expect(problems).toMatchObject([{ code: 'CONFLICT' }])
      expect(candidates).toMatchObject([{ customer, exact: true, score: 1 }])
      expect(candidates[0]?.reasons).toHaveLength(1)
    }
    expect(await count()).toBe(before)
  })

  it('is refused with likely candidates and their scores, and passes when a person has ruled them out', async () => {
    const { customer } = await accept({ name: 'Müller & Söhne Maschinenbau GmbH', country: 'DE' })
    const { candidates } = await refused({ name: 'Mueller Soehne Maschinenbau KG', country: 'DE' })
    expect(candidates[0]).toMatchObject({ customer, exact: false, reasons: ['The name is the same.'] })
    const abroad = await refused({ name: 'Müller & Söhne Maschinenbau', country: 'AT' })
    expect(abroad.candidates[0]!.score).toBeLessThan(candidates[0]!.score)
    expect(abroad.candidates[0]!.reasons).toContain('It is in another country: DE.')
    const other = await accept({ name: 'Mueller Soehne Maschinenbau KG', country: 'DE' }, [customer!])
    expect(other.customer).not.toBe(customer)
    await accept({ name: 'Petersen Schiffsbedarf' })
  })

  it('becomes one record when two ask for it at the same moment', async () => {
    const input = { name: 'Doppelgänger OHG', taxId: 'DE123456789' }
    const ends = await Promise.allSettled([accept(input), accept(input), accept(input)])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  it('is changed by its id in every ERP that knows it, and what is left out stays', async () => {
    const id = await yard.customer('erpnext')
    const sql = 'select name from customer where id = ?'
    const [old] = await rows<{ name: string }>(yard.hub.db.em(), sql, [id])
    const before = await count()
    const input = { id, name: 'Renamed Works', email: 'new@renamed.example' }
    const { operations } = await acceptCustomer(yard.hub, ADMIN, input, [], yard.key())
    const op = await yard.ended(operations[0]!)
    expect(op).toMatchObject({ status: 'DONE', action: 'UPDATE', before: { name: old?.name } })
    expect(op.after).toMatchObject({ name: 'Renamed Works' })
    const [row] = await rows(
      yard.hub.db.em(),
      'select name, email, country is not null as kept, name_key from customer where id = ?',
      [id],
    )
    expect(row).toEqual({
      name: 'Renamed Works',
      email: 'new@renamed.example',
      kept: true,
      name_key: 'renamed works',
    })
    expect(await count()).toBe(before)
  })

  it('is not created in an ERP where a person has entered it meanwhile', async () => {
    yard.server.sandbox('erpnext').act({ do: 'addCustomer', name: 'Handgemacht', email: 'hand@made.example' })
    const input = { name: 'Handgemacht', email: 'hand@made.example', connections: ['erpnext:main'] }
    const { operations } = await acceptCustomer(yard.hub, ADMIN, input, [], yard.key())
    const op = await yard.ended(operations[0]!)
    expect(op).toMatchObject({ status: 'REFUSED', problem: { code: 'CONFLICT', field: 'customer' } })
    const there = yard.ledger('erpnext').customers.filter(({ name }) => name === 'Handgemacht')
    expect(there).toHaveLength(1)
    await resolve(yard.hub, ADMIN, op.id, there[0]!.id, null)
    expect(await yard.operation(op.id)).toMatchObject({ status: 'DONE', externalId: there[0]!.id })
  })

  it('cannot take over the tax id of another customer by a change', async () => {
    const { customer } = await accept({ name: 'Windmill Bakery', taxId: 'ATU12345678' })
    const id = (await accept({ name: 'Harbour Smithy' })).customer!
    const { candidates } = await refused({ id, name: 'Harbour Smithy', taxId: 'ATU 1234 5678' })
    expect(candidates).toMatchObject([{ customer, exact: true }])
    await accept({ id: customer!, name: 'Windmill Bakery', taxId: 'ATU12345678' })
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { type Worker, startWorker } from '../../subgraphs/hub/worker.ts'
import { addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { plant } from './plant.ts'

const [ODOO, NEXT] = ['odoo:main', 'erpnext:main']

interface Person {
  id: string
  name: string
  email: string | null
  tax_id: string | null
  phone: string | null
  natives: Record<string, string>
}
interface Erasure extends Record<'id' | 'state' | 'mode', string> {
  results: (Record<'connection' | 'object' | 'outcome', string> & Record<'how' | 'reason', string | null>)[]
}
const SHOWN = 'id state mode results { connection object record outcome how reason }'

let house: TestHouse
let people: Person[]
let worker: Worker
beforeAll(async () => {
  house = await openHouse({ only: [ODOO, NEXT] })
  await house.poll()
  const sql = `select c.id, c.name, c.email, c.phone, c.tax_id, jsonb_object_agg(r.connection, r.native_id) as natives
    from customer c join external_ref r on r.hub_id = c.id and r.kind = 'customer' where c.email is not null
    group by c.id having count(*) = 2 order by c.id`
  people = await rows<Person>(house.hub.db.em(), sql)
  // Pushes are carried out by themselves, background jobs only when a test settles.
  worker = startWorker(house.hub, { name: 'worker', parallel: 4 })
}, 240_000)
afterAll(async () => {
  await worker.stop()
  await house.close()
})

/** A person that no other test touches. */
function next(): Person {
  const found = people.shift()
  if (!found) throw new Error('There are no more people.')
  return found
}

const erase = async (id: string, mode: string, key = `erase ${id}`) =>
  house.ask<{ eraseCustomer: Erasure }>(
    `mutation { eraseCustomer(id: "${id}", mode: ${mode}, idempotencyKey: "${key}") { ${SHOWN} } }`,
  )

/** The erasure when every system has an outcome. */
async function ended(id: string): Promise<Erasure> {
  let erasure = await erasureOf(id)
  for (let round = 0; round < 5 && erasure.state !== 'DONE'; round += 1) {
    await house.settle()
    erasure = await erasureOf(id)
  }
  expect(erasure).toMatchObject({ state: 'DONE' })
  return erasure
}

async function erasureOf(id: string): Promise<Erasure> {
  return (await house.ask<{ erasure: Erasure }>(`{ erasure(id: "${id}") { ${SHOWN} } }`)).data.erasure
}

async function order(customer: string, note: string): Promise<{ id: string; order: string }> {
  const [sku] = await rows<{ sku: string }>(
    house.hub.db.em(),
    `select p.sku from product p join external_ref r on r.hub_id = p.id and r.connection = '${ODOO}' where p.unit = 'H87' limit 1`,
  )
  const input = { connection: ODOO, customer, note, lines: [{ sku: sku?.sku, quantity: '1' }] }
  const { data } = await house.ask<{
    pushOrder: { operation: { id: string; status: string }; order: { id: string } }
  }>(
    `mutation ($input: PushOrderInput!, $key: ID!) { pushOrder(input: $input, idempotencyKey: $key, waitMs: 20000) {
      operation { id status } order { id } problems { message } } }`,
    { input, key: `order ${customer}` },
  )
  expect(data.pushOrder.operation.status).toBe('DONE')
  return { id: data.pushOrder.operation.id, order: data.pushOrder.order.id }
}

async function upsert(person: Person, fields: object, key: string): Promise<void> {
  const input = { id: person.id, name: person.name, ...fields }
  const { data } = await house.ask<{ upsertCustomer: { operations: { status: string }[] } }>(
    `mutation ($input: UpsertCustomerInput!, $key: ID!) { upsertCustomer(input: $input, idempotencyKey: $key, waitMs: 20000) {
      operations { status } problems { message } } }`,
    { input, key },
  )
  expect(data.upsertCustomer.operations.map(({ status }) => status)).toEqual(['DONE', 'DONE'])
}

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const em = house.hub.db.em()
  const sql = `select table_name as name from information_schema.tables where table_schema = current_schema()
    and table_type = 'BASE TABLE'`
  const all: string[] = []
  for (const { name } of await rows<{ name: string }>(em, sql)) {
    const found = await rows<{ row: object }>(em, `select to_jsonb(t) as row from "${name}" t`)
    all.push(`${name}: ${JSON.stringify(found)}`)
  }
  return all.join('\n')
}

async function there(connection: string, id: string) {
  const open = house.hub.directory.find('default', connection)
  const [record] = (await open?.erp.customers?.byId([id])) ?? []
  return record as { name: string; email?: string | null; phone?: string | null } | null
}

async function pollAgain(): Promise<void> {
  await house.hub.db.em().execute('update poll set next_at = now(), cursor = null')
  await house.poll()
  await house.settle()
}

describe('erasing a customer', () => {
  it('leaves nothing of the person in the hub, whatever they did, and keeps their documents', async () => {
    const person = next()
    const marks = {
      phone: '+4930998877661',
      name: 'Zdenka Hřebíčková-Ümläut',
      email: 'zdenka@hrebickova.example',
    }
    await upsert(person, marks, 'zdenka')
    await house.ask(`mutation { saveFlow(input: { name: "None", source: "${ODOO}", sourceObject: ORDER, enabled: false,
      target: "${NEXT}", targetObject: INVOICE }) { id } }`)
    const done = await order(person.id, 'Please ring at Hřebíčková')
    await pollAgain()
    const where = { connection: ODOO, record: person.natives[ODOO] ?? '', operation: done.id }
    await plant(house, where, marks.name)
    for (const text of [...Object.values(marks), 'ring at']) expect(await everything()).toContain(text)
    const { data, errors } = await erase(person.id, 'ANONYMISE')
    expect(errors).toBeUndefined()
    expect(data.eraseCustomer).toMatchObject({ state: 'RUNNING', mode: 'ANONYMISE' })
    const { results } = await ended(data.eraseCustomer.id)
    expect(results.filter(({ object }) => object === 'CUSTOMER').map(({ connection }) => connection)).toEqual(
      [NEXT, ODOO],
    )
    expect(results).toContainEqual(
      expect.objectContaining({ connection: ODOO, object: 'ORDER', outcome: 'KEPT' }),
    )
    // An ERP's own id of a customer stays, because its documents are found by it; some make it of a name.
    const ids = Object.values(person.natives).map((id) => JSON.stringify(id))
    const rest = ids.reduce((text, id) => text.replaceAll(id, '""'), await everything())
    for (const text of [...Object.values(marks), person.email ?? 'x@', 'ring at'])
      expect([text, rest.includes(JSON.stringify(text).slice(1, -1))]).toEqual([text, false])
    const { data: kept } = await house.ask<{
      syncOperation: { status: string; externalNumber: string; customer: { name: string } }
    }>(`{ syncOperation(id: "${done.id}") { status externalNumber customer { name } } }`)
    expect(kept.syncOperation).toMatchObject({
      status: 'DONE',
      externalNumber: expect.any(String),
      customer: { name: 'Erased' },
    })
  })

  it('makes them nobody in every system that can, and says what a person has to do in the others', async () => {
    const person = next()
    const { data } = await erase(person.id, 'ANONYMISE')
    const { results } = await ended(data.eraseCustomer.id)
    for (const [connection, id] of Object.entries(person.natives)) {
      const record = await there(connection, id)
      const result = results.find((one) => one.connection === connection && one.object === 'CUSTOMER')
      expect(record?.name).toMatch(/^Erased [0-9a-f]{12}$/)
      expect(result?.how).toBe('ANONYMISED')
      const isByHand = /still has .*: remove it there by hand/.test(result?.reason ?? '')
      expect(result?.outcome).toBe(isByHand ? 'IMPOSSIBLE' : 'DONE')
      expect(Boolean(record?.email) && !result?.reason?.includes('email')).toBe(false)
    }
  })

  it('stays erased when a poll meets the record again, also under another id with the same e-mail', async () => {
    const person = next()
    const { data } = await erase(person.id, 'ANONYMISE')
    await ended(data.eraseCustomer.id)
    const open = house.hub.directory.find('default', ODOO)
    const fields = { name: 'Back Again', email: person.email }
    await open?.erp.customer?.update?.({ id: person.natives[ODOO] ?? '' }, fields, null)
    const fresh = await open?.erp.customer?.create(
      { name: 'Back Again Too', email: person.email },
      'esg_BACK',
    )
    expect(fresh?.id).not.toBe(person.natives[ODOO])
    await pollAgain()
    const rest = await everything()
    expect(rest).not.toContain('Back Again')
    expect(rest).not.toContain(person.email ?? '')
  })

  it("takes somebody who comes back by a key's word for a new customer", async () => {
    const person = next()
    const { data } = await erase(person.id, 'ANONYMISE')
    await ended(data.eraseCustomer.id)
    const input = { name: 'Returned', email: person.email, connections: [ODOO] }
    const back = await house.ask<{
      upsertCustomer: { customer: { id: string }; operations: { status: string }[] }
    }>(
      `mutation ($input: UpsertCustomerInput!) { upsertCustomer(input: $input, idempotencyKey: "back", waitMs: 20000,
        differentFrom: ["${person.id}"]) { customer { id } operations { status } problems { message } } }`,
      { input },
    )
    expect(back.data.upsertCustomer.operations).toEqual([{ status: 'DONE' }])
    expect(back.data.upsertCustomer.customer.id).not.toBe(person.id)
    await pollAgain()
    const sql = 'select name from customer where email = ?'
    expect(await rows(house.hub.db.em(), sql, [person.email])).toEqual([{ name: 'Returned' }])
  })

  it('removes the golden record where no document hangs on it and removal was asked for', async () => {
    const used = await rows<{ id: string }>(
      house.hub.db.em(),
      'select customer as id from sales_order union select customer from invoice union select customer from payment',
    )
    const person = people.find(({ id }) => !used.some((one) => one.id === id)) ?? next()
    people = people.filter((one) => one !== person)
    for (const table of ['sales_order', 'invoice', 'payment'])
      await house.hub.db.em().execute(`update ${table} set customer = null where customer = ?`, [person.id])
    const { data } = await erase(person.id, 'DELETE')
    await ended(data.eraseCustomer.id)
    const left = `select (select count(*) from customer where id = ?)::int as customers,
      (select count(*) from external_ref where hub_id = ?)::int as refs`
    expect(await rows(house.hub.db.em(), left, [person.id, person.id])).toEqual([{ customers: 0, refs: 0 }])
    await pollAgain()
    expect(await everything()).not.toContain(person.email ?? '')
  })

  it('happens once per key, and waits for what is on its way', async () => {
    const person = next()
    const running = `insert into operation (id, tenant, connection, object, action, status, reference, input, customer, next_attempt_at)
      values ('op_way', 'default', ?, 'CUSTOMER', 'UPDATE', 'WAITING', 'r', '{}', ?, now() + interval '1 day')`
    await house.hub.db.em().execute(running, [ODOO, person.id])
    expect((await erase(person.id, 'DELETE', 'once')).errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
    })
    await house.hub.db.em().execute("update operation set status = 'CANCELLED' where id = 'op_way'")
    const first = await erase(person.id, 'DELETE', 'once')
    const second = await erase(person.id, 'DELETE', 'once')
    expect(second.data.eraseCustomer.id).toBe(first.data.eraseCustomer.id)
    expect((await erase(person.id, 'ANONYMISE', 'once')).errors?.[0]?.extensions).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    })
    await ended(first.data.eraseCustomer.id)
  })

  it('waits for a system that does not answer, and goes on by itself', async () => {
    const person = next()
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, times: 0 }])
    const { data } = await erase(person.id, 'ANONYMISE')
    const at = () => erasureOf(data.eraseCustomer.id)
    const waiting = (erasure: Erasure) => erasure.results.find(({ connection }) => connection === ODOO)
    for (let round = 0; round < 5 && !waiting(await at())?.reason; round += 1) await house.settle()
    expect(waiting(await at())).toMatchObject({ outcome: 'WAITING' })
    expect(await everything()).not.toContain(person.email ?? '')
    house.sandboxes.faults('odoo', [])
    await house.hub.db.em().execute("update job set next_at = now() where kind = 'erasure'")
    await ended(data.eraseCustomer.id)
    expect(waiting(await at())).toMatchObject({ how: 'ANONYMISED' })
  })

  it('is for admins who may see wherever the customer is known', async () => {
    const person = next()
    const query = `mutation { eraseCustomer(id: "${person.id}", mode: DELETE, idempotencyKey: "x") { id } }`
    const code = async (secret: string) =>
      (await house.ask(query, {}, await house.contexts.of(`Bearer ${secret}`))).errors?.[0]?.extensions?.code
    expect(await code(await addKey(house, { scopes: ['write:customer'] }))).toBe('FORBIDDEN')
    expect(await code(await addKey(house, { scopes: ['admin'], connections: [ODOO] }))).toBe('FORBIDDEN')
    expect((await erase('cus_unknown', 'DELETE')).errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('the export of a person', () => {
  it('holds everything that is known of them, and nothing of others', async () => {
    const person = next()
    const other = next()
    await order(person.id, 'For the export')
    await pollAgain()
    const { data } = await house.ask<{ exportCustomer: Record<string, object[]> }>(
      `{ exportCustomer(id: "${person.id}") }`,
    )
    const { customer, records, mirrored, orders, operations, attempts } = data.exportCustomer
    expect(customer).toMatchObject([{ id: person.id, email: person.email }])
    expect(records).toHaveLength(2)
    const kinds = mirrored?.map((one) => ('kind' in one ? one.kind : null))
    expect(kinds).toEqual(expect.arrayContaining(['customer', 'order']))
    expect(orders?.length).toBeGreaterThan(0)
    expect([operations?.length, attempts?.length]).toEqual([1, 1])
    expect(JSON.stringify(data)).toContain('For the export')
    expect(JSON.stringify(data)).not.toContain(other.email)
    const sql = "select details from audit where action = 'exportCustomer'"
    expect(await rows(house.hub.db.em(), sql)).toEqual([{ details: JSON.stringify({ id: person.id }) }])
  })
})

import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { TestHouse } from '../whole.ts'
import type { Ids } from './asks.ts'
import { post } from './client.ts'

/** A document of a list. */
export type Row = { id: string; connection: string; customer: { id: string } | null }

/** What a key sees of documents and customers. */
export interface Lists {
  customers: { nodes: { id: string; name: string }[] }
  orders: { nodes: Row[] }
  invoices: { nodes: Row[] }
  payments: { nodes: Row[] }
  quotes: { nodes: { id: string; connection: string }[] }
}

/** All documents and customers that a key sees. */
export async function lists(url: string, key: string): Promise<Lists> {
  const query = `{ customers(first: 500) { nodes { id name } } quotes { nodes { id connection } }
    orders(first: 500) { nodes { id connection customer { id } } } invoices(first: 500) { nodes { id connection customer { id } } }
    payments(first: 500) { nodes { id connection customer { id } } } }`
  const { data, errors } = await post<Lists>(url, query, {}, { key })
  expect(errors).toEqual([])
  return data!
}

/** An accepted order that no worker pushes, and its operation. */
export async function pushed(
  url: string,
  key: string,
  customer: string,
  connection: string,
): Promise<{ order: string; operation: string }> {
  const query = `mutation ($c: ID!, $on: ID!, $k: ID!) {
    pushOrder(input: { customer: $c, connection: $on, lines: [{ sku: "DESK-140", quantity: "1" }] }, idempotencyKey: $k)
    { order { id } operation { id } problems { message } } }`
  const variables = { c: customer, on: connection, k: `${customer} ${connection}` }
  const { data, errors } = await post<{ pushOrder: { order: { id: string }; operation: { id: string } } }>(
    url,
    query,
    variables,
    { key },
  )
  expect(errors).toEqual([])
  return { order: data!.pushOrder.order.id, operation: data!.pushOrder.operation.id }
}

/** Whose things they are, and where they stand. */
export interface Owner {
  house: TestHouse
  url: string
  /** The secret of a key of the owner. */
  key: string
  tenant: string
  connection: string
  /** A source of quotes. */
  quotes: string
  /** A customer of the connection, and another one. */
  customer: string
  other: string
}

type Made = Record<string, { id?: string; mapping?: { id: string }; [inner: string]: unknown }>

/** What an owner makes through the graph: the field, and what is behind it. */
const MAKE = `mutation ($on: ID!, $from: ID!, $hook: String!) {
  flow: saveFlow(input: { name: "Accepted", source: $from, sourceObject: QUOTE, target: $on, targetObject: ORDER, enabled: false }) { id }
  mapping: saveFieldMapping(input: { connection: $on, object: CUSTOMER, hubField: "custom.rank", erpField: "group" }) { id }
  import: startImport(connection: $on, objects: [CUSTOMER]) { id }
  alert: saveAlertRule(input: { name: "Dead", condition: DEAD_LETTERS, connections: [$on], channel: WEBHOOK, target: $hook }) { rule { id } }
  subscription: createWebhookSubscription(input: { url: $hook, filter: { connections: [$on] } }) { subscription { id } }
  key: createKey(input: { name: "reader", scopes: ["read:stock"], connections: [$on] }) { key { id } }
  rollback: startRollback(input: { connections: [$on], from: "2026-01-01T00:00:00Z" }) { id }
  reconcile: startReconcile(left: $on, objects: [CUSTOMER]) { id }
  audit: auditConnection(connection: $on, objects: [CUSTOMER]) { id } }`

/** Everything that a graph keeps for one owner by an id, beside the documents of a customer. */
export async function thingsOf(owner: Owner, operation: string): Promise<Partial<Ids>> {
  const { house, url, connection, quotes, customer, key } = owner
  const hook = `http://127.0.0.1:${house.sandboxes.port}/hook`
  const { data, errors } = await post<Made>(url, MAKE, { on: connection, from: quotes, hook }, { key })
  expect(errors).toEqual([])
  const made = Object.entries(data!).map(([kind, answer]) => [kind, idIn(answer)])
  const things = Object.fromEntries(made) as Partial<Ids>
  const rows = await written(owner, things, operation)
  return {
    connection,
    customer,
    ...things,
    batch: things.import!,
    ...rows,
    group: await failed(owner, operation),
  }
}

function idIn(answer: Record<string, unknown>): string {
  if (typeof answer['id'] === 'string') return answer['id']
  return idIn(Object.values(answer)[0] as Record<string, unknown>)
}

/** What only comes about in the course of a synchronisation, written as that writes it. */
async function written(owner: Owner, things: Partial<Ids>, operation: string): Promise<Partial<Ids>> {
  const { house, tenant, connection, customer, other } = owner
  const id = randomUUID().replaceAll('-', '')
  const [conflict, match, delivery, erasure] = [`cfl_${id}`, `mat_${id}`, `whd_${id}`, `era_${id}`]
  const em = house.hub.db.em()
  await em.execute(
    `insert into conflict (id, tenant, customer, connection, field, ours, theirs) values (?, ?, ?, ?, 'phone', '"1"', '"2"')`,
    [conflict, tenant, customer, connection],
  )
  await em.execute(
    "insert into match_candidate (id, tenant, customer, other, connection, native_id, score) values (?, ?, ?, ?, ?, '1', 0.8)",
    [match, tenant, customer, other, connection],
  )
  await em.execute(
    `insert into webhook_delivery (id, subscription, tenant, operation, event_transaction, event_sequence, event_at, status, state)
    values (?, ?, ?, ?, '1', '1', now(), 'DONE', 'FAILED')`,
    [delivery, things.subscription!, tenant, operation],
  )
  await em.execute(
    `insert into erasure (id, tenant, idempotency_key, customer, mode, requested_by, results) values (?, ?, ?, ?, 'DELETE', 'admin', ?::jsonb)`,
    [
      erasure,
      tenant,
      id,
      other,
      JSON.stringify([{ connection, object: 'CUSTOMER', record: '1', outcome: 'KEPT' }]),
    ],
  )
  await em.execute(
    `insert into flow_run (id, tenant, flow, connection, kind, native_id, state) values (?, ?, ?, ?, 'quote', '1', 'DONE')`,
    [`run_${id}`, tenant, things.flow!, owner.quotes],
  )
  await em.execute('update operation set batch = ?, cause = id where id = ?', [things.import!, operation])
  return { conflict, match, delivery, erasure }
}

/** The operation as one that was given up, and the cause that it stands under. */
export async function failed({ house, url, key, connection }: Owner, operation: string): Promise<string> {
  const problem = JSON.stringify({ code: 'UNAVAILABLE', message: 'Down.', resolution: 'Wait.' })
  await house.hub.db
    .em()
    .execute("update operation set status = 'DEAD', problem = ?::jsonb, finished_at = now() where id = ?", [
      problem,
      operation,
    ])
  const query = `{ deadLetters(connections: ["${connection}"]) { id } }`
  const { data, errors } = await post<{ deadLetters: { id: string }[] }>(url, query, {}, { key })
  expect(errors).toEqual([])
  return data!.deadLetters[0]!.id
}

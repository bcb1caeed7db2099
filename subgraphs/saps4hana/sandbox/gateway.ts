import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { messageOf, pieces } from '../../odata2.ts'
import { refused, unreadable } from './answers.ts'
import { AVAILABILITY, availabilityAt } from './availability.ts'
import { readChange, readInput } from './input.ts'
import { metadataOf } from './metadata.ts'
import { addPart, changePartner, createPartner } from './partners.ts'
import { byKey, entityBody, etagOf, filledBody, keysOf, listBody } from './query.ts'
import { changeOrder, createOrder, newDocument, orderOf } from './sales.ts'
import type { State } from './state.ts'
import { type Row, SERVICES, entityOf, rowsIn, textIn } from './types.ts'

/** One request of a service, alone or inside a $batch. */
interface Call {
  method: string
  /** Below the root of the service, without the query. */
  path: string
  query: URLSearchParams
  headers: Record<string, string | undefined>
  body: string
  service: string
  /** Address of the service, as links name it. */
  root: string
}

const CREATED = ['A_SalesOrder', 'A_BusinessPartner', 'A_SalesOrderSimulation']
const PATH = /^(\w+)(?:\((.*)\))?(?:\/(\w+))?$/s

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable('Error while parsing JSON: the payload is no valid JSON')
  }
}

/** Every navigation that stands in the request, at any depth: only those come back filled. */
function asked(input: Row, set: string, prefix = ''): string[] {
  return [...entityOf(set).navigation].flatMap(([name, link]) => {
    if (input[name] === undefined) return []
    const inner = rowsIn(input, name).flatMap((one) => asked(one, link.set, `${prefix}${name}/`))
    return [`${prefix}${name}`, ...new Set(inner)]
  })
}

function create({ service, root }: Call, state: State, set: string, given: unknown): SandboxAnswer {
  if (!CREATED.includes(set))
    throw new Refusal(405, '/IWBEP/CM_MGW_RT/202', `${set} cannot be created in ${service}`)
  const input = readInput(given, set)
  const paths = asked(input, set)
  if (set === 'A_SalesOrderSimulation') {
    const document = newDocument(state, set, input, '', state.now())
    return { status: 201, body: filledBody(document, set, root, paths) }
  }
  const made = set === 'A_SalesOrder' ? createOrder(state, input) : createPartner(state, input)
  const etag = etagOf(set, made)
  const { keys } = entityOf(set)
  const location = `${root}/${set}('${textIn(made, keys[0] ?? '')}')`
  return {
    status: 201,
    headers: { location, ...(etag && { etag }) },
    body: filledBody(made, set, root, paths),
  }
}

/** Orders have a version, which their items share; a change without one is refused. */
function checkVersion({ headers }: Call, set: string, row: Row): void {
  const current = etagOf(set, row)
  const given = headers['if-match']
  if (current === null || given === '*') return
  if (given === undefined)
    throw new Refusal(428, '/IWFND/CM_MGW/516', 'Precondition required: the header If-Match is missing')
  if (given !== current) throw new Refusal(412, '/IWFND/CM_MGW/515', 'Precondition failed')
}

function change(call: Call, state: State, set: string, target: Row): SandboxAnswer {
  const input = readChange(parsed(call.body), set)
  if (set === 'A_SalesOrder' || set === 'A_SalesOrderItem') {
    const order = set === 'A_SalesOrder' ? target : orderOf(state, textIn(target, 'SalesOrder'))
    checkVersion(call, 'A_SalesOrder', order)
    changeOrder(state, order, target, input)
  } else if (call.service === 'API_BUSINESS_PARTNER') {
    if (set === 'A_BusinessPartner') checkVersion(call, set, target)
    changePartner(state, target, input)
  } else throw new Refusal(405, '/IWBEP/CM_MGW_RT/202', `${set} cannot be changed`)
  return { status: 204, headers: { dataserviceversion: '2.0' }, body: null }
}

function remove(state: State, order: Row): SandboxAnswer {
  if (rowsIn(order, 'to_SubsequentProcFlowDoc').length > 0)
    throw new Refusal(
      400,
      'V1/075',
      `Sales document ${textIn(order, 'SalesOrder')} cannot be deleted: it has follow-on documents`,
    )
  const orders = state.rows('A_SalesOrder')
  orders.splice(orders.indexOf(order), 1)
  return { status: 204, body: null }
}

/** Answers one request of a service; throws what is refused. */
function answer(call: Call, state: State): SandboxAnswer {
  const { method, query, root, service } = call
  const sets = SERVICES[service] ?? []
  const [, set = '', key, link] = PATH.exec(call.path) ?? []
  if (set === AVAILABILITY && service === 'API_PRODUCT_AVAILY_INFO_BASIC' && method === 'GET')
    return { status: 200, body: { d: { [set]: availabilityAt(state, query) } } }
  if (!sets.includes(set))
    throw new Refusal(404, '/IWBEP/CM_MGW_RT/023', `Resource not found for the segment '${set}'`)
  if (key === undefined) {
    if (method === 'POST') return create(call, state, set, parsed(call.body))
    if (method !== 'GET')
      throw new Refusal(405, '/IWFND/CM_BEC/027', `Method ${method} is not allowed for a collection`)
    if (set === 'A_SalesOrderSimulation')
      throw new Refusal(405, '/IWBEP/CM_MGW_RT/202', 'Simulations cannot be read')
    return { status: 200, body: listBody(state.rows(set), set, root, query) }
  }
  const row = byKey(state.rows(set), set, keysOf(key, set))
  const target = link === undefined ? undefined : entityOf(set).navigation.get(link)
  if (link !== undefined && target) {
    if (method === 'GET') return { status: 200, body: listBody(rowsIn(row, link), target.set, root, query) }
    if (method !== 'POST' || service !== 'API_BUSINESS_PARTNER')
      throw unreadable(`Method ${method} is not allowed for ${link}`)
    const made = addPart(state, row, link, target.set, readInput(parsed(call.body), target.set))
    return { status: 201, body: entityBody(made, target.set, root) }
  }
  if (method === 'GET') return { status: 200, body: entityBody(row, set, root, query) }
  if (method === 'PATCH') return change(call, state, set, row)
  if (method === 'DELETE' && set === 'A_SalesOrder') {
    checkVersion(call, set, row)
    return remove(state, row)
  }
  throw new Refusal(405, '/IWFND/CM_BEC/027', `Method ${method} is not allowed`)
}

function safely(call: Call, state: State): SandboxAnswer {
  const json = /json/.test(call.headers.accept ?? '') || call.query.get('$format') === 'json'
  try {
    const found = answer(call, state)
    const headers = {
      'content-type': 'application/json;charset=utf-8',
      dataserviceversion: '2.0',
      ...found.headers,
    }
    if (json || found.body === null) return { ...found, headers }
    const feed = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"/>'
    return {
      ...found,
      headers: { ...headers, 'content-type': 'application/atom+xml;charset=utf-8' },
      body: feed,
    }
  } catch (error) {
    if (error instanceof Refusal) return refused(error, json)
    throw error
  }
}

const REASON: Record<number, string> = { 200: 'OK', 201: 'Created', 204: 'No Content' }

function part({ status, headers, body }: SandboxAnswer): string {
  const text = body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const told = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(text)) }).map(
    ([name, value]) => `${name}: ${String(value)}`,
  )
  const inner = [`HTTP/1.1 ${status} ${REASON[status] ?? 'Error'}`, ...told, '', text].join('\r\n')
  const head = [
    'Content-Type: application/http',
    `Content-Length: ${Buffer.byteLength(inner)}`,
    'content-transfer-encoding: binary',
  ]
  return [...head, '', inner].join('\r\n')
}

function joined(parts: string[], boundary: string): string {
  return `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--`
}

/** A change set counts whole or not at all; one answer stands for a refused one. The batch goes on behind it. */
function changeSet(calls: Call[], state: State, nth: number): string {
  const restore = state.save()
  const done: string[] = []
  for (const call of calls) {
    const read = call.method === 'GET' && refused(unreadable('A change set must not contain a read'), true)
    const found = read || safely(call, state)
    if (found.status >= 400) {
      restore()
      return part(found)
    }
    done.push(part(found))
  }
  const boundary = `ejjeeffe${nth}`
  return [
    `Content-Type: multipart/mixed; boundary=${boundary}`,
    'Content-Length:  1234',
    '',
    joined(done, boundary),
  ].join('\r\n')
}

function inside(text: { headers: Record<string, string>; body: string }, outer: Call): Call {
  const { first, headers, body } = messageOf(text)
  const [method = '', target = ''] = first.split(' ')
  const [path = '', query = ''] = target.split('?')
  return {
    ...outer,
    method,
    path: decodeURIComponent(path),
    query: new URLSearchParams(query),
    headers,
    body,
  }
}

function batch(call: Call, state: State): SandboxAnswer {
  const parts = pieces(call.body, call.headers['content-type'] ?? '').map((one, index) => {
    const type = one.headers['content-type'] ?? ''
    if (type.startsWith('multipart/'))
      return changeSet(
        pieces(one.body, type).map((each) => inside(each, call)),
        state,
        index + 1,
      )
    const inner = inside(one, call)
    if (inner.method === 'GET') return part(safely(inner, state))
    return part(refused(unreadable('A write must stand inside a change set'), true))
  })
  return {
    status: 202,
    headers: { 'content-type': 'multipart/mixed; boundary=ejjeeffe0', dataserviceversion: '2.0' },
    body: joined(parts, 'ejjeeffe0'),
  }
}

/** Answers a request of the gateway whose sender is known. */
export function serve(request: SandboxRequest, state: State, origin: string): SandboxAnswer {
  const [, service = '', path = ''] =
    /^\/sap\/opu\/odata\/sap\/([^/]+)\/?(.*)$/s.exec(decodeURI(request.path)) ?? []
  const root = `${origin}/sap/opu/odata/sap/${service}`
  const call: Call = { ...request, path: decodeURIComponent(path), service, root }
  if (!Object.hasOwn(SERVICES, service))
    return refused(
      new Refusal(
        403,
        '/IWFND/MED/170',
        `No service found for namespace '', name '${service}', version '0001'`,
      ),
      true,
    )
  if (path === '') return { status: 200, body: { d: { EntitySets: SERVICES[service] } } }
  if (path === '$metadata')
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: metadataOf(service) }
  return path === '$batch' ? batch(call, state) : safely(call, state)
}

import type { SandboxAnswer } from '../../sandbox.ts'
import { type Element, type Markup, at, childrenOf, documentOf, element, readXml, textAt } from '../../xml.ts'
import { type Deed, Failure, changeOrder, createContact, createOrder } from './orders.ts'
import { PAYMENTS } from './seed.ts'
import type { Row, Store } from './store.ts'

/** Who may call, and what was done before. */
export interface Door {
  senderId: string
  senderPassword: string
  /** Session -> the path at which it is good. */
  sessions: Map<string, string>
  /** Control ids of functions that were completed under uniqueid. */
  completed: Set<string>
  endpoint: string
  newSession(path: string): string
}

/** The path of the company's own gateway. */
export const HOME = '/eu1/ia/xml/xmlgw.phtml'

/** An errormessage; the words end in an id for support, and a second error is generic. */
export function errorMessage(errorno: string, description2: string, errorid: string | null = null): Markup[] {
  const words = `${description2} [Support ID: EsppO%7EZEcj0DEGV_L5hm95Ec91twAAABA]`
  const info = errorid === null ? null : element('additionalinfo', element('errorid', errorid))
  const first = [
    ...element('errorno', errorno),
    ...element('description', ''),
    ...element('description2', words),
    ...element('correction', ''),
    ...(info ?? []),
  ]
  const second = [
    ...element('errorno', errorno),
    ...element('description', ''),
    ...element('description2', 'Could not create the record.'),
    ...element('correction', ''),
  ]
  return element('errormessage', [...element('error', first), ...element('error', second)])
}

function answer(...parts: Markup[]): SandboxAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: documentOf(element('response', parts)),
  }
}

function control(status: string): Markup[] {
  const said = [
    ...element('status', status),
    ...element('uniqueid', 'false'),
    ...element('dtdversion', '3.0'),
  ]
  return element('control', said)
}

/** Refused before anything was looked at. */
export function controlFailure(errorno: string, words: string): SandboxAnswer {
  return answer(...control('failure'), ...errorMessage(errorno, words))
}

/** Refused for the session. */
export function authenticationFailure(errorno: string, words: string): SandboxAnswer {
  const authentication = element('authentication', element('status', 'failure'))
  return answer(
    ...control('success'),
    ...element('operation', [...authentication, ...errorMessage(errorno, words)]),
  )
}

/** Results below a session that was accepted. */
export function results(...all: Markup[]): SandboxAnswer {
  const authentication = [
    ...element('status', 'success'),
    ...element('userid', 'webservice'),
    ...element('companyid', 'nordlicht'),
    ...element('sessiontimestamp', '2026-11-20T09:15:01+00:00'),
    ...element('sessiontimeout', '2026-11-20T11:15:01+00:00'),
  ]
  return answer(
    ...control('success'),
    ...element('operation', [...element('authentication', authentication), ...all]),
  )
}

/** One result. */
export function result(status: string, name: string, controlId: string, more: Markup[]): Markup[] {
  return element('result', [
    ...element('status', status),
    ...element('function', name),
    ...element('controlid', controlId),
    ...more,
  ])
}

const FIELDS = [
  ...['RECORDNO', 'STATE', 'PAYMENTMETHOD', 'CUSTOMERID', 'DOCNUMBER', 'RECEIPTDATE', 'PAYMENTDATE'],
  ...['CURRENCY', 'TOTALENTERED', 'TRX_TOTALENTERED', 'WHENMODIFIED'],
]

function fieldOf(row: Row, name: string): string {
  if (!FIELDS.includes(name))
    throw new Failure('DL02000001', `Query Failed: field ${name} not found in ARPYMT`)
  return String(name === 'RECORDNO' ? row.key : (row[name] ?? ''))
}

/** Times are written month first. */
function rank(value: string): number {
  return value.includes('/') ? Date.parse(`${value} GMT`) : Number(value)
}

function fits(row: Row, filter: Element): boolean {
  if (filter.name === 'and' || filter.name === 'filter') return filter.children.every((one) => fits(row, one))
  if (filter.name === 'or') return filter.children.some((one) => fits(row, one))
  const value = fieldOf(row, textAt(filter, 'field') ?? '')
  const wanted = at(filter, 'value')?.text ?? ''
  if (filter.name === 'greaterthan') return rank(value) > rank(wanted)
  if (filter.name === 'equalto') return value === wanted
  if (filter.name !== 'like') throw new Failure('DL02000001', `Query Failed: operator ${filter.name}`)
  const pattern = wanted
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${pattern}$`, 'is').test(value)
}

function payments(store: Store, asked: Element): void {
  const object = textAt(asked, 'object')
  if (object !== PAYMENTS)
    throw new Failure('DL02000001', `Query Failed: Object definition ${object} not found`)
  store.table(PAYMENTS)
}

function query(store: Store, asked: Element): Markup[] {
  payments(store, asked)
  const size = Number(textAt(asked, 'pagesize') ?? 100)
  if (size > 2000) throw new Failure('DL02000001', 'Query Failed: pagesize is at most 2000')
  const fields = childrenOf(at(asked, 'select'), 'field').map(({ text }) => text)
  const filter = at(asked, 'filter')
  const found = store.all(PAYMENTS).filter((row) => !filter || fits(row, filter))
  const order = childrenOf(at(asked, 'orderby'), 'order').map((one) => textAt(one, 'field') ?? '')
  found.sort((a, b) => {
    const by = order.map((field) => rank(fieldOf(a, field)) - rank(fieldOf(b, field)))
    return by.find((one) => one !== 0) ?? 0
  })
  const page = found.slice(0, size)
  const rows = page.flatMap((row) =>
    element(
      PAYMENTS,
      fields.flatMap((name) => element(name, fieldOf(row, name))),
    ),
  )
  const counts = { totalcount: String(found.length), offset: '0', count: String(page.length) }
  return element('data', rows, {
    listtype: PAYMENTS,
    ...counts,
    numremaining: String(found.length - page.length),
  })
}

/** Whole records, whose elements have small letters here. */
function read(store: Store, asked: Element): Markup[] {
  payments(store, asked)
  const keys = (textAt(asked, 'keys') ?? '').split(',')
  const found = keys.flatMap((key) => store.table(PAYMENTS).get(key) ?? [])
  const rows = found.flatMap((row) => {
    const details = (row.details as Record<string, string>[]).flatMap((part) =>
      element(
        'arpymtdetail',
        Object.entries(part).flatMap(([name, value]) => element(name, value)),
      ),
    )
    const fields = FIELDS.flatMap((name) => element(name, fieldOf(row, name)))
    return element('arpymt', [...fields, ...element('ARPYMTDETAILS', details)])
  })
  return element('data', rows, { listtype: 'arpymt', count: String(found.length) })
}

/** What a function will do, or the data that it gives. */
function perform(store: Store, made: Element, contacts: string[]): Deed | Markup[] {
  if (made.name === 'query') return query(store, made)
  if (made.name === 'read') return read(store, made)
  if (made.name === 'create_sotransaction') return createOrder(store, made, contacts)
  if (made.name === 'update_sotransaction' || made.name === 'delete_sotransaction')
    return changeOrder(store, made)
  const contact = made.name === 'create' ? at(made, 'CONTACT') : null
  if (contact) return createContact(store, contact)
  throw new Failure('XL03000003', `The function ${made.name} is unknown`)
}

function runAll(store: Store, door: Door, root: Element): SandboxAnswer {
  const operation = at(root, 'operation')
  // The default is true: a function that was completed before is refused.
  const unique = textAt(root, 'control', 'uniqueid') !== 'false'
  const whole = operation?.attributes.transaction === 'true'
  const functions = childrenOf(at(operation, 'content'), 'function')
  const deeds: { id: string; deed: Deed }[] = []
  const done: { name: string; id: string; more: Markup[]; failed: boolean }[] = []
  for (const one of functions) {
    const [made] = one.children
    const id = one.attributes.controlid ?? ''
    const name = made?.name ?? ''
    try {
      if (unique && door.completed.has(id))
        throw new Failure('XL03000009', `A function with the control ID ${id} was executed before`)
      const contacts = deeds.flatMap(({ deed }) => deed.contact ?? [])
      const outcome = made ? perform(store, made, contacts) : []
      if (Array.isArray(outcome)) done.push({ name, id, more: outcome, failed: false })
      else {
        if (!whole) outcome.commit()
        deeds.push({ id, deed: outcome })
        done.push({ name, id, more: element('key', outcome.key), failed: false })
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const more = errorMessage(error.errorno, error.message, error.errorid)
      done.push({ name, id, more, failed: true })
      if (whole) return aborted(done, functions)
    }
  }
  for (const { id, deed } of deeds) {
    if (whole) deed.commit()
    if (unique) door.completed.add(id)
  }
  return results(
    ...done.flatMap(({ name, id, more, failed }) => result(failed ? 'failure' : 'success', name, id, more)),
  )
}

/** One that failed rolls all back, and the others say so. */
function aborted(
  done: { name: string; id: string; more: Markup[]; failed: boolean }[],
  functions: Element[],
) {
  const words = 'The entire transaction in this operation has been rolled back due to an error.'
  const failed = done.find((one) => one.failed)
  return results(
    ...functions.flatMap((one) => {
      const id = one.attributes.controlid ?? ''
      const name = one.children[0]?.name ?? ''
      return id === failed?.id
        ? result('failure', name, id, failed.more)
        : result('aborted', name, id, errorMessage('XL03000009', words))
    }),
  )
}

/** The XML gateway: status 200 whatever happens. https://developer.intacct.com/web-services/ */
export function gateway(store: Store, door: Door, path: string, body: string): SandboxAnswer {
  const root = readXml(body)
  const said = (name: string) => textAt(root, 'control', name)
  if (said('senderid') !== door.senderId || said('password') !== door.senderPassword)
    return controlFailure('XL03000006', 'Sign-in information is incorrect')
  if (said('dtdversion') !== '3.0') return controlFailure('XL03000003', 'The DTD version is not supported')
  const session = textAt(root, 'operation', 'authentication', 'sessionid') ?? ''
  if (door.sessions.get(session) !== path)
    return authenticationFailure('XL03000006', 'The session is not valid here or has expired')
  if (body.includes('<getAPISession')) {
    const api = [
      ...element('sessionid', door.newSession(HOME)),
      ...element('endpoint', door.endpoint),
      ...element('locationid', ''),
    ]
    const data = element('data', element('api', api))
    return results(...result('success', 'getAPISession', 'session', data))
  }
  return runAll(store, door, root)
}

import { type Row, parseBody, textOf } from '../../exact.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { refuse } from './answers.ts'
import { etagOf } from './query.ts'
import { guidOf, timeOf } from './values.ts'

const THREE_DAYS = 3 * 86_400_000
const RESOURCE =
  /^\/?api\/v2\.0\/companies\([0-9a-f-]{36}\)\/(items|customers|salesOrders|salesInvoices|salesCreditMemos|salesQuotes)$/

/** Webhook subscriptions: every one is proved by a handshake, also when it is renewed (dynamics-subscriptions). */
export class Subscriptions {
  readonly #rows: Row[] = []

  async handle(request: SandboxRequest): Promise<SandboxAnswer> {
    const [, id] = /subscriptions\('?([^')]+)'?\)$/.exec(decodeURIComponent(request.path)) ?? []
    if (id === undefined && request.method === 'GET')
      return {
        status: 200,
        body: { '@odata.context': '$metadata#subscriptions', value: this.#rows.map(shown) },
      }
    const body = request.method === 'DELETE' ? {} : (parseBody(request.body) as Row | undefined)
    if (!body) return refuse(400, 'BadRequest', 'The body is no JSON object.')
    if (id === undefined && request.method === 'POST') return this.#create(body)
    const row = this.#rows.find(({ subscriptionId }) => subscriptionId === id)
    if (!row) return refuse(404, 'BadRequest_ResourceNotFound', 'The subscription does not exist.')
    if (request.method === 'DELETE') {
      this.#rows.splice(this.#rows.indexOf(row), 1)
      return { status: 204, body: null }
    }
    return this.#renew(row, body, request.headers['if-match'])
  }

  async #create(body: Row): Promise<SandboxAnswer> {
    const { notificationUrl: url, resource, clientState = '' } = body
    if (typeof url !== 'string' || typeof resource !== 'string' || !RESOURCE.test(resource))
      return refuse(400, 'BadRequest', 'Field resource is not a supported resource.')
    const name = `${url} ${resource}`
    if (this.#rows.some((row) => row.$name === name))
      return refuse(
        400,
        'Internal_EntityWithSameKeyExists',
        'The record in table API Webhook Subscription already exists.',
      )
    if (!(await answers(url)))
      return refuse(400, 'BadRequest', 'The notification URL did not answer the validation.')
    const id = guidOf(name)
    const made: Row = {
      id,
      subscriptionId: id.replaceAll('-', ''),
      notificationUrl: url,
      resource,
      clientState,
    }
    const row: Row = { ...made, userId: guidOf('user'), $name: name, $version: 1, ...times() }
    this.#rows.push(row)
    return { status: 201, body: shown(row) }
  }

  async #renew(row: Row, body: Row, match: string | undefined): Promise<SandboxAnswer> {
    if (match === undefined)
      return refuse(
        400,
        'BadRequest_InvalidToken',
        'Could not validate the client concurrency token required by the service.',
      )
    if (match !== '*' && match !== etagOf(row))
      return refuse(409, 'Request_EntityChanged', 'Another user has already changed the record.')
    if (!(await answers(textOf(row, 'notificationUrl'))))
      return refuse(400, 'BadRequest', 'The notification URL did not answer the validation.')
    Object.assign(row, { clientState: body.clientState ?? row.clientState, ...times() })
    row.$version = Number(row.$version) + 1
    return { status: 200, body: shown(row) }
  }
}

function times(): Row {
  const now = Date.now()
  return { lastModifiedDateTime: timeOf(now), expirationDateTime: timeOf(now + THREE_DAYS) }
}

function shown(row: Row): Row {
  const fields = Object.entries(row).filter(([name]) => name !== 'id' && !name.startsWith('$'))
  return { '@odata.etag': etagOf(row), ...Object.fromEntries(fields) }
}

/** Whether the address gives the token back. */
async function answers(url: string): Promise<boolean> {
  const token = guidOf(`token ${Date.now()}`)
  try {
    const to = new URL(url)
    to.searchParams.set('validationToken', token)
    const answer = await fetch(to, { method: 'POST', signal: AbortSignal.timeout(5_000) })
    return answer.status === 200 && (await answer.text()) === token
  } catch {
    return false
  }
}

import type { ErrorCode } from '../../schema/errors.ts'
import type {
  NativeError,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { APP, Access, FIRST_REFRESH } from './sandbox/access.ts'
import { Books, CONNECT } from './sandbox/books.ts'
import { type Job, finish, newJob } from './sandbox/files.ts'

/** How an imitation may differ from the one of the demo. */
export interface Manner {
  /** How often a job is asked for before it is done; 0 when left out. */
  pendingPolls?: number
  /** How many files end in an error of the service itself, before one is checked; 0 when left out. */
  failures?: number
  /** Seconds after which a job may be asked for; 0 when left out. */
  retryAfter?: string
}

const CONSULTANT = '29098'
const CLIENT = '55003'
const CLIENT_ID = `${CONSULTANT}-${CLIENT}`
const FILES = `/accounting-extf-files/platform/v3/clients/`
const CLIENTS = '/accounting-clients/platform/v2/clients'
const MOST_BYTES = 50 * 1024 * 1024
const TOP = 100
const WORDS = /^[-0-9A-Za-z_äöüÄÖÜß. +?;]{0,254}$/

function problem(status: number, help: string, title: string, name?: string, reason?: string): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8' },
    body: {
      type: `http://www.datev.de/hilfe/${help}`,
      title,
      detail: title,
      ...(name && { affected_elements: [{ name, reason }] }),
      request_id: 'f11381c7-ba0e-4a3a-b2eb-fe4a6cc092c9',
      status,
    },
  }
}

/** A company at DATEV: the online services, and the machine on which its books are kept. */
class Company {
  readonly books: Books
  readonly access = new Access()
  readonly jobs: Job[] = []
  readonly #polls: number
  readonly #retryAfter: string
  #failures: number

  constructor(books: Books, { pendingPolls = 0, failures = 0, retryAfter = '0' }: Manner) {
    this.#retryAfter = retryAfter
    this.#failures = failures
    this.books = books
    this.#polls = pendingPolls
  }

  handle(request: SandboxRequest): SandboxAnswer {
    const { path, query, headers } = request
    if (path === '/openid/authorize') return this.access.authorize(request)
    if (path === '/token') return this.access.token(request)
    if (path.startsWith(CONNECT.root)) return this.books.answer(path, query, headers.authorization)
    const refused = this.access.refuse(request)
    if (refused) return refused
    if (path === CLIENTS) return this.#clients(query)
    if (!path.startsWith(FILES)) return problem(404, '1008830', 'Not found')
    const [client, ...rest] = path.slice(FILES.length).split('/')
    if (client !== CLIENT_ID)
      return problem(403, '1008829', 'Missing permission', 'client-id', 'no permission')
    if (rest.join('/') === 'extf-files/import') return this.#upload(request)
    if (rest[0] === 'extf-files' && rest[1] === 'jobs') return this.#jobs(rest[2], query)
    return problem(404, '1008830', 'Not found')
  }

  #clients(query: URLSearchParams): SandboxAnswer {
    const filter = query.get('filter') ?? ''
    const wanted = `consultant_number eq ${CONSULTANT} and client_number eq ${CLIENT}`
    const own = {
      client_number: Number(CLIENT),
      consultant_number: Number(CONSULTANT),
      id: CLIENT_ID,
      name: 'Nordlicht Handel GmbH',
      services: [{ name: 'Buchungsdatenservice', scopes: ['datev:accounting:extf-files-import'] }],
    }
    const rows = filter === '' || filter === wanted ? [own] : []
    return { status: 200, headers: { 'total-items': String(rows.length) }, body: rows }
  }

  #upload({ method, headers, bytes = new Uint8Array() }: SandboxRequest): SandboxAnswer {
    const { filename = '', 'reference-id': reference = '' } = headers
    if (method !== 'POST') return problem(405, '1008830', 'Method Not Allowed')
    if (headers['content-type'] !== 'application/octet-stream')
      return problem(415, '1008830', 'Unsupported Media Type')
    if (!/^EXTF_.{0,51}\.csv$/.test(filename))
      return problem(400, '1008832', 'Invalid header fields', 'Filename', 'must conform to the pattern')
    if (!WORDS.test(reference))
      return problem(400, '1008832', 'Invalid header fields', 'Reference-Id', 'must conform to the pattern')
    if (bytes.length === 0) return problem(400, '1008831', 'Invalid message-body')
    if (bytes.length > MOST_BYTES)
      return problem(413, '1008833', 'Invalid file', 'file', 'File size exceeds 50 MB')
    const job = newJob(filename, reference, bytes, this.#polls)
    this.jobs.push(job)
    const location = `/clients/${CLIENT_ID}/extf-files/jobs/${job.id}`
    return { status: 202, headers: { location, 'retry-after': this.#retryAfter }, body: null }
  }

  #finish(job: Job): void {
    if (this.#failures-- <= 0) return finish(job, this.books, CONSULTANT, CLIENT)
    job.result = 'failed'
    job.told.validation_details = {
      type: 'http://www.datev.de/hilfe/1008837',
      title: 'Try again',
      detail: 'An internal error occurred. Job failed. Try again.',
    }
  }

  #jobs(id: string | undefined, query: URLSearchParams): SandboxAnswer {
    if (id !== undefined) {
      const job = this.jobs.find((one) => one.id === id)
      if (!job) return problem(404, '1008830', 'Not found')
      if (job.result === 'pending' && job.polls-- <= 0) this.#finish(job)
      return { status: 200, body: jobRow(job) }
    }
    const skip = Number(query.get('skip') ?? 0)
    const top = Math.min(Number(query.get('top') ?? TOP), TOP)
    if (!Number.isInteger(skip) || skip < 0 || !(top > 0))
      return problem(400, '1008828', 'Invalid query parameters', 'skip', 'must be a positive integer')
    const newestFirst = this.jobs.toReversed().slice(skip, skip + top)
    const headers = { 'total-items': String(this.jobs.length) }
    return { status: 200, headers, body: newestFirst.map(jobRow) }
  }
}

function jobRow({ id, filename, reference_id, timestamp, result, told }: Job): object {
  const app = {
    client_application_display_name: 'ERP supergraph',
    client_application_vendor: 'Demo',
    client_application_version: '1',
  }
  return { id, filename, reference_id, ...app, timestamp, result, ...told }
}

function act(company: Company, action: SandboxAction): void {
  const { books, access } = company
  if (action.do === 'expireTokens') access.expire()
  if (action.do !== 'addCustomer') return
  const last = [...books.debtors.keys()].map(Number).toSorted((a, b) => b - a)[0] ?? 10000
  books.write(String(last + 1), { name: action.name, short: action.name.slice(0, 15), email: action.email })
}

const UPLOAD = 'POST /accounting-extf-files'
const POLL = 'GET /accounting-extf-files/platform/v3/clients/29098-55003/extf-files/jobs/'

function refusal(match: string, answer: SandboxAnswer, code: ErrorCode): NativeError {
  return { on: 'upsertCustomer', match, answer, code }
}

/** A file that was refused: only the job tells it. */
function failed(help: string, title: string, name: string, reason: string): SandboxAnswer {
  const details = {
    type: `http://www.datev.de/hilfe/${help}`,
    title,
    detail: 'Fields with error',
    affected_elements: [{ name, reason }],
  }
  return {
    status: 200,
    body: { id: 'failed', filename: 'EXTF_x.csv', result: 'failed', validation_details: details },
  }
}

const gateway: SandboxAnswer = {
  status: 401,
  body: { httpCode: '401', httpMessage: 'Unauthorized', moreInformation: 'The token is missing or wrong.' },
}
const busy = problem(503, '1008837', 'Try again')

const errors: Record<string, NativeError> = {
  unauthorized: refusal(UPLOAD, gateway, 'AUTHENTICATION_FAILED'),
  missingPermission: refusal(
    UPLOAD,
    problem(403, '1008829', 'Missing required scope', 'client-id', 'no permission'),
    'AUTHENTICATION_FAILED',
  ),
  unknownClient: refusal(UPLOAD, problem(404, '1008830', 'The client was not found'), 'NOT_FOUND'),
  headerFields: refusal(UPLOAD, problem(400, '1008832', 'Invalid header fields'), 'VALIDATION'),
  methodNotAllowed: refusal(UPLOAD, problem(405, '1008830', 'Method Not Allowed'), 'VALIDATION'),
  notAcceptable: refusal(UPLOAD, problem(406, '1008830', 'Not Acceptable'), 'VALIDATION'),
  mediaType: refusal(UPLOAD, problem(415, '1008830', 'Unsupported Media Type'), 'VALIDATION'),
  tooLarge: refusal(UPLOAD, problem(413, '1008833', 'File size exceeds 50 MB'), 'VALIDATION'),
  serverError: refusal(UPLOAD, problem(500, '1008839', 'Internal Server Error'), 'UNAVAILABLE'),
  tryAgain: refusal(UPLOAD, busy, 'UNAVAILABLE'),
  rate: refusal(
    UPLOAD,
    {
      status: 429,
      body: { httpCode: '429', httpMessage: 'Too Many Requests', moreInformation: 'Rate limit' },
    },
    'RATE_LIMITED',
  ),
  jobHeader: refusal(
    POLL,
    failed('1008834', 'Invalid EXTF-header', 'DATEV Format Identifier', "must be 'EXTF'"),
    'VALIDATION',
  ),
  jobFile: refusal(
    POLL,
    failed('1008833', 'Invalid file', 'Umsatz (row 1)', 'must be positive'),
    'VALIDATION',
  ),
  jobDebtor: refusal(
    POLL,
    failed('1008833', 'Invalid file', 'Konto (row 1)', 'Das Personenkonto ist nicht vorhanden'),
    'INVALID_CUSTOMER',
  ),
  jobRevenue: refusal(
    POLL,
    failed('1008833', 'Invalid file', 'Gegenkonto (row 1)', 'Das Sachkonto ist nicht vorhanden'),
    'INVALID_ITEM',
  ),
  jobVirus: refusal(POLL, failed('1008836', 'Virus found', 'file', 'contains a virus'), 'VALIDATION'),
  jobAgain: refusal(POLL, failed('1008837', 'Try again', 'job', 'An internal error occurred'), 'UNAVAILABLE'),
  jobPermission: refusal(
    POLL,
    failed('1008838', 'Missing permission', 'client-id', 'Permission has expired'),
    'AUTHENTICATION_FAILED',
  ),
}

/** Makes an imitation of the wished manner. */
export function company(manner: Manner): SandboxFactory {
  return (demo): Sandbox => {
    const whole = new Company(new Books(demo), manner)
    return {
      handle: (request) => whole.handle(request),
      ledger: () => ({
        orders: [],
        customers: [...whole.books.debtors.values()].map(({ account, name, email }) => ({
          id: account,
          name,
          email,
        })),
      }),
      act: (action) => act(whole, action),
      errors,
      config: (address) => ({
        url: `${address}/{service}/platform`,
        authorizeUrl: `${address}/openid/authorize`,
        tokenUrl: `${address}/token`,
        clientId: APP.id,
        clientSecret: APP.secret,
        refreshToken: FIRST_REFRESH,
        consultant: Number(CONSULTANT),
        client: Number(CLIENT),
        revenue: [
          { account: '8125', taxPercent: '0', countries: ['AT', 'FR'] },
          { account: '8120', taxPercent: '0', countries: ['US'] },
          { account: '8400', taxPercent: '19' },
        ],
        paymentAccount: '1200',
        connectUrl: `${address}${CONNECT.root}`,
        connectUser: CONNECT.name,
        connectPassword: CONNECT.password,
        fiscalYearId: CONNECT.year,
      }),
    }
  }
}

/** An imitation of DATEV: one company, its files, and DATEVconnect on its own machine. */
export const sandbox: SandboxFactory = company({})

import { describe, expect, it } from 'vitest'
import { faultOf, refusalOf } from '../../subgraphs/sageintacct/errors.ts'
import { controlFailure } from '../../subgraphs/sageintacct/sandbox/gateway.ts'
import { type Company, order, refusal, stage } from './open.ts'

const { open, altered } = stage()
const GATEWAY = /\.phtml$/
const first = { first: 3, after: null }

function sessions({ wire }: Company): number {
  return wire.filter(({ request }) => request.body?.includes('<getAPISession')).length
}

describe('an entity of a company of Sage Intacct', () => {
  it('is named in the token, in each request and in the session, and hides what belongs to others', async () => {
    const all = { first: 200, after: null }
    const currencies = async ({ erp }: Company) =>
      new Set((await erp.customers?.list(all))?.rows.map(({ currency }) => currency))
    expect(await currencies(open())).toEqual(new Set(['EUR', 'USD']))
    const company = open({ entity: '100-DE' })
    expect(await currencies(company)).toEqual(new Set(['EUR']))
    await company.erp.payments?.list(first)
    const rest = company.wire.map(({ request }) => request).filter(({ url }) => url.includes('/services/'))
    expect(rest.every(({ headers }) => headers?.['x-ia-api-param-entity'] === '100-DE')).toBe(true)
    const token = company.wire.find(({ request }) => request.url.endsWith('/oauth2/token'))?.request.body
    expect(new URLSearchParams(token ?? '').get('username')).toBe('webservice@nordlicht|100-DE')
    const session = company.wire.find(({ request }) => request.body?.includes('<getAPISession'))
    expect(session?.request.body).toContain('<getAPISession><locationid>100-DE</locationid></getAPISession>')
    const wrong = await refusal(async () => open({ entity: '900-XX' }).erp.customers?.list(all))
    expect(wrong.code).toBe('AUTHENTICATION_FAILED')
  })
})

describe('a session of the gateway of Sage Intacct', () => {
  it('lasts as long as each answer says: one that is about to end is followed by another', async () => {
    const ends = (seconds: number) =>
      altered(GATEWAY, async (_, next) => {
        const answer = await next()
        const told = new Date(Date.parse('2026-11-20T09:15:01Z') + seconds * 1000).toISOString()
        const body = String(answer.body)
          .replace(/<sessiontimestamp>[^<]*/, '<sessiontimestamp>2026-11-20T09:15:01+00:00')
          .replace(/<sessiontimeout>[^<]*/, `<sessiontimeout>${told}`)
        return { ...answer, body }
      })
    const opened = async (seconds: number) => {
      const company = ends(seconds)
      await company.erp.payments?.list(first)
      await company.erp.payments?.list(first)
      return sessions(company)
    }
    expect(await opened(3_600)).toBe(1)
    expect(await opened(100)).toBeGreaterThan(1)
  })
})

describe('the gateway of Sage Intacct, by its status', () => {
  it('asks for fewer calls with 429 in XML of its own, and is waited for as long as its header says', async () => {
    const { erp } = altered(GATEWAY, ({ body }, next) =>
      body.includes('<query>')
        ? {
            ...controlFailure('GW-0010', 'Too much'),
            status: 429,
            headers: { 'X-IA-Throttle-Retry-After': '30' },
          }
        : next(),
    )
    const error = await refusal(async () => erp.payments?.list(first))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 30_000 })
  })

  it('tells with 400 and invalidRequest that the session is over: it is renewed once, and nothing is lost', async () => {
    let refused = 0
    const company = altered(GATEWAY, ({ body }, next) =>
      body.includes('<create_sotransaction>') && (refused += 1) === 1
        ? { ...controlFailure('invalidRequest', 'The request is not valid'), status: 400 }
        : next(),
    )
    expect((await company.erp.order?.create(order(), 'ord_1'))?.number).toMatch(/^SO\d+$/)
    expect(sessions(company)).toBe(2)
  })

  it('refuses a company, a permission or a path with a status that decides', async () => {
    const codes = async (status: number, errorno: string) => {
      const { erp } = altered(GATEWAY, ({ body }, next) =>
        body.includes('<query>') ? { ...controlFailure(errorno, 'No'), status } : next(),
      )
      return (await refusal(async () => erp.payments?.list(first))).code
    }
    expect(await codes(400, 'GW-0011')).toBe('AUTHENTICATION_FAILED')
    expect(await codes(403, 'XL03000003')).toBe('PERMISSION_DENIED')
    expect(await codes(404, 'unknown')).toBe('NOT_FOUND')
  })

  it('names an ended token with a number of its own, which is no fault of what was asked', () => {
    const body = { 'ia::error': { code: 'GW-0033', message: 'Something about it' } }
    const text = JSON.stringify(body)
    expect(faultOf(body)?.codes).toEqual(['GW-0033'])
    expect(refusalOf({ status: 400, headers: {}, text, json: () => body }).code).toBe('AUTHENTICATION_FAILED')
  })
})

import { afterAll, describe, expect, it } from 'vitest'
import { redact, retryAfter } from '../subgraphs/http.ts'
import { Wires, failure, reply } from './wire.ts'

const wires = new Wires()
afterAll(() => wires.close())

describe('a request that is lost', () => {
  it('is sent again when it reads, and answers as if nothing had been', async () => {
    const wire = await wires.open((request, response, nth) =>
      nth < 3 ? request.socket.destroy() : response.end('{"n":1}'),
    )
    expect((await wire.send()).json()).toEqual({ n: '1' })
    expect(wire.got).toHaveLength(3)
  })

  it('is given up after three attempts as UNAVAILABLE', async () => {
    const wire = await wires.open((request) => void request.socket.destroy())
    expect(await failure(wire.send())).toMatchObject({ code: 'UNAVAILABLE', connection: 'acme:main' })
    expect(wire.got).toHaveLength(3)
  })

  it('is never sent twice when it writes, whatever its method, unless it says that it is repeatable', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const wire = await wires.open((request) => void request.socket.destroy())
      expect((await failure(wire.send({ method, body: '{}' }))).code).toBe('UNAVAILABLE')
      expect(wire.got).toHaveLength(1)
    }
    const wire = await wires.open((request) => void request.socket.destroy())
    await failure(wire.send({ method: 'POST', body: '{}', repeatable: true }))
    expect(wire.got).toHaveLength(3)
  })

  it('in the middle of its body is lost too, and half of it is never handed on', async () => {
    const wire = await wires.open((request, response, nth) => {
      if (nth === 2) return void response.end('{"whole":true}')
      response.writeHead(200, { 'content-length': '1000' }).write('{"half":')
      setImmediate(() => request.socket.destroy())
    })
    expect((await wire.send()).text).toBe('{"whole":true}')
  })

  it('because nobody listens is UNAVAILABLE with the reason of the system', async () => {
    const others = new Wires()
    const wire = await others.open(reply(200))
    await others.close()
    const way = wires.way({ parallel: 1, batch: 1, timeoutMs: 2000 }, [`127.0.0.1:${wire.port}`])
    expect((await failure(way.send({ method: 'GET', url: wire.url }))).said).toContain('ECONNREFUSED')
  })
})

describe('a request that is not answered in time', () => {
  it('is DEADLINE_EXCEEDED after its own limit and is not sent again', async () => {
    const wire = await wires.open(() => undefined)
    const error = await failure(wire.send({ timeoutMs: 60 }))
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', connection: 'acme:main' })
    expect(error.message).toContain('60 ms')
    expect(wire.got).toHaveLength(1)
  })

  it('is DEADLINE_EXCEEDED too when the body never ends', async () => {
    const wire = await wires.open((_, response) => void response.writeHead(200).write('{"a":'))
    expect((await failure(wire.send({ timeoutMs: 60 }))).code).toBe('DEADLINE_EXCEEDED')
  })

  it('ends as DEADLINE_EXCEEDED when the caller leaves: before, during, or between two attempts', async () => {
    const early = await wires.open(reply(200))
    const gone = AbortSignal.abort()
    expect((await failure(early.send({}, { signal: gone }))).code).toBe('DEADLINE_EXCEEDED')
    expect(early.got).toEqual([])
    const leave = new AbortController()
    const during = await wires.open(() => leave.abort())
    expect((await failure(during.send({}, { signal: leave.signal }))).code).toBe('DEADLINE_EXCEEDED')
    const between = new AbortController()
    const busy = await wires.open(reply(503, '{}', { 'retry-after': '0.9' }))
    const leaving = { signal: between.signal, record: () => between.abort() }
    expect((await failure(busy.send({}, leaving))).code).toBe('DEADLINE_EXCEEDED')
    expect(busy.got).toHaveLength(1)
  })
})

describe('an ERP that is busy', () => {
  it('is asked again for 429, 502, 503 and 504 when it reads, and the last answer is handed on', async () => {
    for (const status of [429, 502, 503, 504]) {
      const wire = await wires.open((request, response, nth) =>
        reply(nth < 3 ? status : 200)(request, response, nth),
      )
      expect((await wire.send()).status).toBe(200)
      const always = await wires.open(reply(status, '{"why":"busy"}'))
      expect(await always.send()).toMatchObject({ status, text: '{"why":"busy"}' })
      expect(always.got).toHaveLength(3)
    }
  })

  it('is asked once when it writes, and for every other status', async () => {
    for (const status of [400, 401, 403, 404, 409, 422, 500, 501]) {
      const wire = await wires.open(reply(status))
      expect((await wire.send()).status).toBe(status)
      expect(wire.got).toHaveLength(1)
    }
    const write = await wires.open(reply(503))
    expect((await write.send({ method: 'POST', body: '{}' })).status).toBe(503)
    expect(write.got).toHaveLength(1)
  })

  it('is not asked again when it wants a longer pause: the answer goes to the connector at once', async () => {
    for (const pause of ['7', new Date(Date.now() + 3_600_000).toUTCString()]) {
      const wire = await wires.open(reply(429, '{}', { 'retry-after': pause }))
      expect((await wire.send()).headers['retry-after']).toBe(pause)
      expect(wire.got).toHaveLength(1)
    }
  })

  it('says its pause in seconds or as a date, and nothing unreadable counts', () => {
    const now = Date.parse('2026-11-21T08:00:00Z')
    const ms = (value: string) => retryAfter({ 'retry-after': value }, now)
    expect(
      retryAfter({ 'retry-after': '1', 'x-ia-throttle-retry-after': '7', 'x-ms-retry-after-ms': '9' }),
    ).toBe(7000)
    expect(ms('7')).toBe(7000)
    expect(ms(' 0 ')).toBe(0)
    expect(ms('1.5')).toBe(1500)
    expect(ms('Sat, 21 Nov 2026 08:02:00 GMT')).toBe(120_000)
    expect(ms('Sat, 21 Nov 2026 07:00:00 GMT')).toBe(0)
    for (const value of ['', 'soon', '-5', '7 s', 'NaN', '1e9']) expect(ms(value), value).toBe(undefined)
    expect(retryAfter({})).toBe(undefined)
  })
})

describe('an answer', () => {
  it('of more than 32 MB is a BAD_ANSWER and is not asked for again', async () => {
    const block = Buffer.alloc(1024 * 1024, 32)
    const wire = await wires.open((_, response) => {
      let left = 40
      const more = () => {
        while (left-- > 0) if (!response.write(block)) return void response.once('drain', more)
        response.end()
      }
      response.on('error', () => undefined)
      more()
    })
    expect((await failure(wire.send())).code).toBe('BAD_ANSWER')
    expect(wire.got).toHaveLength(1)
  })

  it('is read in the character set that it names, and in UTF-8 where it names none or an unknown one', async () => {
    const wire = await wires.open((request, response) => {
      const charset = request.url?.slice(1) ?? ''
      const bytes = Buffer.from('Größe', charset === 'iso-8859-1' ? 'latin1' : 'utf8')
      response.writeHead(200, { 'content-type': `text/plain${charset && `; charset=${charset}`}` }).end(bytes)
    })
    for (const path of ['', 'iso-8859-1', 'utf-8', 'klingon'])
      expect((await wire.send({ url: `${wire.url}/${path}` })).text).toBe('Größe')
  })

  it('that names no charset is UTF-8 where its bytes are, else what its XML declares, else windows-1252', async () => {
    const declared = (encoding: string) =>
      Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><a>\xe9\x80</a>`, 'latin1')
    const bodies = [
      Buffer.from('Größe €'),
      Buffer.from('\xe9 \x80', 'latin1'),
      declared('Windows-1252'),
      declared('ISO-8859-15'),
    ]
    const wire = await wires.open((_, response, nth) => response.writeHead(200).end(bodies[nth - 1]))
    const texts: string[] = []
    for (const _ of bodies) texts.push((await wire.send()).text.replace(/<\?.*?\?>/, ''))
    expect(texts).toEqual(['Größe €', 'é €', '<a>é€</a>', '<a>é\u0080</a>'])
  })

  it('to a body in bytes comes after exactly these bytes went out, and a log shows them as text', async () => {
    const wire = await wires.open((request, response) =>
      response.end(String(request.headers['content-length'])),
    )
    const answer = await wire.send({ method: 'POST', bytes: Buffer.from('Größe', 'latin1') })
    expect([answer.text, wire.exchanges[0]?.request.body]).toEqual(['5', 'Größe'])
  })

  it('keeps cookies apart and joins other repeated headers', async () => {
    const wire = await wires.open((_, response) =>
      response
        .writeHead(
          200,
          [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
            ['X-Page', '1'],
            ['X-Page', '2'],
          ].flat(),
        )
        .end(),
    )
    const { headers } = await wire.send()
    expect([headers['set-cookie'], headers['x-page']]).toEqual(['a=1\nb=2', '1, 2'])
  })

  it('that sends elsewhere is handed on, never followed', async () => {
    const wire = await wires.open(reply(302, '', { location: 'http://169.254.169.254/' }))
    expect((await wire.send()).status).toBe(302)
    expect(wire.got).toHaveLength(1)
  })
})

describe('what is written down', () => {
  const SECRET = 'pa"ss wörd/+&=1'
  const spelled = [
    SECRET,
    JSON.stringify(SECRET).slice(1, -1),
    encodeURIComponent(SECRET),
    new URLSearchParams({ s: SECRET }).toString().slice(2),
    Buffer.from(SECRET).toString('base64'),
  ]

  it('has every attempt with request, answer and error, and no secret in any spelling', async () => {
    const wire = await wires.open(
      (request, response, nth) =>
        nth === 1
          ? request.socket.destroy()
          : reply(200, JSON.stringify({ echo: spelled }))(request, response, nth),
      {},
      [SECRET],
    )
    const url = `${wire.url}/${encodeURIComponent(SECRET)}`
    await wire.send({ method: 'POST', repeatable: true, url, body: spelled.join('\n') })
    expect(wire.exchanges.map(({ response, error }) => [response?.status, error])).toEqual([
      [undefined, 'acme:main cannot be reached.'],
      [200, null],
    ])
    const shown = JSON.stringify(wire.exchanges)
    for (const text of spelled) expect(shown).not.toContain(text)
    expect(shown).toContain('•••')
  })

  it('shows nothing of body and answer where both carry credentials', async () => {
    const wire = await wires.open(reply(200, '{"access_token":"fresh"}'))
    const answer = await wire.send({ method: 'POST', body: 'grant=x', confidential: true })
    expect(answer.text).toContain('fresh')
    expect(wire.exchanges[0]).toMatchObject({ request: { body: '•••' }, response: { body: '•••' } })
  })

  it('hides a secret that is cut off where the written text ends', async () => {
    const long = 'x'.repeat(19_990)
    const wire = await wires.open(reply(200, `${long}s3cretS3CRETs3cret`), {}, ['s3cretS3CRETs3cret'])
    await wire.send()
    const body = wire.exchanges[0]?.response?.body ?? ''
    expect(body.length).toBeLessThanOrEqual(20_000)
    expect(body).not.toContain('s3cret')
  })

  it('hides what one request alone names as its secret, in its body and in the answer', async () => {
    const wire = await wires.open(reply(200, '<sessionid>s3ss10n</sessionid>'))
    await wire.send({ method: 'POST', body: '<sessionid>s3ss10n</sessionid>', secrets: ['s3ss10n'] })
    expect(wire.exchanges[0]?.request.body).toBe('<sessionid>•••</sessionid>')
    expect(JSON.stringify(wire.exchanges)).not.toContain('s3ss10n')
  })

  it('hides the longer of two secrets whole when the shorter one is a part of it', () => {
    expect(redact('key-1234-5678', ['key-1234', 'key-1234-5678'])).toBe('•••')
  })
})

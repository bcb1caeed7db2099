import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Outbound } from '../subgraphs/http.ts'
import { memoryVault } from './contract/tap.ts'

describe('packed answers', () => {
  const server = createServer((request, response) => {
    const whole = gzipSync('{"name":"Müller ✨","price":1234567890123456.78}')
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(request.url === '/half' ? whole.subarray(0, 20) : whole)
  })
  const origin = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const send = async (path: string) => {
    const limits = { parallel: 1, batch: 1, timeoutMs: 5_000 }
    const options = { connection: 'x', limits, vault: memoryVault(), allowHosts: [origin()], secrets: [] }
    const way = new Outbound(options)
    return way.send({ method: 'GET', url: `http://${origin()}${path}` }).finally(() => way.close())
  }

  it('an answer that is packed with gzip is read like any other', async () => {
    expect((await send('/')).json()).toEqual({ name: 'Müller ✨', price: '1234567890123456.78' })
  })

  it('a packed answer that is cut in half is a BAD_ANSWER', async () => {
    await expect(send('/half')).rejects.toMatchObject({ code: 'BAD_ANSWER' })
  })
})

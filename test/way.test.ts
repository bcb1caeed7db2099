import { type Server, createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectorOf } from '../subgraphs/index.ts'
import { openConnection } from '../subgraphs/hub/directory.ts'
import { toSystem } from '../subgraphs/hub/system.ts'
import { memoryVault } from './contract/tap.ts'
import { failure } from './wire.ts'

type Pair = Awaited<ReturnType<typeof generate>>

const erpnext = connectorOf('erpnext')!
const ROW = { id: 'erp:own', tenant: 'default', settings: {}, policy: null }

function selfSigned(name: string): Promise<Pair> {
  const extensions = [{ name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] }]
  return generate([{ name: 'commonName', value: name }], { keySize: 2048, extensions })
}

describe('an ERP with a certificate of its own', () => {
  let server: Server
  let [theirs, ours, others]: (Pair | undefined)[] = []
  beforeAll(async () => {
    ;[theirs, ours, others] = await Promise.all(['erp', 'hub', 'other'].map(selfSigned))
    const options = { key: theirs!.private, cert: theirs!.cert, ca: ours!.cert, requestCert: true }
    server = createServer({ ...options, rejectUnauthorized: false }, (request, response) => {
      const authorized = request.socket instanceof TLSSocket && request.socket.authorized
      response.end(JSON.stringify({ authorized }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const opened = (more: object) => {
    const { port } = server.address() as AddressInfo
    const config = {
      url: `https://127.0.0.1:${port}`,
      apiKey: 'key-of-erp',
      apiSecret: 'secret-of-erp',
      ...more,
    }
    return openConnection(ROW, erpnext, config, memoryVault(), [`127.0.0.1:${port}`])
  }
  const asked = async (more: object) => {
    const { http } = opened(more)
    const { port } = server.address() as AddressInfo
    const work = http
      .send({ method: 'GET', url: `https://127.0.0.1:${port}/` })
      .then((answer) => answer.json())
    return work.finally(() => http.close())
  }

  it('is not believed until an operator names the certificate', async () => {
    const error = await failure(asked({}))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', connection: 'erp:own' })
    expect(error.said).toMatch(/self.signed/i)
    expect((await failure(asked({ caCertificate: others!.cert }))).code).toBe('UNAVAILABLE')
    expect(await asked({ caCertificate: theirs!.cert })).toEqual({ authorized: false })
  })

  it('knows us by our certificate, where an operator gave one with its key', async () => {
    const pair = { clientCertificate: ours!.cert, clientKey: ours!.private }
    expect(await asked({ caCertificate: theirs!.cert, ...pair })).toEqual({ authorized: true })
  })

  it('is not connected with half a pair, a key of another certificate, or what is no certificate', () => {
    const refused = (more: object): unknown => {
      try {
        opened(more)
      } catch (error) {
        return error
      }
      throw new Error('It was opened.')
    }
    expect(refused({ clientCertificate: ours!.cert })).toMatchObject({
      code: 'VALIDATION',
      field: 'clientKey',
    })
    const mixed = { clientCertificate: ours!.cert, clientKey: others!.private }
    expect(refused(mixed)).toMatchObject({ code: 'VALIDATION', field: 'clientCertificate' })
    expect(refused({ caCertificate: 'x' })).toMatchObject({ code: 'VALIDATION', field: 'caCertificate' })
  })

  it('shows in the systems query what every connection may be given, and which of it is secret', () => {
    const fields = toSystem(erpnext).configFields.map(
      ({ name, secret }) => `${name}${secret ? ' secret' : ''}`,
    )
    expect(fields).toEqual(
      expect.arrayContaining([
        'webhookSecret secret',
        'caCertificate',
        'clientCertificate',
        'clientKey secret',
      ]),
    )
    expect(toSystem(connectorOf('datev')!).configFields.map(({ name }) => name)).not.toContain(
      'webhookSecret',
    )
  })
})

import { lookup } from 'node:dns'
import { afterAll, describe, expect, it } from 'vitest'
import { ErpError } from '../schema/errors.ts'
import { isPublic, refuseAddress } from '../subgraphs/address.ts'
import { Wires, failure, reply } from './wire.ts'

const wires = new Wires()
afterAll(() => wires.close())

/** Sixty ways to write an address that is not of the public internet. */
const INSIDE = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '017700000001',
  '0177.0.0.1',
  '0177.1',
  '127.0.0.01',
  '127.255.255.254',
  '１２７.0.0.1',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  '0',
  '0.0.0.0',
  '0x0',
  '00.0.0.0',
  '10.0.0.1',
  '10.1',
  '0xa000001',
  '012.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '0xac100001',
  '192.168.0.1',
  '192.168.1',
  '0xc0a80001',
  '3232235521',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '0251.0376.0251.0376',
  '100.64.0.1',
  '198.18.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[::10.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2001::1]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[4000::1]',
]

function codeOf(url: string, allowHosts: string[] = []): string | null {
  try {
    refuseAddress(url, allowHosts)
    return null
  } catch (error) {
    if (error instanceof ErpError) return error.code
    throw error
  }
}

describe('an address', () => {
  it('of the inside is refused in each of sixty spellings, with and without a port', () => {
    expect(INSIDE.length).toBeGreaterThanOrEqual(60)
    for (const host of INSIDE) {
      expect(codeOf(`https://${host}/`), host).toBe('VALIDATION')
      expect(codeOf(`https://${host}:8069/x`), host).toBe('VALIDATION')
    }
  })

  it('of the public internet passes over https', () => {
    for (const host of [
      'example.com',
      '93.184.216.34',
      '[2606:2800:220:1::1]',
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
    ])
      expect(codeOf(`https://${host}/`), host).toBe(null)
    expect(isPublic('2606:2800:220:1::1')).toBe(true)
    for (const text of ['', 'example.com', '::2', 'fe80::1%eth0']) expect(isPublic(text), text).toBe(false)
  })

  it('of another scheme, with credentials, relative, or over plain http is refused', () => {
    for (const url of [
      'ftp://example.com/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:,x',
      'gopher://example.com',
      'ws://example.com',
      'https://user:pw@example.com/',
      'https://user@example.com/',
      '/orders',
      'example.com',
      '',
      'https://',
      'http://example.com/',
      'http://example.com:443/',
    ])
      expect(codeOf(url), url).toBe('VALIDATION')
  })

  it('of the inside passes only when it is listed with exactly this host and port', () => {
    const listed = ['10.0.0.5:8069', 'erp.local:443', '[::1]:8069']
    expect(codeOf('http://10.0.0.5:8069/x', listed)).toBe(null)
    expect(codeOf('https://10.0.0.5:8069/x', listed)).toBe(null)
    expect(codeOf('https://erp.local/', listed)).toBe(null)
    expect(codeOf('http://[::1]:8069/', listed)).toBe(null)
    expect(codeOf('http://[0:0::1]:8069/', ['::1:8069'])).toBe(null)
    for (const url of [
      'http://10.0.0.5/',
      'http://10.0.0.5:80691/',
      'https://10.0.0.6:8069/',
      'http://erp.local/',
      'http://[::1]:80/',
    ])
      expect(codeOf(url, listed), url).toBe('VALIDATION')
  })

  it('in a list is read in any case', () => {
    expect(codeOf('http://ERP.Local:8069/', ['Erp.LOCAL:8069'])).toBe(null)
  })
})

describe('a name', () => {
  const limits = { parallel: 2, batch: 1, timeoutMs: 5_000 }

  it('that resolves to a private address is refused before a byte is sent', async () => {
    const local = await new Promise((resolve) => lookup('localhost', (error) => resolve(error === null)))
    expect(local).toBe(true)
    const wire = await wires.open(reply(200))
    const way = wires.way(limits, [])
    const error = await failure(way.send({ method: 'GET', url: `https://localhost:${wire.port}/` }))
    expect(error).toMatchObject({ code: 'VALIDATION' })
    expect(error.message).toContain('localhost')
    expect(wire.got).toEqual([])
  })

  it('that is listed reaches its private address', async () => {
    const wire = await wires.open(reply(200))
    const way = wires.way(limits, [`localhost:${wire.port}`])
    expect((await way.send({ method: 'GET', url: `http://localhost:${wire.port}/` })).status).toBe(200)
  })

  it('that is listed with one port does not open another port of the same host', async () => {
    const wire = await wires.open(reply(200))
    const way = wires.way(limits, ['localhost:1'])
    const error = await failure(way.send({ method: 'GET', url: `https://localhost:${wire.port}/` }))
    expect(error.code).toBe('VALIDATION')
  })

  it('that is unknown is UNAVAILABLE', async () => {
    const way = wires.way(limits, [])
    expect((await failure(way.send({ method: 'GET', url: 'https://no-such-host.invalid/' }))).code).toBe(
      'UNAVAILABLE',
    )
  })
})

import { lookup as dnsLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'
import { ErpError } from '../schema/errors.ts'
import type { Trust } from './way.ts'

const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3')

/** True for addresses of the public internet; false for private, loopback, link-local, mapped and reserved ones. */
export function isPublic(address: string): boolean {
  try {
    const known = ipaddr.process(address)
    // Outside 2000::/3 nothing is given out, but ::a.b.c.d and others still reach the inside on some systems.
    return known.range() === 'unicast' && (known instanceof ipaddr.IPv4 || known.match(GLOBAL))
  } catch {
    return false
  }
}

/** "host:port" as it is compared: lower case, an IPv6 address in its shortest form and without brackets. */
function hostAndPort(host: string, port: string): string {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return `${ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare).toString() : bare}:${port}`
}

function isListed(url: Pick<URL, 'hostname' | 'port' | 'protocol'>, allowHosts: string[]): boolean {
  const wanted = hostAndPort(url.hostname, url.port || (url.protocol === 'https:' ? '443' : '80'))
  return allowHosts.some((entry) => {
    const colon = entry.lastIndexOf(':')
    return hostAndPort(entry.slice(0, colon), entry.slice(colon + 1)) === wanted
  })
}

/**
 * Refuses an address before anything is sent: no other scheme than http(s), no credentials inside, no private
 * address as a literal, plain http only for hosts that the operator listed as "host:port".
 */
export function refuseAddress(text: string, allowHosts: string[]): void {
  const refuse = (why: string): never => {
    throw new ErpError('VALIDATION', `The address is refused: ${why}.`, { field: 'url' })
  }
  const url = URL.canParse(text) ? new URL(text) : refuse('it is no absolute URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(`${url.protocol} is no web address`)
  if (url.username || url.password) refuse('it carries credentials')
  if (isListed(url, allowHosts)) return
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host) && !isPublic(host)) refuse(`${host} is a private address; list it in allowHosts`)
  if (url.protocol === 'http:') refuse('plain http is only for hosts in allowHosts')
}

/**
 * Makes connections; a host and port that is not listed is checked when its name is resolved, and exactly the
 * address that was checked is connected to, so a name cannot point elsewhere in between (DNS rebinding).
 */
export function guardedConnect(allowHosts: string[], trust: Trust | null = null): buildConnector.connector {
  const [open, guarded] = [buildConnector({ ...trust }), buildConnector({ ...trust, lookup: publicOnly })]
  return (options, callback) => (isListed(options, allowHosts) ? open : guarded)(options, callback)
}

const publicOnly: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const good = addresses.filter(({ address }) => isPublic(address))
    const [first] = good
    if (!first) {
      const why = `${hostname} resolves to a private address; list it in allowHosts.`
      return callback(new ErpError('VALIDATION', why, { field: 'url' }) as NodeJS.ErrnoException, '', 0)
    }
    if (options.all) callback(null, good)
    else callback(null, first.address, first.family)
  })
}

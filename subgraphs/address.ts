import { lookup as dnsLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { ErpError } from '../schema/errors.ts'

/** True for addresses of the public internet; false for private, loopback, link-local, mapped and reserved ones. */
export function isPublic(address: string): boolean {
  try {
    return ipaddr.process(address).range() === 'unicast'
  } catch {
    return false
  }
}

function hostOf(url: URL): string {
  return `${url.hostname.replace(/^\[|\]$/g, '')}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
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
  if (allowHosts.includes(hostOf(url))) return
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host) && !isPublic(host)) refuse(`${host} is a private address; list it in allowHosts`)
  if (url.protocol === 'http:') refuse('plain http is only for hosts in allowHosts')
}

/**
 * Connection options that check what a name resolves to at the moment of connecting, and connect to exactly
 * that address, so a name cannot point elsewhere between check and use (DNS rebinding).
 */
export function guardedConnect(allowHosts: string[]): { lookup: LookupFunction } {
  const names = new Set(allowHosts.map((host) => host.slice(0, host.lastIndexOf(':'))))
  const lookup: LookupFunction = (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const good = names.has(hostname) ? addresses : addresses.filter(({ address }) => isPublic(address))
      const first = good[0]
      if (!first) {
        const refused = new ErpError(
          'VALIDATION',
          `${hostname} resolves to a private address; list it in allowHosts.`,
        )
        return callback(refused as NodeJS.ErrnoException, '', 0)
      }
      if (options.all) callback(null, good)
      else callback(null, first.address, first.family)
    })
  }
  return { lookup }
}

import type { Auth, Token } from '../auth.ts'
import { bearer } from '../auth.ts'
import type { Http, Vault } from '../http.ts'
import { type AuthPlan, QUERY_KEY } from './credentials.ts'

/** Logging in, as the manifest words it: a token and the seconds that it is good for. */
export type Login = () => Promise<{ token: string; seconds: number }>

/** Logging out with the proof of a session; absent where the manifest words none. */
export type Logout = (proof: Record<string, string>) => Promise<void>

/** Credentials that are given back after each answer, and ended with the connection. */
export interface Held extends Auth {
  /** Called once for every proof, when its answer is there. */
  release?(proof: Record<string, string>): void
  /** Ends what the ERP keeps open for these credentials. */
  close?(): Promise<void>
}

type SessionPlan = Extract<AuthPlan, { kind: 'session' }>
type Tokens = Record<string, string>

/** A part of the vault under a prefix of its own. Renewals wait for each other: the vault gives all one answer. */
function part(vault: Vault, prefix: string, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Vault {
  const own = (all: Tokens | null): Tokens | null => {
    const mine = Object.entries(all ?? {}).filter(([name]) => name.startsWith(prefix))
    return mine.length > 0
      ? Object.fromEntries(mine.map(([name, value]) => [name.slice(prefix.length), value]))
      : null
  }
  const whole = (mine: Tokens): Tokens =>
    Object.fromEntries(Object.entries(mine).map(([name, value]) => [prefix + name, value]))
  return {
    read: async () => own(await vault.read()),
    renew: (renew) =>
      inTurn(async () => {
        const all = await vault.renew(async (stored) => ({ ...stored, ...whole(await renew(own(stored))) }))
        return own(all) ?? {}
      }),
  }
}

/** One session: its credentials, how many requests use it now, and the proof that it gave last. */
interface Slot {
  auth: Auth
  busy: number
  last: Record<string, string> | null
}

/** One after the other, whatever becomes of each. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next
    return next
  }
}

/** As many sessions as the manifest allows; each keeps its token under a name of its own. */
function slotsOf({ maxSessions = 1 }: SessionPlan, http: Http, login: Login): Slot[] {
  const get = async (): Promise<Token> => {
    const { token, seconds } = await login()
    return { accessToken: token, expiresAt: Date.now() + seconds * 1000 }
  }
  const inTurn = queue()
  return Array.from({ length: maxSessions }, (_, index): Slot => {
    const vault = part(http.vault, index === 0 ? '' : `session${index}.`, inTurn)
    return { auth: bearer({ send: (request) => http.send(request), vault }, get), busy: 0, last: null }
  })
}

/** How a token becomes the proof that the manifest words, and is found in it again. */
function wordingOf({ in: place, name, value }: SessionPlan['apply']) {
  const header = { header: name.toLowerCase(), cookie: 'cookie', query: QUERY_KEY }[place]
  const [before = '', after = ''] = (place === 'cookie' ? `${name}=${value}` : value).split('${token}')
  return {
    proofOf: (token: string): Record<string, string> => ({ [header]: `${before}${token}${after}` }),
    tokenOf(proof: Record<string, string>): string {
      const text = proof[header] ?? ''
      return text.slice(before.length, text.length - after.length)
    },
  }
}

/**
 * Sessions whose token stands in the header, cookie or query that the manifest names: one for all requests, or up to
 * `maxSessions`, where a request takes the one that fewest others use. All processes share them by the vault.
 */
export function sessions(plan: SessionPlan, http: Http, login: Login, logout: Logout | null): Held {
  const { proofOf, tokenOf } = wordingOf(plan.apply)
  const slots = slotsOf(plan, http, login)
  const users = new WeakMap<Record<string, string>, Slot>()
  return {
    async headers(request) {
      const slot = slots.reduce((free, one) => (one.busy < free.busy ? one : free))
      slot.busy += 1
      try {
        const { authorization = '' } = await slot.auth.headers(request)
        const proof = proofOf(authorization.slice('Bearer '.length))
        users.set(proof, slot)
        slot.last = proof
        return proof
      } catch (error) {
        slot.busy -= 1
        throw error
      }
    },
    release(proof) {
      const slot = users.get(proof)
      if (slot) slot.busy -= 1
    },
    async renew(refused) {
      const authorization = `Bearer ${tokenOf(refused)}`
      return (await users.get(refused)?.auth.renew?.({ authorization })) ?? false
    },
    async close() {
      for (const slot of slots) {
        const { last } = slot
        slot.last = null
        // What has ended by itself, or cannot be reached, needs no end.
        if (last) await logout?.(last).catch(() => undefined)
      }
    },
  }
}

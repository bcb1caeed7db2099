import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { demand } from '../../caller.ts'
import type { HubContext } from '../hub.ts'
import { grantOf } from './rights.ts'
import { type KeyRow, insertKey, keyOf, keysOf, newSecret, revoke, rotate } from './store.ts'
import { ApiKey, CreateKeyInput, KeyWithSecret } from './types.ts'

const DAY_MS = 24 * 3_600_000
/** From this age of its secret on a key should be rotated. */
const OLD_DAYS = 90
/** So long before its end a key warns. */
const NOTICE_DAYS = 14
const LONGEST_OVERLAP_HOURS = 30 * 24

function warningOf(ageDays: number, { expiresAt, revokedAt }: KeyRow): string | null {
  if (revokedAt) return null
  const left = expiresAt === null ? Infinity : Date.parse(expiresAt) - Date.now()
  if (left <= 0) return 'It has expired.'
  if (left < NOTICE_DAYS * DAY_MS) return `It expires in ${Math.ceil(left / DAY_MS)} days.`
  return ageDays >= OLD_DAYS ? `Its secret is ${ageDays} days old; rotate it.` : null
}

function toKey(row: KeyRow): ApiKey {
  const { stock, ...own } = row
  const ageMs = Date.now() - Date.parse(row.rotatedAt ?? row.createdAt)
  const ageDays = Math.max(0, Math.floor(ageMs / DAY_MS))
  return {
    ...own,
    stockAs: stock.as,
    lowStockBelow: stock.lowBelow,
    ageDays,
    warning: warningOf(ageDays, row),
  }
}

/** A moment to come, or null. Throws VALIDATION for one that is over. */
function future(expiresAt: string | null | undefined): string | null {
  if (!expiresAt) return null
  if (Date.parse(expiresAt) > Date.now()) return expiresAt
  throw new ErpError('VALIDATION', 'The key would have expired already.', { field: 'expiresAt' })
}

/** Makes, rotates, ends and lists API keys. */
@Resolver()
export class KeyResolver {
  @Query(() => [ApiKey], { description: 'All keys, newest first. Needs the scope admin.' })
  async keys(
    @Arg('revoked', () => Boolean, { defaultValue: false, description: 'True: also revoked ones.' })
    revoked: boolean,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<ApiKey[]> {
    demand(caller, 'admin')
    const found = await keysOf(hub.db, caller)
    return found.filter((key) => revoked || key.revokedAt === null).map(toKey)
  }

  @Mutation(() => KeyWithSecret, { description: 'Makes a key. Its secret is shown this once.' })
  async createKey(
    @Arg('input', () => CreateKeyInput) input: CreateKeyInput,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<KeyWithSecret> {
    demand(caller, 'admin')
    const name = input.name.trim()
    if (name.length === 0 || name.length > 100)
      throw new ErpError('VALIDATION', 'The name must have 1 to 100 characters.', { field: 'name' })
    const expiresAt = future(input.expiresAt)
    const grant = await grantOf(hub, caller, input)
    const secret = newSecret()
    const id = await insertKey(hub.db, caller, { name, expiresAt, secret }, grant)
    return { key: toKey(await keyOf(hub.db, caller, id)), secret }
  }

  @Mutation(() => KeyWithSecret, {
    description: 'Gives a key a new secret. The one until now ends by itself after the overlap.',
  })
  async rotateKey(
    @Arg('id', () => ID) id: string,
    @Arg('overlapHours', () => Int, {
      defaultValue: 24,
      description: 'So long both secrets are good; 0 ends the old one at once. At most 720.',
    })
    overlapHours: number,
    @Arg('expiresAt', () => DateTimeScalar, {
      nullable: true,
      description: 'When the key ends from now on; as before when left out.',
    })
    expiresAt: string | null | undefined,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<KeyWithSecret> {
    demand(caller, 'admin')
    if (overlapHours < 0 || overlapHours > LONGEST_OVERLAP_HOURS) {
      const why = `overlapHours must be between 0 and ${LONGEST_OVERLAP_HOURS}.`
      throw new ErpError('VALIDATION', why, { field: 'overlapHours' })
    }
    const key = await keyOf(hub.db, caller, id)
    const secret = newSecret()
    await rotate(hub.db, key, { secret, overlapHours, expiresAt: future(expiresAt) })
    return { key: toKey(await keyOf(hub.db, caller, id)), secret }
  }

  @Mutation(() => ApiKey, { description: 'Ends a key with all its secrets, at once.' })
  async revokeKey(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<ApiKey> {
    demand(caller, 'admin')
    const key = await keyOf(hub.db, caller, id)
    await revoke(hub.db, key)
    return toKey({ ...key, previousUntil: null, revokedAt: new Date().toISOString() })
  }
}

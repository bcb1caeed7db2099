import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import type { Vault } from '../http.ts'
import { noteRefusal, noteWelcome } from './attention.ts'
import { type Database, rows } from './database.ts'

/** Encrypts and decrypts what must not be readable in the database: AES-256-GCM, bound to tenant and connection. */
export class Safe {
  readonly #key: Buffer
  readonly #macKey: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'credentials at rest', 32))
    this.#macKey = Buffer.from(hkdfSync('sha256', secret, '', 'marks at rest', 32))
  }

  /** A mark of a text that only this installation can make: equal for equal texts, and tells nothing of them. */
  mac(text: string): string {
    return createHmac('sha256', this.#macKey).update(text).digest('base64url')
  }

  close(value: object, tenant: string, connection: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv)
    cipher.setAAD(Buffer.from(`${tenant}\n${connection}`))
    const bytes = [iv, cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]
    return Buffer.concat([...bytes, cipher.getAuthTag()]).toString('base64')
  }

  /** Throws when the key is another one or the row was moved to another tenant or connection. */
  open<T>(text: string, tenant: string, connection: string): T {
    const bytes = Buffer.from(text, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12), {
        authTagLength: 16,
      })
      decipher.setAAD(Buffer.from(`${tenant}\n${connection}`))
      decipher.setAuthTag(bytes.subarray(-16))
      const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString(
        'utf8',
      )
      return JSON.parse(plain) as T
    } catch {
      throw new ErpError(
        'INTERNAL',
        `The credentials of ${connection} cannot be read: SECRET_KEY is another one.`,
      )
    }
  }
}

/** The hash under which an API key is kept. Keys are random and long, so one round of SHA-256 is enough. */
export function keyHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

type Tokens = Record<string, string>

/** Tokens of one connection in its row, renewed under a lock on that row that all workers share. */
export function tokenVault(db: Database, safe: Safe, tenant: string, connection: string): Vault {
  const open = (text: string | null | undefined) =>
    text ? safe.open<Tokens>(text, tenant, connection) : null
  let renewing: Promise<Tokens> | null = null
  const renew = async (get: (stored: Tokens | null) => Promise<Tokens>): Promise<Tokens> => {
    if (!db.shared)
      return save(
        db,
        connection,
        safe.close(await get(open(await stored(db, connection))), tenant, connection),
        open,
      )
    return db.em().transactional(async (em) => {
      const sql = 'select tokens from connection where id = ? for update'
      const [row] = await rows<{ tokens: string | null }>(em, sql, [connection])
      const fresh = await get(open(row?.tokens))
      await em.execute('update connection set tokens = ? where id = ?', [
        safe.close(fresh, tenant, connection),
        connection,
      ])
      return fresh
    })
  }
  return {
    read: async () => open(await stored(db, connection)),
    renew(get) {
      renewing ??= renew(get)
        .then(async (fresh) => {
          await noteWelcome(db, connection)
          return fresh
        })
        .catch(async (error: unknown) => {
          await noteRefusal(db, connection, error)
          throw error
        })
        .finally(() => (renewing = null))
      return renewing
    },
  }
}

async function stored(db: Database, connection: string): Promise<string | null> {
  const [row] = await rows<{ tokens: string | null }>(db.em(), 'select tokens from connection where id = ?', [
    connection,
  ])
  return row?.tokens ?? null
}

async function save(
  db: Database,
  connection: string,
  sealed: string,
  open: (text: string) => Tokens | null,
): Promise<Tokens> {
  await db.em().execute('update connection set tokens = ? where id = ?', [sealed, connection])
  return open(sealed) ?? {}
}

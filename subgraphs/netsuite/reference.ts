import { createHash } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'

/** External ids hold letters, digits, "_" and "-" only (help section_156334828635), and at most 255 of them. */
const FOREIGN = /[^A-Za-z0-9_-]|_(?=x[0-9a-f]{2}_)/gu
const ESCAPED = /_x([0-9a-f]{2})_/g
const LONGEST = 255

/** Our reference as an external id: other characters are written as _xHH_, byte by byte, so nothing collides. */
export function externalId(ref: string): string {
  const id = ref.replace(FOREIGN, (sign) =>
    [...Buffer.from(sign)].map((byte) => `_x${byte.toString(16).padStart(2, '0')}_`).join(''),
  )
  if (id !== '' && id.length <= LONGEST) return id
  throw new ErpError('VALIDATION', `A reference must have 1 to ${LONGEST} characters for NetSuite.`, {
    field: 'ref',
  })
}

/** The reference that an external id stands for. */
export function refOf(id: string): string {
  const bytes: Buffer[] = []
  let last = 0
  for (const { index, 0: whole, 1: hex = '' } of id.matchAll(ESCAPED)) {
    bytes.push(Buffer.from(id.slice(last, index)), Buffer.from(hex, 'hex'))
    last = index + whole.length
  }
  return Buffer.concat([...bytes, Buffer.from(id.slice(last))]).toString('utf8')
}

/** A key for X-NetSuite-Idempotency-Key: the same UUID for the same reference. */
export function idempotencyKey(ref: string): string {
  const hex = createHash('sha256').update(`netsuite ${ref}`).digest('hex')
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

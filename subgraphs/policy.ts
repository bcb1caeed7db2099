import { z } from 'zod'

/** What is looked at before a document is accepted. PRICE, STOCK and CREDIT ask the ERP at that moment. */
export const CHECKS = [
  'REQUIRED_FIELDS',
  'TEXT_LENGTH',
  'ITEM',
  'QUANTITY',
  'MINIMUM_QUANTITY',
  'PERIOD',
  'PRICE',
  'STOCK',
  'CREDIT',
] as const
/** One check. */
export type Check = (typeof CHECKS)[number]

/** What a failed check does: refuse the document, accept it with a warning, or nothing. */
export const VERDICTS = ['REFUSE', 'WARN', 'IGNORE'] as const
/** What a failed check does. */
export type Verdict = (typeof VERDICTS)[number]

/** The documents and records that can have required fields. */
export const CHECKED = ['ORDER', 'CUSTOMER', 'INVOICE', 'PAYMENT'] as const
/** A document or record that can have required fields. */
export type Checked = (typeof CHECKED)[number]

const positive = z.number().int().positive()
const path = z.string().regex(/^[A-Za-z][\w.-]{0,79}$/, 'must be the name of a field')

/** What an operator demands of one connection beside its credentials; every part may be left out. */
export const connectionPolicy = z
  .strictObject({
    checks: z.partialRecord(
      z.enum(CHECKS),
      z.strictObject({
        policy: z.enum(VERDICTS),
        /** How far a given price may be from the ERP's, in percent. */
        tolerancePercent: z
          .string()
          .regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be a percent such as 2.5')
          .nullish(),
      }),
    ),
    requiredFields: z.partialRecord(z.enum(CHECKED), z.array(path).max(100)),
    /** Field -> characters. */
    maxLengths: z.record(path, positive),
    /** The last day of the closed accounting periods. */
    booksClosedUntil: z.iso.date().nullable(),
    /** How long the live checks of one document may take together, in milliseconds. */
    checkDeadlineMs: positive.max(30_000),
    /** Personal fields that the sync log never shows. */
    redactFields: z.array(path).max(100),
    /** Milliseconds, as in PushSettings. */
    retry: z
      .strictObject({
        maxAttempts: positive.max(1_000),
        maxAgeMs: positive,
        backoffMs: positive,
        backoffMaxMs: positive,
      })
      .partial(),
  })
  .partial()
/** What an operator demands of one connection beside its credentials. */
export type ConnectionPolicy = z.output<typeof connectionPolicy>

/** What a check does where nobody said anything, and how far a price may drift. */
const DEFAULTS: Record<Check, { policy: Verdict; tolerancePercent: string | null }> = {
  REQUIRED_FIELDS: { policy: 'REFUSE', tolerancePercent: null },
  TEXT_LENGTH: { policy: 'REFUSE', tolerancePercent: null },
  ITEM: { policy: 'REFUSE', tolerancePercent: null },
  QUANTITY: { policy: 'REFUSE', tolerancePercent: null },
  MINIMUM_QUANTITY: { policy: 'REFUSE', tolerancePercent: null },
  PERIOD: { policy: 'REFUSE', tolerancePercent: null },
  PRICE: { policy: 'IGNORE', tolerancePercent: '1' },
  STOCK: { policy: 'IGNORE', tolerancePercent: null },
  CREDIT: { policy: 'IGNORE', tolerancePercent: null },
}

/** What a check does at a connection, or by default without one. */
export function checkOf(policy: ConnectionPolicy | null | undefined, check: Check) {
  const own = policy?.checks?.[check]
  const { policy: verdict, tolerancePercent } = DEFAULTS[check]
  return {
    policy: own?.policy ?? verdict,
    tolerancePercent: own?.tolerancePercent ?? tolerancePercent,
  }
}

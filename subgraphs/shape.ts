import type { z } from 'zod'
import { ErpError } from '../schema/errors.ts'

/** The value in the expected shape; ErpError BAD_ANSWER naming the field where the ERP sent something else. */
export function shaped<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.map(String).join('.')
  throw new ErpError('BAD_ANSWER', `${what} has an unexpected shape${field ? ` in ${field}` : ''}.`, {
    field: field || undefined,
    said: issue?.message,
  })
}

/** Runs `work`; an ErpError becomes the answer of this one row, so that it does not spoil the batch. */
export function rowOf<T>(work: () => T): T | ErpError {
  try {
    return work()
  } catch (error) {
    if (error instanceof ErpError) return error
    throw error
  }
}

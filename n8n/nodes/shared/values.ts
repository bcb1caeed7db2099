import type { IExecuteFunctions } from 'n8n-workflow'
import { ApiProblem } from './problem'

/** A text parameter without outer spaces; null when it is empty. */
export function text(value: unknown): string | null {
  const given = value === undefined || value === null ? '' : String(value).trim()
  return given === '' ? null : given
}

/** The parts of a text that are separated by commas, or of a list; null when there are none. */
export function list(value: unknown): string[] | null {
  const parts = Array.isArray(value) ? value.map(String) : (text(value) ?? '').split(',')
  const given = parts.map((part) => part.trim()).filter(Boolean)
  return given.length > 0 ? given : null
}

/** The calendar day of a date parameter, which n8n gives with a time. */
export function day(value: unknown): string | null {
  return text(value)?.slice(0, 10) ?? null
}

/** A JSON parameter, which arrives as text or, from an expression, as a value. Throws VALIDATION. */
export function json(value: unknown, field: string): unknown {
  if (typeof value !== 'string') return value ?? null
  if (value.trim() === '') return null
  const parsed = parse(value)
  if (!parsed) throw new ApiProblem({ code: 'VALIDATION', message: `${field} is no valid JSON.`, field })
  return parsed.value
}

function parse(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** The same object without what is null: what is left out is not asked for, or stays as it is. */
export function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined),
  )
}

/** An object parameter: a collection or fixed collection, with only what the user has set. */
export function collection(context: IExecuteFunctions, name: string, item: number): Record<string, unknown> {
  return (context.getNodeParameter(name, item, {}) ?? {}) as Record<string, unknown>
}

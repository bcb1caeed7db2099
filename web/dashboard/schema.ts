/** The part of JSON Schema that configurations use. */
export interface Schema {
  type?: string
  description?: string
  default?: unknown
  enum?: string[]
  const?: unknown
  format?: string
  secret?: boolean
  seldom?: boolean
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
}

/** One field of a form: what it may hold, what it holds, and what is to be done with another value. */
export interface FieldProps {
  name: string
  schema: Schema
  required: boolean
  value: unknown
  onChange(value: unknown): void
}

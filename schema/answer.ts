import { Field, ID, Int, InterfaceType } from 'type-graphql'
import { ReadStatus } from './enums.ts'
import { DateTimeScalar } from './scalars.ts'
import { Problem } from './values.ts'

/** What every answer of an ERP carries: which connection said it, how fresh it is, what went wrong. */
export abstract class Answered {
  id!: string
  connection!: string
  status?: ReadStatus | null
  asOf?: string | null
  ageMs?: number | null
  problem?: Problem | null
}

/**
 * Declares a canonical interface whose implementations are stamped out, one per connector, by the subgraph
 * factory. `autoRegisterImplementations` stays off, or every system leaks into every other's schema.
 */
export function Canonical(name: string, description: string): ClassDecorator {
  return (target) => {
    const fields: [keyof Answered, () => typeof ID | typeof Int | object, boolean, string][] = [
      ['id', () => ID, false, 'Opaque.'],
      ['connection', () => ID, false, 'The connection that answers.'],
      ['status', () => ReadStatus, true, 'Null when the subgraph itself is down.'],
      ['asOf', () => DateTimeScalar, true, 'When the ERP said it.'],
      ['ageMs', () => Int, true, 'Milliseconds since the ERP said it.'],
      ['problem', () => Problem, true, 'Why the value is missing or old.'],
    ]
    for (const [field, type, nullable, text] of fields) {
      Field(type as () => object, { nullable, description: text })(target.prototype as object, field)
    }
    InterfaceType(name, { description, autoRegisterImplementations: false })(target)
  }
}

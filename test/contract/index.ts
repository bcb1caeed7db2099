import { changes } from './changes.ts'
import type { Check } from './check.ts'
import { config } from './config.ts'
import { credits } from './credits.ts'
import { customers } from './customers.ts'
import { faults } from './faults.ts'
import { fields } from './fields.ts'
import { hooks } from './hooks.ts'
import { kept } from './kept.ts'
import { lost } from './lost.ts'
import { mutations } from './mutations.ts'
import { prices } from './prices.ts'
import { reads } from './reads.ts'
import { records } from './records.ts'
import { signin } from './signin.ts'
import { stock } from './stock.ts'
import { tokens } from './tokens.ts'
import { writes } from './writes.ts'

/** The contract: every promise that a connector gives, by number. */
export const checks: Check[] = [
  ...config,
  ...reads,
  ...records,
  ...stock,
  ...prices,
  ...writes,
  ...customers,
  ...lost,
  ...faults,
  ...tokens,
  ...mutations,
  ...changes,
  ...hooks,
  ...signin,
  ...kept,
  ...fields,
  ...credits,
]

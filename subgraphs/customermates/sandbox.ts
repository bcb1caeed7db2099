import type { SandboxFactory } from '../sandbox.ts'
import { First } from './sandbox/first.ts'
import { Second } from './sandbox/second.ts'

/** A Customermates installation with the demo company's services and organisations, and a deal in each stage. */
export const sandbox: SandboxFactory = (demo) => new First(demo)

/** The generation of records, by the suffix of its name. */
export const variants: Record<string, SandboxFactory> = { '2': (demo) => new Second(demo) }

import { ask } from './graph.ts'
import type { Problem } from './operation.ts'

/** How a flow goes about it. */
export interface Options {
  createCustomer: boolean
  aggregate: boolean
  tolerance: string
  skus: Record<string, string>
  defaultSku: string | null
  writeBackField: string | null
  project: boolean
}

/** A rule that makes a document in one connection of a record of another; without an id it is not kept yet. */
export interface Flow {
  id?: string
  name: string
  source: string
  sourceObject: string
  condition: string | null
  target: string | null
  targetObject: string
  enabled: boolean
  options: Options
}

/** What a flow would do with a record. */
export interface Tried {
  matches: boolean
  record: object | null
  document: object | null
  plan: { method: string; url: string; body: string | null }[]
  problems: Problem[]
}

/** What can be made of what. */
export const PAIRS: Record<string, string> = {
  QUOTE: 'ORDER',
  ORDER: 'INVOICE',
  INVOICE: 'INVOICE',
  PAYMENT: 'PAYMENT',
}

/** The fields of a flow. */
export const FIELDS = `id name source sourceObject condition target targetObject enabled
  options { createCustomer aggregate tolerance skus defaultSku writeBackField project }`

/** A flow to begin with. */
export const NEW: Flow = {
  name: '',
  source: '',
  sourceObject: 'QUOTE',
  condition: null,
  target: null,
  targetObject: 'ORDER',
  enabled: true,
  options: {
    ...{ createCustomer: true, aggregate: false, tolerance: '0.01', skus: {} },
    ...{ defaultSku: null, writeBackField: null, project: false },
  },
}

/** Keeps a flow. */
export async function save(input: Flow): Promise<void> {
  await ask('mutation Save($input: FlowInput!) { saveFlow(input: $input) { id } }', { input })
}

/** Takes a flow away. */
export async function remove(id: string): Promise<void> {
  await ask('mutation Remove($id: ID!) { deleteFlow(id: $id) }', { id })
}

const TRY = `query Try($input: FlowInput!, $record: ID) {
  testFlow(input: $input, record: $record) {
    matches record document plan { method url body } problems { code message resolution field }
  }
}`

/** What a flow would do with a record of its source, or with the latest; nothing is sent or stored. */
export async function attempt({ id: _id, ...input }: Flow, record: string): Promise<Tried> {
  return (await ask<{ testFlow: Tried }>(TRY, { input, record: record.trim() || null })).testFlow
}

/** What happens between source and target, in the order in which it happens. */
export function stepsOf({ condition, targetObject, options }: Flow): string[] {
  const { createCustomer, aggregate, tolerance, skus, defaultSku, writeBackField, project } = options
  const mapped = Object.keys(skus).length
  return [
    condition ? `when ${condition}` : 'when it is agreed, delivered, final or paid',
    createCustomer ? 'customer found, or created' : 'customer found',
    ...(targetObject === 'PAYMENT'
      ? []
      : [mapped > 0 ? `${mapped} ${mapped === 1 ? 'SKU' : 'SKUs'} translated` : 'items found by SKU']),
    ...(defaultSku ? [`${defaultSku} where a line has no SKU`] : []),
    ...(aggregate ? ['equal lines joined'] : []),
    ...(targetObject === 'INVOICE' ? [`totals equal within ${tolerance}`] : []),
    ...(project ? ['made a project'] : []),
    ...(writeBackField ? [`number written back to ${writeBackField}`] : []),
  ]
}

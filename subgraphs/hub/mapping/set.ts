import { Expression } from '../../expression.ts'
import { customField } from './fields.ts'
import type { Mapping } from './read.ts'

/** A mapping that can be carried out. */
export interface Ready extends Mapping {
  in: Expression | null
  out: Expression | null
}

/**
 * The mappings of one object of one connection. A field that a mapping names goes only where its mappings say; all
 * others go as they are.
 */
export class MappingSet {
  readonly all: readonly Mapping[]
  readonly #hub: ReadonlySet<string>
  readonly #erp: ReadonlySet<string>
  #ready: { inbound: Ready[]; outbound: Ready[] } | null = null

  constructor(all: Mapping[]) {
    this.all = all
    this.#hub = new Set(all.map(({ hubField }) => hubField))
    this.#erp = new Set(all.map(({ erpField }) => erpField))
  }

  get isEmpty(): boolean {
    return this.all.length === 0
  }

  /** Whether a mapping names the hub field. */
  namesHub(field: string): boolean {
    return this.#hub.has(field)
  }

  /** Whether a mapping names the field of the ERP. */
  namesErp(field: string): boolean {
    return this.#erp.has(field)
  }

  /** Whether the hub field is filled from this connection. */
  reads(field: string): boolean {
    return !this.namesHub(field) || this.all.some((one) => one.hubField === field && one.direction !== 'OUT')
  }

  /** Whether a custom attribute of the golden record, by its key, is written by a mapping. */
  writesCustom(key: string): boolean {
    return this.all.some((one) => one.hubField === customField(key) && one.direction !== 'IN')
  }

  /** Whether the hub field is written to this connection by a mapping, or as it is. */
  writes(field: string): boolean {
    return !this.namesHub(field) || this.all.some((one) => one.hubField === field && one.direction !== 'IN')
  }

  /** Throws VALIDATION for an expression that cannot be read. */
  get inbound(): Ready[] {
    return this.#compiled().inbound
  }

  /** Throws VALIDATION for an expression that cannot be read. */
  get outbound(): Ready[] {
    return this.#compiled().outbound
  }

  #compiled(): { inbound: Ready[]; outbound: Ready[] } {
    this.#ready ??= {
      inbound: this.all.filter(({ direction }) => direction !== 'OUT').map(ready),
      outbound: this.all.filter(({ direction }) => direction !== 'IN').map(ready),
    }
    return this.#ready
  }
}

function ready(mapping: Mapping): Ready {
  const { direction, transformIn, transformOut } = mapping
  return {
    ...mapping,
    in: transformIn && direction !== 'OUT' ? new Expression(transformIn) : null,
    out: transformOut && direction !== 'IN' ? new Expression(transformOut) : null,
  }
}

import { z } from 'zod'
import { ErpError } from '../../../schema/errors.ts'
import type { Answer } from '../../connector.ts'
import type { Json } from '../../json.ts'
import { rowOf, shaped } from '../../shape.ts'
import type { Config } from '../config.ts'
import type { Change, Entity, Filter, Head, Port, Row, Rows, Search } from '../port.ts'
import type { Wire } from '../wire.ts'
import { type Model, type Preset, type RelationKey, TYPE_OF, readModel, whole } from './model.ts'
import { type Native, RELATED, TO_ROW, dealOf, record } from './records.ts'
import { mutate } from './write.ts'

const SIZES = [5, 10, 25, 100, 500] as const
/** How many ids a condition on a relation takes. */
const IDS = 100
/** How many records of a relation are named; nobody's first organisation stands behind these. */
const RELATED_LIMIT = 5
const page = z.object({
  records: z.array(z.unknown()),
  total: whole.nullish(),
  schemaRevision: whole.nullish(),
})
const TEXTS = ['text', 'email', 'phone', 'url', 'richText']

function withRelations(model: Model, keys: RelationKey[]): object {
  const includeRelationships = keys.map((key) => ({
    relationId: model.relations[key],
    direction: 'outgoing',
    limit: RELATED_LIMIT,
  }))
  return keys.length > 0 ? { includeRelationships } : {}
}

/** Conditions in the words of this generation; a text is looked for in columns of text only. */
function conditionOf(filters: Filter[], entity: Entity, model: Model): object {
  const told = filters.flatMap(({ field, operator, value }): object[] => {
    if (operator === 'hasNone') return []
    if (operator === 'gte')
      return [{ fieldId: `system:${field}`, operator, value: { kind: 'dateTime', value } }]
    const column = model.columns[entity].find(({ id }) => id === field)
    const isText = column && TEXTS.includes(column.kind)
    return isText ? [{ fieldId: field, operator, value: { kind: 'text', value } }] : []
  })
  const none = { direction: 'outgoing', operator: 'none', recordIds: null }
  const relationships = filters.some(({ operator }) => operator === 'hasNone')
    ? [{ relationId: model.relations['contact.organizations'], ...none }]
    : []
  return { filters: told, relationships }
}

function toHead(native: Json): Head {
  const { ref, createdAt, updatedAt } = shaped(record, native, 'A record of Customermates')
  return { id: ref.recordId, createdAt, updatedAt, native }
}

/**
 * Reads and writes the second generation of the API: records of a model that is discovered first and kept until
 * an answer names another revision of it. https://customermates.com/docs,
 * https://github.com/customermates/customermates (features/records)
 */
class Second implements Port {
  readonly generation = 2
  readonly sizes = SIZES
  readonly #wire: Wire
  readonly #config: Config
  #model: Model
  #discovering: Promise<Model | null> | null = null

  constructor(wire: Wire, config: Config, model: Model) {
    this.#wire = wire
    this.#config = config
    this.#model = model
  }

  me(): Promise<null> {
    return Promise.resolve(null)
  }

  /** Discovers the model anew, unless another call has done so since `seen`, or is about to. */
  async #discover(seen: Model): Promise<Model> {
    if (this.#model !== seen) return this.#model
    this.#discovering ??= readModel(this.#wire, this.#config, false).finally(() => (this.#discovering = null))
    this.#model = (await this.#discovering) ?? this.#model
    return this.#model
  }

  /** One page; when the model has changed since it was discovered, it is discovered anew and asked once more. */
  async #query(bodyOf: (model: Model) => object): Promise<z.output<typeof page>> {
    const ask = async () => {
      const body = await this.#wire({ method: 'POST', path: 'records/query', body: bodyOf(this.#model) })
      return shaped(page, body, 'A page of records')
    }
    const seen = this.#model
    const answer = await ask()
    if ((answer.schemaRevision ?? seen.revision) === seen.revision) return answer
    await this.#discover(seen)
    return ask()
  }

  async search(entity: Entity, { filters, searchTerm, sortBy, page: number, pageSize }: Search) {
    const answer = await this.#query((model) => ({
      typeId: model.types[TYPE_OF[entity]].id,
      ...(searchTerm && { search: searchTerm.slice(0, 500) }),
      ...conditionOf(filters, entity, model),
      ...withRelations(model, RELATED[entity]),
      ...(entity === 'contacts' && { includeIdentities: true }),
      sort: [{ fieldId: `system:${sortBy}`, direction: 'asc' }],
      page: number,
      pageSize,
    }))
    return { heads: answer.records.map((one) => toHead(one as Json)), total: answer.total ?? null }
  }

  async #read(type: Preset, recordId: string, relations: RelationKey[]): Promise<Json> {
    const model = this.#model
    const body = { typeId: model.types[type].id, recordId, ...withRelations(model, relations) }
    return this.#wire({ method: 'POST', path: 'records/read', body }, true)
  }

  async one(entity: Entity, id: string): Promise<Head | null> {
    const native = await this.#read(TYPE_OF[entity], id, RELATED[entity])
    return native === null ? null : toHead(native)
  }

  async rows<E extends Entity>(entity: E, heads: Head[]): Promise<Answer<Rows[E]>[]> {
    const natives = heads.map(({ native }) => shaped(record, native, 'A record of Customermates'))
    const seen = this.#model
    if (natives.some(({ schemaRevision }) => schemaRevision > seen.revision)) await this.#discover(seen)
    const lines = entity === 'deals' ? await this.#lines(heads.map(({ id }) => id)) : []
    return natives.map((native) => {
      const own = lines.filter((line) => dealOf(line, this.#model) === native.ref.recordId)
      return rowOf(() => TO_ROW[entity](native, this.#model, own))
    })
  }

  /** The lines of deals, which are records of their own, in the order in which they were made. */
  async #lines(deals: string[]): Promise<Native[]> {
    const all: Native[] = []
    for (let at = 0; at < deals.length; at += IDS) {
      const recordIds = deals.slice(at, at + IDS)
      for (let number = 1; ; number += 1) {
        const { records } = await this.#query((model) => ({
          typeId: model.types.lineItem.id,
          relationships: [
            {
              relationId: model.relations['lineItem.deal'],
              direction: 'outgoing',
              operator: 'any',
              recordIds,
            },
          ],
          ...withRelations(model, ['lineItem.deal', 'lineItem.service']),
          sort: [{ fieldId: 'system:createdAt', direction: 'asc' }],
          page: number,
          pageSize: SIZES[4],
        }))
        all.push(...records.map((one) => shaped(record, one, 'A line of a deal')))
        if (records.length < SIZES[4]) break
      }
    }
    return [...new Map(all.map((line) => [line.ref.recordId, line])).values()]
  }

  async columns(entity: Entity, anew = false) {
    const model = anew ? await this.#discover(this.#model) : this.#model
    return model.columns[entity]
  }

  /** CONFLICT where the record or the model was changed by somebody else between reading and writing. */
  async update(entity: Entity, id: string, changes: (row: Row) => Change[]): Promise<void> {
    const native = await this.#read(TYPE_OF[entity], id, [])
    if (native === null) throw new ErpError('NOT_FOUND', `Customermates has no such ${TYPE_OF[entity]}.`)
    const known = shaped(record, native, 'A record of Customermates')
    const wanted = changes(TO_ROW[entity](known, this.#model, []))
    if (wanted.length > 0) await mutate(this.#wire, this.#model.revision, known, wanted)
  }

  /** A line is part of its deal; the types that people added are none of ours. */
  async located({ typeId, recordId }: { typeId: string; recordId: string }) {
    const model = this.#model
    if (typeId === model.types.lineItem.id) {
      const native = await this.#read('lineItem', recordId, ['lineItem.deal'])
      const deal = native && dealOf(shaped(record, native, 'A line of a deal'), model)
      return deal ? { entity: 'deals' as const, id: deal } : null
    }
    const entity = (Object.keys(TYPE_OF) as Entity[]).find((one) => model.types[TYPE_OF[one]].id === typeId)
    return entity ? { entity, id: recordId } : null
  }
}

/** Opens an installation of the second generation, of which this is the model. */
export function openSecond(wire: Wire, config: Config, model: Model): Port {
  return new Second(wire, config, model)
}

import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { demand } from '../../caller.ts'
import type { HubContext } from '../hub.ts'
import { kindOf } from '../kinds.ts'
import { applyMappings } from './again.ts'
import { checkMapping } from './check.ts'
import { discover } from './discover.ts'
import type { MappedObject as ObjectName } from './fields.ts'
import { exportMappings, importMappings } from './file.ts'
import { preview } from './preview.ts'
import { type Mapping, mappingRows } from './read.ts'
import { connectionOf, deleteMapping, mappingOf, saveMappings, withId } from './store.ts'
import { suggest } from './suggest.ts'
import {
  ErpField,
  FieldMapping,
  FieldMappingImport,
  FieldMappingInput,
  FieldMappingSuggestion,
  FieldMappingTest,
  MappedObject,
} from './types.ts'

/** A given mapping; one with an id keeps connection and object. Throws NOT_FOUND for an unknown id. */
async function given(input: FieldMappingInput, { hub, caller }: HubContext): Promise<Mapping> {
  const { id = null, transformIn = null, transformOut = null, default: fallback = null } = input
  if (id !== null) {
    const known = await mappingOf(hub, caller, id)
    if (known.connection !== input.connection || known.object !== input.object)
      throw new ErpError('VALIDATION', 'A mapping stays with its connection and object.', {
        field: 'connection',
      })
  }
  const rest = { transformIn: transformIn || null, transformOut: transformOut || null, default: fallback }
  return withId({ ...input, ...rest, id }, caller)
}

/** Field mappings: which field of an ERP is which field of the golden records. All need the scope admin. */
@Resolver()
export class MappingResolver {
  @Query(() => [FieldMapping], {
    description: 'The mappings of one object of a connection. Needs the scope admin.',
  })
  fieldMappings(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => MappedObject) object: ObjectName,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Mapping[]> {
    demand(caller, 'admin')
    const { id } = connectionOf(hub, caller, connection)
    return mappingRows(hub.db.em(), caller.tenant, { connection: id, object })
  }

  @Query(() => [ErpField], {
    description:
      "The fields that a mapping may name, and the ERP's own; asked of the ERP where it tells them.",
  })
  async nativeFields(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => MappedObject) object: ObjectName,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<ErpField[]> {
    demand(caller, 'admin')
    return (await discover(hub, connectionOf(hub, caller, connection), object)).fields
  }

  @Query(() => [FieldMappingSuggestion], {
    description: 'Mappings for custom fields that have none, by name, type and values; the best first.',
  })
  suggestFieldMappings(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => MappedObject) object: ObjectName,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<FieldMappingSuggestion[]> {
    demand(caller, 'admin')
    return suggest(hub, connectionOf(hub, caller, connection), object)
  }

  @Query(() => FieldMappingTest, {
    description: 'What a mapping makes of a record that was read before. Nothing is kept or sent.',
  })
  async testFieldMapping(
    @Arg('input', () => FieldMappingInput, { nullable: true, description: 'Or `id`.' })
    input: FieldMappingInput | null | undefined,
    @Arg('id', () => ID, { nullable: true }) id: string | null | undefined,
    @Arg('record', () => ID, { nullable: true, description: "The ERP's own id; the first when left out." })
    record: string | null | undefined,
    @Ctx() context: HubContext,
  ): Promise<FieldMappingTest> {
    const { hub, caller } = context
    demand(caller, 'admin')
    if (!input === !id) throw new ErpError('VALIDATION', 'Give either input or id.', { field: 'input' })
    const one = input ? await given(input, context) : await mappingOf(hub, caller, id ?? '')
    const { connection, object } = one
    const open = connectionOf(hub, caller, connection)
    if (input) checkMapping(one, await discover(hub, open, object))
    const kept = await mappingRows(hub.db.em(), caller.tenant, { connection, object })
    const others = kept.filter((other) => other.id !== one.id && other.hubField !== one.hubField)
    return preview(hub, open, [one], [...others, one], record ?? null)
  }

  @Query(() => String, { description: 'Mappings as one JSON text for importFieldMappings.' })
  exportFieldMappings(
    @Arg('connection', () => ID, { nullable: true }) connection: string | null | undefined,
    @Arg('object', () => MappedObject, { nullable: true }) object: ObjectName | null | undefined,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<string> {
    demand(caller, 'admin')
    return exportMappings(hub, caller, { connection: connection ?? null, object: object ?? null })
  }

  @Mutation(() => FieldMapping, {
    description: 'Keeps a mapping; it counts at once for all that comes next.',
  })
  async saveFieldMapping(
    @Arg('input', () => FieldMappingInput) input: FieldMappingInput,
    @Ctx() context: HubContext,
  ): Promise<Mapping> {
    const { hub, caller } = context
    demand(caller, 'admin')
    const one = await given(input, context)
    await saveMappings(hub, caller, [one])
    return mappingOf(hub, caller, one.id)
  }

  @Mutation(() => FieldMapping, {
    description: 'Takes a mapping away; its fields go as they are from then on.',
  })
  deleteFieldMapping(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<Mapping> {
    demand(caller, 'admin')
    return deleteMapping(hub, caller, id)
  }

  @Mutation(() => FieldMappingImport, {
    description:
      'Keeps all mappings of an exported text, or none. A mapping of the same two fields is changed.',
  })
  importFieldMappings(
    @Arg('text', () => String) text: string,
    @Arg('dryRun', () => Boolean, { defaultValue: false }) dryRun: boolean,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<FieldMappingImport> {
    demand(caller, 'admin')
    return importMappings(hub, caller, text, dryRun)
  }

  @Mutation(() => Int, {
    description:
      'Applies the mappings in the background to all records that were read before, without asking the ERP; gives how many.',
  })
  applyMappings(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => MappedObject) object: ObjectName,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<number> {
    demand(caller, 'admin')
    return applyMappings(hub, connectionOf(hub, caller, connection), kindOf(object))
  }
}

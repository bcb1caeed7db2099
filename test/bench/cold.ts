import { readFileSync } from 'node:fs'
import { type OperationDefinitionNode, Kind, parse } from 'graphql'
import { Generation } from '../../gateway/generation.ts'
import { composeHouse, ownSubgraphs } from '../../gateway/house.ts'
import { readSupergraph } from '../../gateway/supergraph.ts'

/** What a start and a first question cost in a process of its own: schemas, composition, each cold plan; milliseconds. */
async function timed<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now()
  const made = await work()
  process.stdout.write(`  ${name.padEnd(24)} ${(performance.now() - started).toFixed(0).padStart(5)} ms\n`)
  return made
}

const own = await timed('build every subgraph', ownSubgraphs)
const { sdl } = await timed('compose', () => composeHouse(own, [], 'the benchmark has nothing to hide'))
const generation = await timed('open', () => new Generation(readSupergraph(sdl), new Map(), 100))
const document = parse(readFileSync('test/operations/reads.graphql', 'utf8'))
const operations = document.definitions.filter(
  (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
)
for (const { name } of operations)
  await timed(`plan ${name?.value}`, () => generation.prepare(document, name?.value))
process.exit(0)

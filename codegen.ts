import { readFile, writeFile } from 'node:fs/promises'
import { generate } from '@graphql-codegen/cli'
import { type NameNode, isTypeDefinitionNode, parse, print, printSchema, visit } from 'graphql'
import { format, resolveConfig } from 'prettier'
import './schema/index.ts'
import { readSupergraph } from './gateway/supergraph.ts'
import { composeHouse, ownSubgraphs } from './gateway/house.ts'
import { TABS } from './gateway/tabs.ts'
import { connectors } from './subgraphs/index.ts'

/** Where the supergraph is kept for review. */
export const SUPERGRAPH = 'schema/supergraph.graphql'

/** The supergraph of our own subgraphs, as it is committed. */
export async function supergraphText(): Promise<string> {
  const { sdl } = await composeHouse(ownSubgraphs(), [], '')
  return `${inOrder(sdl)}\n`
}

/** Types and fields by name: several modules add to them, and which of them loads first is up to the loader. */
function inOrder(sdl: string): string {
  const byName = (one: { name: NameNode }, other: { name: NameNode }) =>
    one.name.value < other.name.value ? -1 : 1
  const sorted = visit(parse(sdl), {
    Document: (document) => ({
      ...document,
      definitions: [
        ...document.definitions.filter((node) => !isTypeDefinitionNode(node)),
        ...document.definitions.filter(isTypeDefinitionNode).toSorted(byName),
      ],
    }),
    ObjectTypeDefinition: (type) => ({ ...type, fields: type.fields?.toSorted(byName) }),
  })
  return print(sorted)
}

/** README's table of systems, from what the connectors say of themselves. */
export function systemsTable(): string {
  const columns = [
    'items',
    'stock',
    'prices',
    'customers',
    'orders',
    'pushOrder',
    'cancelOrder',
    'projects',
    'upsertCustomer',
    'invoices',
    'pushInvoice',
    'payments',
    'pushPayment',
    'quotes',
    'returns',
    'timeEntries',
    'expenses',
    'credit',
    'changes',
    'webhooks',
    'writeBack',
    'customFields',
  ] as const
  const rows = connectors.map(({ name, system, capabilities }) =>
    [
      `${name} (\`${system}\`)`,
      ...columns.map((column) => (capabilities.includes(column) ? 'yes' : '')),
    ].join(' | '),
  )
  return [
    `| System | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}

const START = '<!-- systems -->'
const END = '<!-- /systems -->'

async function writeTable(): Promise<void> {
  const text = await readFile('README.md', 'utf8')
  const [before, rest] = text.split(START)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md lacks ${START} … ${END}.`)
  const table = `${before}${START}\n\n${systemsTable()}\n\n${END}${after}`
  await writeFile(
    'README.md',
    await format(table, { ...(await resolveConfig('README.md')), parser: 'markdown' }),
  )
}

const TYPED = {
  useTypeImports: true,
  enumsAsTypes: true,
  scalars: {
    Decimal: 'string',
    Date: 'string',
    DateTime: 'string',
    CurrencyCode: 'string',
    UnitCode: 'string',
    CountryCode: 'string',
    EmailAddress: 'string',
    PhoneNumber: 'string',
    JSON: 'unknown',
  },
}

async function writeTyped(sdl: string, folder: string, documents: string[], more = {}): Promise<void> {
  const schema = printSchema(readSupergraph(sdl).apiSchema)
  const presetConfig = { fragmentMasking: false, ...more }
  const generates = { [folder]: { preset: 'client' as const, presetConfig, config: TYPED } }
  await generate(
    { schema, documents, generates, emitLegacyCommonJSImports: false, importExtension: '.ts' },
    true,
  )
}

async function writeOperations(sdl: string): Promise<void> {
  const texts = TABS.map(({ query }) => query)
  await writeTyped(sdl, 'test/operations/typed/', ['test/operations/*.graphql', ...texts])
}

/** The typed client's documents, each with the id under which every gateway knows it. */
async function writeClient(sdl: string): Promise<void> {
  const persistedDocuments = { hashPropertyName: 'documentId', hashAlgorithm: 'sha256' }
  await writeTyped(sdl, 'client/typed/', ['client/documents/*.graphql'], { persistedDocuments })
}

if (import.meta.main) {
  const sdl = await supergraphText()
  await writeClient(sdl)
  if (!process.argv.includes('--client')) {
    await writeFile(SUPERGRAPH, sdl)
    await writeOperations(sdl)
    await writeTable()
  }
}

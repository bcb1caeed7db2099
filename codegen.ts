import { readFile, writeFile } from 'node:fs/promises'
import { generate } from '@graphql-codegen/cli'
import { parse, print, printSchema, visit } from 'graphql'
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

/** Fields by name: several modules add to one type, and which of them loads first is up to the loader. */
function inOrder(sdl: string): string {
  const sorted = visit(parse(sdl), {
    ObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields?.toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1)),
    }),
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
    'upsertCustomer',
    'invoices',
    'pushInvoice',
    'payments',
    'pushPayment',
    'quotes',
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

async function writeOperations(sdl: string): Promise<void> {
  const { apiSchema } = readSupergraph(sdl)
  await generate(
    {
      schema: printSchema(apiSchema),
      documents: ['test/operations/*.graphql', ...TABS.map(({ query }) => query)],
      generates: {
        'test/operations/typed/': {
          preset: 'client',
          presetConfig: { fragmentMasking: false },
          config: {
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
          },
        },
      },
      emitLegacyCommonJSImports: false,
      importExtension: '.ts',
    },
    true,
  )
}

if (import.meta.main) {
  const sdl = await supergraphText()
  await writeFile(SUPERGRAPH, sdl)
  await writeOperations(sdl)
  await writeTable()
}

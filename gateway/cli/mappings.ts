import { writeFileSync } from 'node:fs'
import { GRAPH, command, group } from './command.ts'
import { EXIT } from './exit.ts'
import { textOf } from './file.ts'
import { openGraph } from './graph.ts'
import { type Problem, print, sentence } from './print.ts'

const EXPORT = `query Export($connection: ID, $object: MappedObject) {
  exportFieldMappings(connection: $connection, object: $object)
}`
const IMPORT = `mutation Import($text: String!, $dryRun: Boolean!) {
  importFieldMappings(text: $text, dryRun: $dryRun) {
    created changed unchanged problems { code message resolution field }
  }
}`

interface Imported {
  created: number
  changed: number
  unchanged: number
  problems: Problem[]
}

const give = command({
  usage: 'mappings export [connection] [--output FILE]',
  about: 'Writes the field mappings of a connection, or all, as JSON, to stdout or a file.',
  words: [0, 1],
  options: {
    object: { type: 'string', value: 'OBJECT', about: 'only of this object, for example customer' },
    output: { type: 'string', value: 'FILE', about: 'write there' },
    ...GRAPH,
  },
  examples: ['erp-supergraph mappings export odoo:main --output mappings.json'],
  async run([connection], { json, object, output, ...access }) {
    const variables = { connection: connection ?? null, object: object?.toUpperCase() ?? null }
    const asked = await openGraph(access).ask<{ exportFieldMappings: string }>(EXPORT, variables)
    const text = asked.exportFieldMappings
    if (!output) process.stdout.write(`${text}\n`)
    else {
      writeFileSync(output, `${text}\n`)
      print(json, { file: output }, () => [`Written to ${output}.`])
    }
    return EXIT.ok
  },
})

const take = command({
  usage: 'mappings import <file>',
  about:
    'Reads field mappings as they were exported, from a file, or stdin with "-". All of them count, or none.',
  words: [1, 1],
  options: { 'dry-run': { type: 'boolean', about: 'say what would change; nothing is kept' }, ...GRAPH },
  examples: ['erp-supergraph mappings import mappings.json --dry-run'],
  async run([path = ''], { json, 'dry-run': dryRun = false, ...access }) {
    const variables = { text: textOf(path), dryRun }
    const asked = await openGraph(access).ask<{ importFieldMappings: Imported }>(IMPORT, variables)
    const { created, changed, unchanged, problems } = asked.importFieldMappings
    print(json, asked.importFieldMappings, () => [
      `${created} created, ${changed} changed, ${unchanged} as they were.`,
      ...problems.map(sentence),
    ])
    return problems.length > 0 ? EXIT.failed : EXIT.ok
  },
})

/** Field mappings as a file. */
export default group('mappings', { export: give, import: take })

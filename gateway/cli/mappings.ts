import { writeFileSync } from 'node:fs'
import { GRAPH, command, group } from './command.ts'
import { EXIT } from './exit.ts'
import { objectOf } from './file.ts'
import { openGraph } from './graph.ts'
import { print } from './print.ts'

const EXPORT = 'query Export($connection: ID!) { exportFieldMappings(connection: $connection) }'
const IMPORT = `mutation Import($connection: ID!, $file: JSON!) {
  importFieldMappings(connection: $connection, file: $file)
}`

const give = command({
  usage: 'mappings export <connection> [--output FILE]',
  about: 'Writes the field mappings of a connection as JSON, to stdout or a file.',
  words: [1, 1],
  options: { output: { type: 'string', value: 'FILE', about: 'write there' }, ...GRAPH },
  examples: ['erp-supergraph mappings export odoo:main --output mappings.json'],
  async run([connection], { json, output, ...access }) {
    const asked = await openGraph(access).ask<{ exportFieldMappings: object }>(EXPORT, { connection })
    const text = JSON.stringify(asked.exportFieldMappings, null, 2)
    if (!output) print(true, asked.exportFieldMappings, () => [])
    else {
      writeFileSync(output, `${text}\n`)
      print(json, { file: output }, () => [`Written to ${output}.`])
    }
    return EXIT.ok
  },
})

const take = command({
  usage: 'mappings import <connection> <file>',
  about: 'Reads field mappings of a connection from a JSON or YAML file, or stdin with "-".',
  words: [2, 2],
  options: GRAPH,
  examples: ['erp-supergraph mappings import odoo:test mappings.json'],
  async run([connection, path = ''], { json, ...access }) {
    const file = await objectOf(path)
    const asked = await openGraph(access).ask<{ importFieldMappings: unknown }>(IMPORT, { connection, file })
    print(json, asked.importFieldMappings, () => [`The mappings of ${connection} are imported.`])
    return EXIT.ok
  },
})

/** Field mappings as a file. */
export default group('mappings', { export: give, import: take })

import { command } from './command.ts'
import { serve } from './serve.ts'

/** One subgraph alone. */
export default command({
  usage: 'subgraph <system>',
  about: 'Runs the subgraph of one system, or "hub", alone on PORT, for a federation router of your own.',
  words: [1, 1],
  options: {},
  examples: ['PORT=4100 erp-supergraph subgraph odoo'],
  run: ([system = '']) => serve('../../subgraphs/start.ts', [system]),
})

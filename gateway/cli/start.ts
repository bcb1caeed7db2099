import { command } from './command.ts'
import { buildPages, serve } from './serve.ts'

/** Everything in one process, or one part. */
export default command({
  usage: 'start [--only gateway|worker]',
  about: `Runs the graph, its worker, its pages and, without a config file, a demo with every system's sandbox.
Settings by environment: PORT 4000, HOST 127.0.0.1, DATA_DIR ./data, DATABASE_URL, CONFIG erp-supergraph.yaml,
SECRET_KEY, SANDBOX_PORT, LOG_LEVEL.`,
  words: [0, 0],
  options: {
    only: { type: 'string', value: 'PART', about: 'gateway or worker (needs DATABASE_URL)' },
    supergraph: {
      type: 'string',
      value: 'FILE',
      about: 'serve any Federation 2 supergraph, no hub and no database',
    },
  },
  examples: [
    'PORT=8080 erp-supergraph start',
    'DATABASE_URL=postgres://… erp-supergraph start --only gateway',
  ],
  async run(_words, { only, supergraph }) {
    if (only !== 'worker' && supergraph === undefined) await buildPages()
    const part = only === undefined ? [] : ['--only', only]
    return serve('../start.ts', supergraph === undefined ? part : [...part, '--supergraph', supergraph])
  },
})

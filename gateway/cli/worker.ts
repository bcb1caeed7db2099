import { command } from './command.ts'
import { serve } from './serve.ts'

/** A worker alone. */
export default command({
  usage: 'worker',
  about:
    'Runs a worker alone: it pushes, polls and imports. Any number may run. Needs DATABASE_URL and SECRET_KEY.',
  words: [0, 0],
  options: {},
  examples: ['DATABASE_URL=postgres://… SECRET_KEY=… erp-supergraph worker'],
  run: () => serve('../start.ts', ['--only', 'worker']),
})

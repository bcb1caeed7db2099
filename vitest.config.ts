import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // type-graphql loads the CommonJS copy of graphql; without the alias two copies meet and refuse each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/cluster.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Files that wait for leases, browsers and killed processes leave a core idle; one more worker than cores uses it.
    maxWorkers: availableParallelism() + 1,
    // Loading the modules anew for every file costs more than most files' tests.
    isolate: false,
  },
})

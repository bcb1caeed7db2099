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
    // Vitest would leave one core idle; on two cores that is half of them.
    maxWorkers: '100%',
    // Loading the modules anew for every file costs more than most files' tests.
    isolate: false,
  },
})

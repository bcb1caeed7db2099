import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Short files whose tests take long: begun last, they would leave one core with nothing to do. */
const LONG = /test\/(connectors|killed|crash|rollback\/bulk|import\/ten|dashboard\/browser|supergraph)/

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

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
    // Tests throw away much that is young: a larger nursery is swept less often.
    execArgv: ['--max-semi-space-size=128', '--min-semi-space-size=64'],
    // Loading the modules anew for every file costs more than most files' tests.
    isolate: false,
    sequence: { sequencer: LongFirst },
  },
})

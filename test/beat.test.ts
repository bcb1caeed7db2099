import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { beat } from '../subgraphs/hub/beat.ts'

describe('a beat', () => {
  it('never begins before the one before it has ended, and goes on after one that took long', async () => {
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const begun: PromiseWithResolvers<void>[] = []
    const end = beat(() => {
      const one = Promise.withResolvers<void>()
      begun.push(one)
      return one.promise
    }, 100)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(begun).toHaveLength(1)
    begun[0]!.resolve()
    await vi.advanceTimersByTimeAsync(100)
    expect(begun).toHaveLength(2)
    begun[1]!.resolve()
    end()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(begun).toHaveLength(2)
  })
})

/**
 * Does something every so often until the answer is called, one at a time: where a row is locked or the database is
 * slow, a second one would only take another connection of its pool. `work` answers for its own errors.
 */
export function beat(work: () => Promise<unknown>, everyMs: number): () => void {
  let isBusy = false
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    void work().finally(() => (isBusy = false))
  }, everyMs)
  return () => clearInterval(timer)
}

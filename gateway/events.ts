const DONE: IteratorResult<never, void> = { done: true, value: undefined }

/**
 * Changes each element of a stream. Unlike an async generator it can be ended while an element is awaited:
 * `return` ends the source at once, and whoever waits for the next element is told that there is none.
 */
export function mapEvents<A, B>(
  source: AsyncIterable<A>,
  change: (element: A) => B | Promise<B>,
  ended: () => void = () => {},
): AsyncGenerator<B, void, void> {
  return new MappedEvents(source[Symbol.asyncIterator](), change, ended)
}

class MappedEvents<A, B> implements AsyncGenerator<B, void, void> {
  // Not one promise for the end that each wait is raced against: that one would remember every wait there was.
  private readonly waiting = new Set<(last: IteratorResult<B, void>) => void>()
  private isOver = false

  constructor(
    private readonly source: AsyncIterator<A>,
    private readonly change: (element: A) => B | Promise<B>,
    private readonly ended: () => void,
  ) {}

  async next(): Promise<IteratorResult<B, void>> {
    if (this.isOver) return DONE
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<B, void>>()
    this.waiting.add(resolve)
    this.pull()
      .then(resolve, (error: unknown) => {
        reject(error)
        void this.return()
      })
      .finally(() => this.waiting.delete(resolve))
    return promise
  }

  async return(): Promise<IteratorResult<B, void>> {
    if (this.isOver) return DONE
    this.finish()
    // Not awaited: a source that is stuck must not hold up whoever wants to leave.
    this.source.return?.().catch(() => {})
    return DONE
  }

  async throw(error: unknown): Promise<IteratorResult<B, void>> {
    await this.return()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  private async pull(): Promise<IteratorResult<B, void>> {
    const { done, value } = await this.source.next()
    if (!done) return { done: false, value: await this.change(value) }
    this.finish()
    return DONE
  }

  private finish(): void {
    if (this.isOver) return
    this.isOver = true
    for (const resolve of this.waiting) resolve(DONE)
    this.ended()
  }
}

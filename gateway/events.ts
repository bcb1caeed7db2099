/**
 * Changes each element of a stream. Unlike an async generator it can be ended while an element is awaited:
 * `return` ends the source at once, and whoever waits for the next element is told that there is none.
 */
export function mapEvents<A, B>(
  source: AsyncIterable<A>,
  change: (element: A) => B | Promise<B>,
  ended: () => void = () => {},
): AsyncGenerator<B, void, void> {
  const iterator = source[Symbol.asyncIterator]()
  const closing = Promise.withResolvers<IteratorResult<B, void>>()
  const done: IteratorResult<B, void> = { done: true, value: undefined }
  let isOver = false
  const finish = () => {
    if (isOver) return
    isOver = true
    closing.resolve(done)
    ended()
  }
  const pull = async (): Promise<IteratorResult<B, void>> => {
    try {
      const { done: last, value } = await iterator.next()
      if (!last) return { done: false, value: await change(value) }
    } catch (error) {
      finish()
      throw error
    }
    finish()
    return done
  }
  const end = async () => {
    if (isOver) return done
    finish()
    // Not awaited: a source that is stuck must not hold up whoever wants to leave.
    iterator.return?.().catch(() => {})
    return done
  }
  const stream: AsyncGenerator<B, void, void> = {
    next: async () => (isOver ? done : Promise.race([pull(), closing.promise])),
    return: end,
    throw: async (error) => {
      await end()
      throw error
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: async () => void (await end()),
  }
  return stream
}

/** A stream of the numbers after a given one, up to the last; `then` it ends or is silent. It tells when its reader has left. */
export function counter(last: number, then: 'end' | 'silence' = 'end') {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const from = (after: number): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => {
      let n = after
      return {
        next: async () => {
          if (n < last) return { done: false, value: ++n }
          return then === 'end' ? { done: true, value: undefined } : new Promise(() => {})
        },
        return: async () => {
          resolve()
          return { done: true, value: undefined }
        },
      }
    },
  })
  return { from, ended }
}

/** A stream that never says anything; it tells when its reader has left. */
export function silence() {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const from = (): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: async () => {
        resolve()
        return { done: true, value: undefined }
      },
    }),
  })
  return { from, ended }
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ask } from './graph.ts'
import { pulse } from './pulse.ts'

/** What a question came to so far. */
export interface Asked<T> {
  data: T | null
  failure: Error | null
  isLoading: boolean
  reload(): void
}

/** Asks the graph when the page is shown and whenever the variables change; the last answer stays meanwhile. */
export function useQuery<T>(query: string, variables: object = {}, skip = false): Asked<T> {
  const [data, setData] = useState<T | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [isLoading, setLoading] = useState(!skip)
  const turn = useRef(0)
  const key = JSON.stringify(variables)
  const reload = useCallback(() => {
    turn.current += 1
    const mine = turn.current
    if (skip) return setData(null)
    setLoading(true)
    ask<T>(query, JSON.parse(key) as object).then(
      (answer) => {
        if (mine !== turn.current) return
        setData(answer)
        setFailure(null)
        setLoading(false)
      },
      (error: Error) => {
        if (mine !== turn.current) return
        setFailure(error)
        setLoading(false)
      },
    )
  }, [query, key, skip])
  useEffect(reload, [reload])
  useEffect(() => () => void (turn.current = -1), [])
  return { data, failure, isLoading, reload }
}

/** Calls back soon after something happened in the sync, however much it was, and each `everyMs`. */
export function useFresh(reload: () => void, everyMs: number): void {
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined
    const off = pulse.on(() => {
      soon ??= setTimeout(() => {
        soon = undefined
        reload()
      }, 300)
    })
    const timer = setInterval(reload, everyMs)
    return () => {
      off()
      clearTimeout(soon)
      clearInterval(timer)
    }
  }, [reload, everyMs])
}

import { useEffect, useState } from 'preact/hooks'

/** Where the page is: `#/stream?status=DEAD` is path "stream" and its parameters. */
export interface Route {
  path: string
  params: URLSearchParams
}

function read(): Route {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return { path, params: new URLSearchParams(search) }
}

/** The address of a page within this one; empty parameters are left out. */
export function hrefOf(path: string, params: Record<string, string | null | undefined> = {}): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const search = new URLSearchParams(given).toString()
  return `#/${path}${search && `?${search}`}`
}

/** Changes parameters of the address without a new entry in the history, so that it can be sent to somebody. */
export function setParams(changes: Record<string, string>): void {
  const { path, params } = read()
  const href = hrefOf(path, { ...Object.fromEntries(params), ...changes })
  history.replaceState(null, '', href)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

/** The present route; renders again when it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(read)
  useEffect(() => {
    const changed = () => setRoute(read())
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return route
}

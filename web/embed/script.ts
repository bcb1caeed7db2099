import type { Door } from './post.ts'

const script =
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>('script[src*="/embed/erp.js"]')

/** The API that the script came from, and the key of its tag. */
export const HOME: Door = {
  endpoint: new URL('../graphql', script?.src || new URL('/embed/erp.js', location.href)).href,
  key: script?.dataset.key || null,
}

/** Where an element asks. The script's key is for the script's own API only. */
export function doorOf(element: Element): Door {
  const given = element.getAttribute('endpoint')
  const own = element.getAttribute('api-key') || null
  const endpoint =
    given && URL.canParse(given, document.baseURI) ? new URL(given, document.baseURI).href : HOME.endpoint
  return { endpoint, key: own ?? (endpoint === HOME.endpoint ? HOME.key : null) }
}

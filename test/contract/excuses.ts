/**
 * Why a system cannot keep a SHOULD: by the name of its mount (or system), then the id of the check. An excuse
 * names the vendor's limit; one that is no longer needed fails.
 */
export const excuses: Record<string, Record<string, string>> = {
  qwoty: {
    C16: 'Qwoty reads products by page, 30 at a time, and has no list of ids: docs.qwoty.io, API reference, products',
  },
}

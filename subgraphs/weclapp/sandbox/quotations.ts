import type { Row, Store } from './store.ts'

/** POST /quotation/id/<id>/createNewVersion: the new one is the active one, the old one stays as a row of its own. */
export function newVersion(store: Store, id: string): Row {
  const old = store.get('quotation', id)
  const quotationVersion = Number(old.quotationVersion) + 1
  store.change('quotation', old, { activeVersion: false })
  return store.insert('quotation', { ...old, ...store.meta(), quotationVersion, activeVersion: true })
}

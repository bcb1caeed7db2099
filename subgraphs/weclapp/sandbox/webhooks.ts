import { kept, mustBe } from './check.ts'
import { fieldsOf } from './fields.ts'
import { mustBeNewest } from './parties.ts'
import { invalid } from './problem.ts'
import type { Row, Store } from './store.ts'

const REQUIRED = ['entityName', 'url', 'requestMethod', 'atCreate', 'atUpdate', 'atDelete']

/** POST /webhook: one row for each address and entity. */
export function createWebhook(store: Store, body: Record<string, unknown>): Row {
  mustBe('webhook', body, '')
  for (const name of REQUIRED)
    if (body[name] === undefined) throw invalid('not_empty', name, 'must not be empty')
  if (fieldsOf(String(body.entityName)).size === 0)
    throw invalid('enum', 'entityName', 'there is no such entity')
  return store.insert('webhook', kept(body))
}

/** PUT /webhook/id/<id>: switches it on again, or, in the tests, off. */
export function changeWebhook(
  store: Store,
  id: string,
  { version, ...body }: Record<string, unknown>,
  partial: boolean,
): Row {
  const row = store.get('webhook', id)
  mustBe('webhook', body, '')
  if (!partial) throw invalid('pattern', 'createdDate', 'property createdDate is read-only')
  mustBeNewest(row, version)
  return store.change('webhook', row, body)
}

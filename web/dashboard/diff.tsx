/** One field of a record with its value before and after. */
interface Change {
  path: string
  before: string | null
  after: string | null
}

function flatten(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
    for (const [name, inner] of entries) {
      const step = Array.isArray(value) ? `[${Number(name) + 1}]` : path ? `.${name}` : name
      flatten(inner, path + step, into)
    }
  } else if (value !== null && value !== undefined && value !== '') into.set(path, String(value))
  return into
}

/** The fields of two records, those that differ and how many are equal. */
export function changesOf(before: unknown, after: unknown): { changes: Change[]; same: number } {
  const old = flatten(before, '', new Map())
  const fresh = flatten(after, '', new Map())
  const paths = [...new Set([...old.keys(), ...fresh.keys()])]
  const all = paths.map((path) => ({
    path,
    before: old.get(path) ?? null,
    after: fresh.get(path) ?? null,
  }))
  const changes = all.filter((one) => one.before !== one.after)
  return { changes, same: all.length - changes.length }
}

/** What a write changed in the ERP's record, field by field. */
export function Diff(props: { before: object | null; after: object | null; title?: string }) {
  const { before, after, title } = props
  if (!after) return null
  const { changes, same } = changesOf(before, after)
  return (
    <section>
      <h3>{title ?? (before ? 'Before and after' : 'Written')}</h3>
      <table class="diff">
        <thead class="hidden">
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.path}>
              <th scope="row">{change.path}</th>
              <td>
                {change.before !== null && <del>{change.before}</del>}{' '}
                {change.after !== null && <ins>{change.after}</ins>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {same > 0 && <p class="quiet">{same} fields stayed as they were.</p>}
    </section>
  )
}

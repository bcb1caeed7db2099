const HIDDEN = '•••'
const SECRET = /secret|password|token|credential|authorization|hash|private/i
/** What says something about a person. It is never written down here, because nothing here can be erased. */
const PERSONAL = new Set([
  ...[
    'email',
    'phone',
    'taxId',
    'tax_id',
    'addresses',
    'address',
    'shipTo',
    'billTo',
    'street',
    'city',
    'postalCode',
  ],
  ...['note', 'contact', 'customerName', 'customer_name', 'customAttributes', 'custom_attributes', 'value'],
  ...['name_key', 'email_key', 'tax_key', 'input', 'before', 'after', 'ours', 'theirs', 'base', 'problem'],
])
const LONGEST = 500
const MOST = 50

/** Whether a value of this name may be written down; of a customer its name may not either. */
function isHidden(name: string, isOfCustomer: boolean): boolean {
  return SECRET.test(name) || PERSONAL.has(name) || (isOfCustomer && name === 'name')
}

/** Where a URL leads, without what may be a secret in it. */
function originOf(text: string): string {
  return URL.canParse(text) ? `${new URL(text).origin}/${HIDDEN}` : HIDDEN
}

/** A value as it may stand in the record for ever: no secrets, nothing about a person, no long texts. */
export function redacted(value: unknown, isOfCustomer: boolean, name = ''): unknown {
  if (typeof value === 'string') return name === 'url' ? originOf(value) : value.slice(0, LONGEST)
  if (Array.isArray(value)) return value.slice(0, MOST).map((part) => redacted(part, isOfCustomer))
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(
    entries.map(([key, part]) => [key, shown(key, part, isOfCustomer || name === 'customer')]),
  )
}

function shown(key: string, part: unknown, isOfCustomer: boolean): unknown {
  // The input of a mutation is looked into; a column of that name holds a whole request.
  const isArgument = key === 'input' && typeof part === 'object' && !('tenant' in (part ?? {}))
  if (isArgument) return redacted(part, isOfCustomer)
  if (part === null) return null
  if (key === 'config') return namesOf(part)
  return isHidden(key, isOfCustomer) ? HIDDEN : redacted(part, isOfCustomer, key)
}

function namesOf(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return HIDDEN
  return Object.fromEntries(Object.keys(config).map((key) => [key, HIDDEN]))
}

/** A column of a row that changed, as it may stand in the record. */
export function column(name: string, value: unknown, table: string): unknown {
  if (value === null || value === undefined) return null
  if (isHidden(name, table === 'customer')) return HIDDEN
  return name === 'url' ? originOf(String(value)) : redacted(value, table === 'customer', name)
}

import type { Demo } from '../../demo.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { complaint, give, isText, mayBeText, refuse } from './answers.ts'

const TOUCHED = '2026-11-18T10:20:30Z'
/** Our group names and the segments of the workspace. */
export const SEGMENTS = { retail: 'seg_1', wholesale: 'seg_2', key: 'seg_3' }
const ROLES = ['buyer', 'signer', 'billing', 'shipping', 'legal', 'admin']

interface Person {
  id: string
  name: string
  type: string
  segment_id: string | null
  tax_ids: unknown[]
  id_crm: string | null
  id_erp: string | null
  id_accounting: string | null
  contact_ids: string[]
  updated_at: string
}
interface Contact {
  id: string
  customer_id: string
  email: string
}

/** Customers and contacts of the workspace. */
export interface People {
  rows: Person[]
  contacts: Contact[]
  get(id: string): SandboxAnswer
  create(body: Record<string, unknown>): SandboxAnswer
  change(id: string, body: Record<string, unknown>): SandboxAnswer
  createContact(body: Record<string, unknown>): SandboxAnswer
  add(name: string, email: string): void
}

function isTaxIds(value: unknown): boolean {
  const rows: unknown[] = Array.isArray(value) ? value : [null]
  return rows.every((row) => {
    const { tax, tax_value: text, ...others } = (row ?? {}) as Record<string, unknown>
    return isText(tax) && isText(text) && Object.keys(others).length === 0
  })
}

const FIELDS = {
  name: isText,
  type: (value: unknown) => value === 'company' || value === 'individual',
  segment_id: (value: unknown) => value === null || Object.values(SEGMENTS).includes(String(value)),
  tax_ids: isTaxIds,
  id_crm: mayBeText,
  id_erp: mayBeText,
  id_accounting: mayBeText,
}
const CONTACT_FIELDS = {
  customer_id: isText,
  first_name: isText,
  last_name: isText,
  email: isText,
  phone: mayBeText,
  role: (value: unknown) => Array.isArray(value) && value.every((role) => ROLES.includes(String(role))),
  id_crm: mayBeText,
  id_erp: mayBeText,
  id_accounting: mayBeText,
}

function blank(id: string, name: string): Person {
  const none = { segment_id: null, id_crm: null, id_erp: null, id_accounting: null }
  return { id, name, type: 'company', tax_ids: [], contact_ids: [], updated_at: TOUCHED, ...none }
}

function shown(row: Person): object {
  return { workspace_id: 'wsp_1', logo: null, address_ids: [], created_at: '2026-02-01T09:00:00Z', ...row }
}

function firstRows(demo: Demo): { rows: Person[]; contacts: Contact[] } {
  const rows = demo.customers.map((customer, at): Person => ({
    ...blank(`cus_${at + 1}`, customer.name),
    segment_id: SEGMENTS[customer.group],
    tax_ids: [{ tax: customer.country === 'US' ? 'us_ein' : 'eu_vat', tax_value: customer.taxId }],
    id_crm: String(5500 + at),
    id_erp: at % 5 === 4 ? null : customer.number,
    contact_ids: [`con_${at + 1}`],
  }))
  const contacts = demo.customers.map(({ email }, at) => ({
    id: `con_${at + 1}`,
    customer_id: `cus_${at + 1}`,
    email,
  }))
  return { rows, contacts }
}

function missing(body: Record<string, unknown>, names: string[]): string | undefined {
  return names.find((name) => body[name] === undefined || body[name] === null || body[name] === '')
}

/** Why a body cannot be taken: something is missing, or is of another form. */
function wrongIn(body: Record<string, unknown>, needed: string[], fields: Parameters<typeof complaint>[1]) {
  const lacking = missing(body, needed)
  return lacking ? `${lacking} is required` : complaint(body, fields)
}

/** A clock that is a second later each time it is asked. */
function clock(): () => string {
  let asked = 0
  return () => new Date(Date.parse(TOUCHED) + ++asked * 1000).toISOString()
}

/** A contact, which its customer then names. */
function join(contacts: Contact[], customer: Person, email: string): Contact {
  const contact = { id: `con_${contacts.length + 1}`, customer_id: customer.id, email }
  contacts.push(contact)
  customer.contact_ids.push(contact.id)
  return contact
}

/** The demo company's customers, in the words of Qwoty. */
export function people(demo: Demo): People {
  const { rows, contacts } = firstRows(demo)
  const touch = clock()
  const find = (id: string) => rows.find((row) => row.id === id)
  return {
    rows,
    contacts,
    get(id) {
      const row = find(id)
      return row ? give(shown(row)) : refuse(404, 'Customer not found')
    },
    create(body) {
      const wrong = wrongIn(body, ['name', 'type'], FIELDS)
      if (wrong) return refuse(422, wrong)
      const row = { ...blank(`cus_${rows.length + 1}`, ''), ...body, updated_at: touch() } as Person
      rows.push(row)
      return give(shown(row), 201)
    },
    /** What is left out stays, null clears, `tax_ids` replaces the whole list. */
    change(id, body) {
      const row = find(id)
      if (!row) return refuse(404, 'Customer not found')
      const wrong = body.name === null || body.name === '' ? 'name is required' : complaint(body, FIELDS)
      if (wrong) return refuse(422, wrong)
      Object.assign(row, body, { updated_at: touch() })
      return give(shown(row))
    },
    createContact(body) {
      const wrong = wrongIn(body, ['customer_id', 'first_name', 'last_name', 'email'], CONTACT_FIELDS)
      if (wrong) return refuse(422, wrong)
      const customer = find(String(body.customer_id))
      if (!customer) return refuse(422, 'customer_id is invalid')
      return give({ ...body, ...join(contacts, customer, String(body.email)) }, 201)
    },
    add(name, email) {
      const row = blank(`cus_${rows.length + 1}`, name)
      rows.push(row)
      join(contacts, row, email)
    },
  }
}

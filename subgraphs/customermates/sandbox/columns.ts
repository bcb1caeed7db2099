import { createHash } from 'node:crypto'
import type { Column } from './query.ts'

/** The kinds of records, as they stand in paths. */
export type Name = 'services' | 'organizations' | 'contacts' | 'deals' | 'tasks'

const STAGES = ['new', 'qualified', 'proposal', 'won', 'lost']
const SYNCS = ['failed', 'synced']

/** The columns that the demo company added, with their type in each generation. */
const COLUMNS: Record<Name, [label: string, type: Column['type'], kind: string, options?: string[]][]> = {
  services: [
    ['Artikelnummer', 'plain', 'text'],
    ['Einheit', 'plain', 'text'],
  ],
  organizations: [
    ['Kundennummer', 'plain', 'text'],
    ['USt-IdNr.', 'plain', 'text'],
    ['E-Mail', 'email', 'email'],
    ['Telefon', 'phone', 'phone'],
    ['Währung', 'plain', 'text'],
    ['Straße', 'plain', 'text'],
    ['PLZ', 'plain', 'text'],
    ['Ort', 'plain', 'text'],
    ['Land', 'plain', 'text'],
    ['Saldo', 'currency', 'currency'],
    ['Überfällig', 'currency', 'currency'],
    ['Kreditlimit', 'currency', 'currency'],
    ['Gesperrt', 'plain', 'boolean'],
    ['Mahnstufe', 'plain', 'number'],
  ],
  contacts: [['Funktion', 'plain', 'text']],
  deals: [
    ['Stage', 'singleSelect', 'select', STAGES],
    ['Währung', 'plain', 'text'],
    ['Rabatt %', 'plain', 'text'],
    ['Bestellnummer', 'plain', 'text'],
    ['Gültig bis', 'date', 'date'],
    ['ERP-Auftrag', 'plain', 'text'],
    ['ERP-Status', 'plain', 'text'],
    ['ERP-Fehler', 'plain', 'text'],
    ['ERP-Abgleich', 'singleSelect', 'select', SYNCS],
    ['Rechnung', 'plain', 'text'],
    ['Zahlung', 'plain', 'text'],
    ['Marge %', 'plain', 'text'],
  ],
  tasks: [],
}

/** An id that looks like any other and is the same at each start. */
export function uuid(company: string, text: string): string {
  const hash = createHash('sha256').update(`${company} ${text}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** The columns of one kind of record of a company. */
export function columnsOf(company: string, name: Name): Column[] {
  return COLUMNS[name].map(([label, type, kind, values]) => {
    const options = values?.map((value, index) => ({
      value,
      label: value.charAt(0).toUpperCase() + value.slice(1),
      color: 'default',
      isDefault: index === 0,
      index,
    }))
    const id = uuid(company, `${name}.${label}`)
    return { id, label, type, kind, ...(options && { options: { options } }) }
  })
}

/** A column without the words of the second generation. */
export function shownColumn({ id, label, type, options }: Column): object {
  return { id, label, type, ...(options && { options }) }
}

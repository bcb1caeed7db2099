/** A quote of the demo workspace, in short: who, what, and which of the vendor's traps it shows. */
export interface Offer {
  status: string
  /** Place of the customer in the demo data. */
  customer: number
  title: string
  /** Place of the product in the demo data, quantity, and a price where it is not the list price. */
  lines: [product: number, quantity: string, price?: string][]
  /** Percent off the sum of the list prices, seen in the summary only. */
  percent?: number
  /** Monthly lines beside those that are sold once. */
  monthly?: [product: number, quantity: string][]
  hidden?: boolean
  /** Two sections with their ranks in wrong order, and an empty phase. */
  tangled?: boolean
  /** The older form `owner_id` with a name. */
  older?: boolean
}

/** One quote in each status and with each trap. */
export const OFFERS: Offer[] = [
  {
    status: 'accepted',
    customer: 0,
    title: 'Büroausstattung Étage 2',
    lines: [
      [0, '4'],
      [20, '8'],
      [60, '12.5'],
      [140, '1'],
    ],
    percent: 10,
    tangled: true,
  },
  { status: 'Accepted', customer: 5, title: 'Pumps for dock 7', lines: [[142, '2']], older: true },
  {
    status: 'accepted',
    customer: 2,
    title: 'Verdeckte Preise',
    lines: [
      [21, '6'],
      [22, '2'],
    ],
    hidden: true,
  },
  {
    status: 'accepted',
    customer: 3,
    title: 'Leuchten mit Wartung ✨',
    lines: [[61, '10']],
    monthly: [[180, '2']],
  },
  {
    status: 'Won',
    customer: 4,
    title: 'First order',
    lines: [
      [199, '3'],
      [179, '5'],
    ],
    percent: 5,
  },
  {
    status: 'draft',
    customer: 6,
    title: 'Sonderpreis',
    lines: [
      [80, '3', '0.123456789012345678'],
      [81, '1000000', '12345678.9'],
    ],
  },
  { status: 'pending_approval', customer: 7, title: 'Regale', lines: [[40, '20']], percent: 25 },
  {
    status: 'Changes Requested',
    customer: 8,
    title: 'Farbe',
    lines: [
      [100, '40'],
      [101, '15'],
    ],
    older: true,
  },
  { status: 'approved', customer: 9, title: 'Schrauben', lines: [[120, '2.25']] },
  { status: 'published', customer: 10, title: 'Ventile', lines: [[160, '12']] },
  { status: 'sent', customer: 11, title: 'Valves', lines: [[161, '7']], percent: 3 },
  {
    status: 'Pending-Signature',
    customer: 12,
    title: 'Empfang',
    lines: [
      [2, '1'],
      [23, '4'],
    ],
    tangled: true,
  },
  { status: 'expired', customer: 13, title: 'Altes Angebot', lines: [[44, '5']] },
  { status: 'lost', customer: 14, title: 'Lager Süd', lines: [[45, '50']], percent: 12 },
  { status: 'canceled', customer: 15, title: 'Storniert', lines: [[3, '2']] },
  { status: 'In review by legal', customer: 16, title: 'Rahmenvertrag', lines: [[4, '100']], percent: 30 },
]

/** A deal of the demo company, in short. */
export interface Deal {
  stage: string | null
  /** Place of the organisation in the demo data; null where only a contact without one buys. */
  customer: number | null
  name: string
  lines: [product: number, quantity: string][]
  discount?: string
  currency?: string
  order?: string
}

/** Deals in each stage, and one whose stage nobody set. */
export const DEALS: Deal[] = [
  {
    stage: 'won',
    customer: 0,
    name: 'Büroausstattung Étage 2',
    lines: [
      [0, '4'],
      [20, '8'],
    ],
    discount: '10',
    order: 'PO-4711',
  },
  { stage: 'won', customer: 5, name: 'Pumps for dock 7', lines: [[142, '2']] },
  { stage: 'won', customer: null, name: 'Regale für die Werkstatt', lines: [[41, '3']] },
  { stage: 'new', customer: 3, name: 'Leuchten ✨', lines: [[61, '10']] },
  {
    stage: 'qualified',
    customer: 4,
    name: 'First order',
    lines: [
      [199, '3'],
      [179, '5'],
    ],
  },
  {
    stage: 'proposal',
    customer: 6,
    name: 'Großauftrag',
    lines: [
      [80, '3'],
      [81, '1000000'],
    ],
  },
  { stage: 'proposal', customer: 7, name: 'Regale', lines: [[40, '20']], discount: '25 %' },
  { stage: 'proposal', customer: 10, name: 'Valves', lines: [[161, '7']], currency: 'USD' },
  {
    stage: 'lost',
    customer: 8,
    name: 'Farbe',
    lines: [
      [100, '40'],
      [101, '15'],
    ],
  },
  { stage: 'lost', customer: 14, name: 'Lager Süd', lines: [[45, '50']] },
  { stage: null, customer: 15, name: 'Anfrage vom Messestand', lines: [] },
]

import type { DemoCustomer, DemoDocument, DemoProduct } from './demo.ts'

/** What the demo company keeps of its customers in fields that it added to its ERP. */
export interface CustomerExtras {
  /** The tour of the delivery van. */
  route: string
  /** A pick list: A, B or C. */
  abcClass: 'A' | 'B' | 'C'
  /** A calendar day. */
  customerSince: string
}

/** What the demo company keeps of its products in fields that it added to its ERP. */
export interface ProductExtras {
  hazardous: boolean
  /** Eight digits; null for services. */
  customsTariff: string | null
}

/** The pick list of the ABC class: what is stored, and what people read. */
export const ABC_CLASSES = [
  { value: 'A', label: 'A customers' },
  { value: 'B', label: 'B customers' },
  { value: 'C', label: 'C customers' },
] as const

/** The pick list of an order's channel. */
export const CHANNELS = ['web', 'phone', 'field'] as const

const CLASSES: Record<DemoCustomer['group'], CustomerExtras['abcClass']> = {
  key: 'A',
  wholesale: 'B',
  retail: 'C',
}
const TARIFFS: Record<string, string> = {
  Möbel: '94033011',
  Licht: '94051940',
  Elektrik: '85444995',
  Werkstatt: '32091000',
  Technik: '84137030',
}

/** The custom fields of a demo customer; the same in every ERP. */
export function customerExtras({ number, city, group }: DemoCustomer): CustomerExtras {
  const year = 2010 + (Number(number.replace(/\D/g, '')) % 15)
  return { route: `Tour ${city}`, abcClass: CLASSES[group], customerSince: `${year}-04-01` }
}

/** The custom fields of a demo product; the same in every ERP. */
export function productExtras({ category }: DemoProduct): ProductExtras {
  return { hazardous: category === 'Werkstatt', customsTariff: TARIFFS[category] ?? null }
}

/** The channel through which a demo order came; the same in every ERP. */
export function channelOf({ number }: Pick<DemoDocument, 'number'>): (typeof CHANNELS)[number] {
  return CHANNELS[Number(number.replace(/\D/g, '')) % CHANNELS.length] ?? 'web'
}

import { DEFAULT_TENANT } from '../access.ts'
import type { Hub } from '../hub.ts'
import { rows } from '../database.ts'
import { type Flow, type FlowOptions, FLOW_OPTIONS } from './read.ts'
import { saveFlow } from './resolver.ts'

type DemoFlow = Pick<Flow, 'name' | 'source' | 'kind' | 'target' | 'object'> & {
  options?: Partial<FlowOptions>
}

/** The flows that the demo shows: one of each sort. */
const FLOWS: Record<string, DemoFlow> = {
  flw_demo_quote: {
    name: 'Accepted quote becomes an order',
    ...{ source: 'qwoty:main', kind: 'quote', target: null, object: 'ORDER' },
  },
  flw_demo_deal: {
    name: 'Won deal becomes an order in ERPNext',
    ...{ source: 'customermates:main', kind: 'quote', target: 'erpnext:main', object: 'ORDER' },
  },
  flw_demo_order: {
    name: 'Delivered order becomes an invoice in Xero',
    ...{ source: 'odoo:main', kind: 'order', target: 'xero:main', object: 'INVOICE' },
  },
  flw_demo_billing: {
    name: 'Final usage invoice goes to QuickBooks',
    ...{ source: 'aforo:main', kind: 'invoice', target: 'quickbooks:main', object: 'INVOICE' },
    // Usage has no SKU of its own; the demo books it on one item.
    options: { defaultSku: 'DESK-60' },
  },
  flw_demo_payment: {
    name: 'Payment in Xero is applied in Odoo',
    ...{ source: 'xero:main', kind: 'payment', target: 'odoo:main', object: 'PAYMENT' },
  },
}

/** Sets up the demo's flows once; what a visitor changed or took away stays so. */
export async function saveDemoFlows(hub: Hub): Promise<void> {
  if ((await rows(hub.db.em(), 'select id from flow limit 1')).length > 0) return
  for (const [id, flow] of Object.entries(FLOWS))
    await saveFlow(hub, id, {
      ...flow,
      tenant: DEFAULT_TENANT,
      condition: null,
      enabled: true,
      options: { ...FLOW_OPTIONS, ...flow.options },
    })
}

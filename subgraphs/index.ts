import { aforo } from './aforo/index.ts'
import { businesscentral } from './businesscentral/index.ts'
import type { Connector } from './connector.ts'
import { customermates } from './customermates/index.ts'
import { customrest } from './customrest/index.ts'
import { datev } from './datev/index.ts'
import { erpnext } from './erpnext/index.ts'
import { lexware } from './lexware/index.ts'
import { netsuite } from './netsuite/index.ts'
import { odoo } from './odoo/index.ts'
import { quickbooks } from './quickbooks/index.ts'
import { qwoty } from './qwoty/index.ts'
import { sageaccounting } from './sageaccounting/index.ts'
import { sageintacct } from './sageintacct/index.ts'
import { sapbusinessone } from './sapbusinessone/index.ts'
import { saps4hana } from './saps4hana/index.ts'
import { syspro } from './syspro/index.ts'
import { webhook } from './webhook/index.ts'
import { weclapp } from './weclapp/index.ts'
import { xero } from './xero/index.ts'

/** Every system, one line each. Adding a system is one folder and one line here. */
export const connectors: Connector[] = [
  odoo,
  erpnext,
  netsuite,
  qwoty,
  businesscentral,
  weclapp,
  lexware,
  sageaccounting,
  sageintacct,
  xero,
  quickbooks,
  sapbusinessone,
  saps4hana,
  customrest,
  syspro,
  datev,
  webhook,
  aforo,
  customermates,
]

/** The connector of a system, or undefined for an unknown name. */
export function connectorOf(system: string): Connector | undefined {
  return connectors.find((connector) => connector.system === system)
}

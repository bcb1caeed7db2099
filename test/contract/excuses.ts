/**
 * Why a system cannot keep a SHOULD: by the name of its mount (or system), then the id of the check. An excuse
 * names the vendor's limit; one that is no longer needed fails.
 */
export const excuses: Record<string, Record<string, string>> = {
  odoo: {
    C111: 'Odoo does not sign its webhooks, so only the secret in the address can be checked: github.com/odoo/odoo, ir_actions.py, _run_action_webhook',
  },
  netsuite: {
    C100: 'SuiteQL leaves out columns that are null, so a figure that is missing is no figure: docs.oracle.com, SuiteQL over REST',
  },
  weclapp: {
    C111: 'weclapp does not sign its webhooks, so only the secret in the address can be checked: github.com/MIRAL-Soft/weclapp-php-api, notes on webhooks',
  },
  businesscentral: {
    C111: 'Business Central does not sign its webhooks, so only the shared secret in the body can be checked: learn.microsoft.com, dynamics-subscriptions',
  },
  lexware: {
    C46: 'Lexware keeps one price for each article, without customers, tiers and other currencies: developers.lexware.io/docs, articles',
  },
  sageaccounting: {
    C46: 'Sage Accounting has price types without quantity breaks, and none of one customer alone: developer.sage.com/accounting, products and services; github.com/SynergiTech/sage-php, SalesPrice',
  },
  sageintacct: {
    C111: 'The algorithm of X-IA-SageSignature is not published, so only the secret in the address can be checked: developer.sage.com/intacct, guides, webhooks',
  },
  xero: {
    C46: 'Xero keeps one sales price for each item, and neither prices of customers nor tiers: developer.xero.com, api/accounting/items',
  },
  saps4hana: {
    C111: 'SAP Event Mesh does not sign what it delivers, so only the secret in the address can be checked: help.sap.com/docs/event-mesh, webhook subscriptions',
  },
  syspro: {
    C46: 'SYSPRO has quantity breaks, and no business object or table that is published tells them: help.syspro.com, SYSPRO pricing; github.com/wildland/syspro-ruby',
  },
  quickbooks: {
    C46: 'QuickBooks Online keeps one price for each item: price levels are a matter of the desktop product: github.com/intuit/QuickBooks-V3-PHP-SDK, Finance.xsd, PriceLevel',
  },
  qwoty: {
    C16: 'Qwoty reads products by page, 30 at a time, and has no list of ids: docs.qwoty.io, API reference, products',
    C118: 'Qwoty publishes no way to write the address of a customer: docs.qwoty.io, API reference, customers',
  },
}

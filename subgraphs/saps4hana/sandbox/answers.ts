import { escapeXml } from '../../xml.ts'
import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'

/** A request that the framework itself cannot read. */
export function unreadable(message: string): Refusal {
  return new Refusal(400, '/IWBEP/CM_MGW_RT/021', message)
}

const WRAPPER = '/IWBEP/CX_MGW_BUSI_EXCEPTION'

/** The body of an error as JSON. */
export function errorBody(code: string, message: string, field = ''): object {
  const detail = { code, message, propertyref: field, severity: 'error', target: field, transition: false }
  return {
    error: {
      code,
      message: { lang: 'en', value: message },
      innererror: {
        application: { component_id: 'SD-SLS', service_namespace: '/SAP/', service_version: '0001' },
        transactionid: 'A8B79913143305D0E005EC39DDE1C27B',
        timestamp: '20261121043936.3110760',
        Error_Resolution: {
          SAP_Transaction: 'Run transaction /IWFND/ERROR_LOG',
          SAP_Note: 'See SAP Note 1797736',
        },
        errordetails: [
          detail,
          { ...detail, code: WRAPPER, message: 'An exception was raised', propertyref: '' },
        ],
      },
    },
  }
}

/** An error as the client wants it: XML where it did not ask for JSON. */
export function refused({ status, code, message, field }: Refusal, json: boolean): SandboxAnswer {
  const headers = {
    'content-type': `application/${json ? 'json' : 'xml'};charset=utf-8`,
    dataserviceversion: '1.0',
  }
  if (json) return { status, headers, body: errorBody(code, message, field) }
  const space = 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata'
  const words = `<code>${escapeXml(code)}</code><message xml:lang="en">${escapeXml(message)}</message>`
  return {
    status,
    headers,
    body: `<?xml version="1.0" encoding="utf-8"?><error xmlns="${space}">${words}</error>`,
  }
}

/** The page of a refused logon. */
export const LOGON: SandboxAnswer = {
  status: 401,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'www-authenticate': 'Basic realm="SAP NetWeaver Application Server [S4H/100]"',
  },
  body: '<html><head><title>Logon failed</title></head><body><h1>Anmeldung fehlgeschlagen / Logon failed</h1></body></html>',
}

/** What a write without a token of its session meets. */
export const NO_TOKEN: SandboxAnswer = {
  status: 403,
  headers: { 'content-type': 'text/plain;charset=utf-8', 'x-csrf-token': 'Required' },
  body: 'CSRF token validation failed',
}

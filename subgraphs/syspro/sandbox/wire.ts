import iconv from 'iconv-lite'
import type { SandboxAnswer } from '../../sandbox.ts'
import { type Markup, element } from '../../xml.ts'

/** A row of a table: columns of the database and their values. */
export type Row = Record<string, string>

/** How the service wraps every body: an installation has one of these forms. */
export type Form = 'bare' | 'json' | 'string'

/** What the server refuses: plain text behind "ERROR: ", with status 200. */
export class Failure extends Error {}

const ROOT =
  "Language='05' Language2='EN' CssStyle='' DecFormat='1' DateFormat='01' Role='01' Version='8.0.105' OperatorPrimaryRole='   '"

/** The bytes of a text: windows-1252, other signs as character references. */
function bytesOf(text: string): Buffer {
  const fit = text.replaceAll(/\P{ASCII}/gu, (sign) =>
    iconv.decode(iconv.encode(sign, 'win1252'), 'win1252') === sign ? sign : `&#${sign.codePointAt(0)};`,
  )
  return iconv.encode(fit, 'win1252')
}

/** An answer of the service, always with status 200. */
export function answer(text: string, form: Form = 'bare'): SandboxAnswer {
  const body = {
    bare: () => text,
    json: () => JSON.stringify(text),
    string: () => {
      const [inside] = element('string', text, {
        xmlns: 'http://schemas.microsoft.com/2003/10/Serialization/',
      })
      return inside?.xml ?? ''
    },
  }[form]()
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', server: 'Microsoft-HTTPAPI/2.0' },
    body: bytesOf(body),
  }
}

/** A document of a business object; it ends with a newline and a blank. */
export function document(root: string, content: Markup[], more = ''): string {
  const inside = content.map(({ xml }) => `${xml}\n`).join('')
  return `<?xml version="1.0" encoding="Windows-1252"?>\n<${root} ${ROOT}${more}>\n${inside}</${root}>\n `
}

/** Elements in the order of the row; a blank value is an empty element. */
export function elements(row: Row): Markup[] {
  return Object.entries(row).flatMap(([name, value]) => element(name, value))
}

/** A number as the server writes it: right-justified, all digits kept. */
export function padded(value: string, decimals = 6): string {
  const [whole = '0', part = ''] = value.split('.')
  return (decimals + part.length === 0 ? whole : `${whole}.${part.padEnd(decimals, '0')}`).padStart(20)
}

import { ErpError } from '../../schema/errors.ts'
import type { ExpressionFunction } from '../expression.ts'
import { ahead, instantOf } from '../zone.ts'

const PARTS: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d\\d)',
  DD: '(?<day>\\d\\d)',
  HH: '(?<hour>\\d\\d)',
  mm: '(?<minute>\\d\\d)',
  ss: '(?<second>\\d\\d)',
}

/**
 * A date in the ERP's form as ISO 8601: a day, or with HH an instant in UTC. `format` holds YYYY, MM, DD, HH, mm
 * and ss; `zone` is an IANA name, UTC when left out. Throws ErpError VALIDATION for text of another form.
 */
function isoDate(value: unknown, format: unknown, zone: unknown = 'UTC'): string {
  const pattern = String(format)
    .slice(0, 40)
    .replace(/[^A-Za-z]/g, '\\$&')
    .replace(/YYYY|MM|DD|HH|mm|ss/g, (part) => PARTS[part] ?? part)
  const found = new RegExp(`^${pattern}$`).exec(String(value).slice(0, 60))?.groups
  if (!found?.year)
    throw new ErpError(
      'VALIDATION',
      `"${String(value).slice(0, 40)}" is no date like ${String(format).slice(0, 40)}.`,
    )
  const day = `${found.year}-${found.month ?? '01'}-${found.day ?? '01'}`
  if (found.hour === undefined) return day
  const guess = Date.parse(`${day}T${found.hour}:${found.minute ?? '00'}:${found.second ?? '00'}Z`)
  if (Number.isNaN(guess)) throw new ErpError('VALIDATION', `"${String(value).slice(0, 40)}" is no date.`)
  return new Date(instantOf(guess, (ms) => ahead(ms, String(zone)))).toISOString()
}

/** Three letters to two, for the countries of ISO 3166-1; made on first use. */
let countries: Map<string, string> | null = null

const ALPHA3 =
  'AUT:AT,AUS:AU,BEL:BE,BGR:BG,BRA:BR,CAN:CA,CHE:CH,CHN:CN,CZE:CZ,DEU:DE,DNK:DK,ESP:ES,EST:EE,FIN:FI,FRA:FR,GBR:GB,GRC:GR,HRV:HR,HUN:HU,IND:IN,IRL:IE,ISL:IS,ITA:IT,JPN:JP,KOR:KR,LIE:LI,LTU:LT,LUX:LU,LVA:LV,MEX:MX,MLT:MT,NLD:NL,NOR:NO,NZL:NZ,POL:PL,PRT:PT,ROU:RO,SRB:RS,SVK:SK,SVN:SI,SWE:SE,TUR:TR,UKR:UA,USA:US,ZAF:ZA,ARE:AE,ARG:AR,CHL:CL,COL:CO,CYP:CY,HKG:HK,IDN:ID,ISR:IL,MYS:MY,PHL:PH,SAU:SA,SGP:SG,THA:TH,TWN:TW,VNM:VN'

function country(code: unknown): string {
  const text = String(code).toUpperCase()
  countries ??= new Map(ALPHA3.split(',').map((pair) => pair.split(':') as [string, string]))
  const known = /^[A-Z]{2}$/.test(text) ? text : countries.get(text)
  if (!known)
    throw new ErpError('MAPPING_MISSING', `The country "${text.slice(0, 10)}" is not known.`, {
      field: 'country',
    })
  return known
}

/** The Rec 20 code of the ERP's word by the operator's table; a code of the table stays, a word of nobody is null. */
export function unitIn(units: Record<string, string>, word: unknown): string | null {
  const text = word === null ? '' : String(word)
  if (text === '') return null
  if (Object.hasOwn(units, text)) return units[text] ?? null
  return Object.values(units).includes(text) ? text : null
}

/** What expressions of a manifest may call beside JSONata's own; `units` is the table of the connection. */
export function functionsOf(units: Record<string, string>): Record<string, ExpressionFunction> {
  return {
    isoDate,
    epochMs: (value) => new Date(Number(value)).toISOString(),
    country3to2: country,
    unit: (word) => unitIn(units, word),
  }
}

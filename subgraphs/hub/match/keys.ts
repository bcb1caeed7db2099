import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'

/** The digits of a telephone number with its country's code, however it is written; null where it is none. */
export function phoneKey(
  phone: string | null | undefined,
  country: string | null | undefined,
): string | null {
  if (!phone) return null
  const home = country && isSupportedCountry(country) ? (country as CountryCode) : undefined
  const parsed = parsePhoneNumberFromString(phone, home)
  return parsed?.isPossible() ? parsed.number.slice(1) : null
}

/** "mueller" and "muller" are one name: the normalised form has lost the umlaut, not its spelling with e. */
export function fold(text: string): string {
  return text
    .replace(/([aou])e/g, '$1')
    .replace(/\b(und|and|et|y|e)\b/g, '')
    .replace(/ +/g, ' ')
    .trim()
}

const BLOCK = 5

/** The beginnings of the words of a normalised name: only names that share one are compared. */
export function nameBlock(nameKey: string): string[] {
  const words = fold(nameKey)
    .split(' ')
    .filter((word) => word.length > 1 && !/^\d+$/.test(word))
  return [...new Set(words.map((word) => word.slice(0, BLOCK)))]
}

const GROUPS = new Set(
  `accounting accounts admin anfrage auftrag bestellung bestellungen billing buchhaltung contact einkauf empfang hello
  hallo info invoice invoices kontakt mail office order orders post procurement purchasing rechnung rechnungen sales
  service support team verkauf vertrieb verwaltung zentrale noreply no-reply`.split(/\s+/),
)

/** Whether an address is that of a department and not of a person: many companies may give the same one. */
export function isGroupAddress(emailKey: string): boolean {
  return GROUPS.has(emailKey.split('@')[0] ?? '')
}

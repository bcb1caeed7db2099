import Big from 'big.js'
import { z } from 'zod'

/**
 * How Odoo writes values: `false` for everything empty, a reference as [id, "label"], times in UTC without a zone.
 * Numbers arrive as text. https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
 */

/** A record's id. */
export const id = z.string().regex(/^\d+$/)

/** A text, null where empty. */
export const text = z.union([z.string(), z.literal(false)]).transform((value) => value || null)

/** A yes or no. */
export const flag = z.boolean()

/** A number as exact decimal text without exponent; 450.0 is "450". */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)
  .transform((value) => new Big(value).toFixed())

/** A reference to one record, null where empty. */
export const one = z
  .union([z.tuple([id, text]), z.literal(false)])
  .transform((value) => (value ? { id: value[0], name: value[1] ?? '' } : null))

/** References to many records, as ids. */
export const many = z.array(id)

/** A time as ISO 8601 in UTC, null where empty. */
export const time = z
  .union([z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/), z.literal(false)])
  .transform((value) => (value ? `${value.replace(' ', 'T')}.000Z` : null))

/** A calendar day, null where empty. */
export const day = z
  .union([z.string().regex(/^\d{4}-\d\d-\d\d$/), z.literal(false)])
  .transform((value) => value || null)

/** Noon of a calendar day, so that it is the same day in (nearly) every zone of the people in the ERP. */
export function noonOf(date: string): string {
  return `${date} 12:00:00`
}

/** Plain text as the HTML of Odoo's note fields. */
export function toHtml(plainText: string): string {
  const escaped = plainText.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<p>${escaped.replaceAll('\n', '<br>')}</p>`
}

/** The text of an HTML field; null where nothing is left. */
export function fromHtml(html: string | null): string | null {
  const lines = (html ?? '').replace(/<br\s*\/?>|<\/p>\s*<p[^>]*>/gi, '\n').replace(/<[^>]*>/g, '')
  const plainText = lines
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&')
    .trim()
  return plainText || null
}

/** A text for `ilike`, in which % and _ and \ mean themselves. */
export function literal(search: string): string {
  return search.replace(/[\\%_]/g, '\\$&')
}

/** The names of the fields that a row's schema expects, for asking for them; the id always comes. */
export function namesOf(schema: z.ZodObject): string[] {
  return Object.keys(schema.shape).filter((name) => name !== 'id')
}

/** Whether an id can be one of Odoo's: a whole number that fits its database. */
export function isId(value: string): boolean {
  return /^[1-9]\d{0,9}$/.test(value) && Number(value) <= 2_147_483_647
}

/** Where a person finds a record in Odoo. */
export function urlOf(base: string, model: string, key: string): string {
  return `${base}/web#id=${key}&model=${model}&view_type=form`
}

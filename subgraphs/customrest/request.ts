import { z } from 'zod'

/** A JSONata expression. */
export const expression = z.string().min(1).max(4000)
/** Text with `${…}` parts. */
export const template = z.string().max(2000)
/** Templates by name. */
export const templates = z.record(z.string(), template)
/** A whole number that is not smaller. */
export const whole = (least: number) => z.int().min(least)

/** One request, in the words of a manifest. */
export const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: template,
  query: templates.optional(),
  headers: templates.optional(),
  body: expression.optional(),
  bodyEncoding: z.enum(['json', 'form']).optional(),
  omitEmptyQuery: z.boolean().optional(),
})
/** How a request is worded. */
export type RequestPlan = z.output<typeof request>

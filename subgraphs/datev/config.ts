import { z } from 'zod'

const trimmed = (address: string): string => address.replace(/\/+$/, '')
const digits = (text: string): boolean => /^\d{4,9}$/.test(text)
const account = z.string().refine(digits, 'must be an account of 4 to 9 digits')

const revenue = z.object({
  account: account.describe('Revenue account: "8400".'),
  taxPercent: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,2})?$/, 'must be a percentage such as "19"')
    .describe('Tax that the account or the tax key adds: "19".'),
  taxKey: z
    .string()
    .regex(/^\d{0,4}$/, 'must be a tax key of at most 4 digits')
    .default('')
    .describe('Tax key (BU-Schlüssel); empty where the account carries its tax itself.'),
  costCentre: z
    .string()
    .max(36)
    .default('')
    .describe('Cost centre (KOST1) on which the account is booked; none when empty.'),
  costObject: z.string().max(36).default('').describe('Second cost centre (KOST2); none when empty.'),
  countries: z
    .array(z.string().length(2))
    .default([])
    .describe('Countries of customers for which the rule is; all when empty. Needs DATEVconnect.'),
  skus: z
    .array(z.string().min(1))
    .default([])
    .describe('SKUs for which the rule is, "FIT-*" for all that begin so; all when empty.'),
})

const shape = z.object({
  url: z
    .url()
    .default('https://{service}.api.datev.de/platform')
    .transform(trimmed)
    .describe('Address of the online services; {service} stands for the name of the service.'),
  authorizeUrl: z
    .url()
    .default('https://login.datev.de/openid/authorize')
    .describe('Address where a person signs in.'),
  tokenUrl: z.url().default('https://api.datev.de/token').describe('Address where tokens are got.'),
  clientId: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe('Client id of the app; without it nothing is uploaded, and DATEVconnect is only read.'),
  clientSecret: z.string().optional().meta({ secret: true }).describe('Client secret of the app.'),
  refreshToken: z
    .string()
    .optional()
    .meta({ secret: true })
    .describe('First refresh token where the sign-in was made elsewhere; every use replaces it.'),
  scopes: z
    .string()
    .default('openid offline_access datev:accounting:clients datev:accounting:extf-files-import')
    .describe('Scopes of the sign-in, separated by spaces.'),
  consultant: z.int().min(1001).max(9_999_999).describe('Number of the tax adviser (Beraternummer).'),
  client: z.int().min(1).max(99_999).describe('Number of the company there (Mandantennummer).'),
  accountLength: z.int().min(4).max(8).default(4).describe('Digits of general ledger accounts.'),
  fiscalYearStart: z
    .string()
    .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a month and a day such as "01-01"')
    .default('01-01')
    .describe('Month and day on which the fiscal year begins.'),
  chart: z.enum(['03', '04', '']).default('03').describe('Chart of accounts (SKR).'),
  revenue: z
    .array(revenue)
    .default([])
    .describe('Revenue accounts and their tax; the first rule that fits a line counts. Needed for uploads.'),
  paymentAccount: account
    .optional()
    .describe('Account on which payments are booked, such as the bank: "1200". Needed for uploads.'),
  paymentAccounts: z
    .record(z.string(), account)
    .default({})
    .describe('Method of payment -> account, where it differs from paymentAccount.'),
  pricesIncludeTax: z.boolean().default(false).describe('Whether the prices of pushed invoices include tax.'),
  paymentTerms: z
    .record(z.string(), z.int().min(1).max(999))
    .default({})
    .describe('Payment term -> its number in DATEV. A number is understood without an entry.'),
  attributes: z
    .record(z.string(), z.int().min(1).max(10))
    .default({})
    .describe('Custom attribute of a customer (or "group") -> number of the individual field, 1 to 10.'),
  referenceField: z
    .int()
    .min(1)
    .max(10)
    .default(10)
    .describe('Individual field of a debtor that carries our reference.'),
  firstDebtor: z
    .string()
    .optional()
    .refine((text) => text === undefined || digits(text), 'must be a debtor account')
    .describe('Debtor account from which new customers are numbered.'),
  encoding: z
    .enum(['auto', 'windows-1252'])
    .default('auto')
    .describe('auto: UTF-8 where a text needs it. windows-1252: such texts are refused.'),
  jobWaitMs: z
    .int()
    .min(0)
    .max(120_000)
    .default(30_000)
    .describe('Milliseconds to wait until an uploaded file is checked before coming back later.'),
  connectUrl: z
    .url()
    .optional()
    .transform((address) => address && trimmed(address))
    .describe(
      'Address of DATEVconnect Accounting on the own machine; without it nothing can be read: "https://datev:58452/datev/api/accounting/v1".',
    ),
  connectUser: z.string().optional().describe('User of DATEVconnect.'),
  connectPassword: z.string().optional().meta({ secret: true }).describe('Password of DATEVconnect.'),
  fiscalYearId: z
    .string()
    .optional()
    .describe('Fiscal year to read in DATEVconnect; the present one when left out.'),
})

/** What an operator fills in to connect a company at DATEV. */
export const config = shape.superRefine((values, context) => {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  const { accountLength, connectUrl } = values
  if (values.clientId) {
    if (values.revenue.length === 0) issue(['revenue'], 'must hold at least one rule')
    if (!values.paymentAccount) issue(['paymentAccount'], 'must be filled in')
  } else if (!connectUrl) issue(['clientId'], 'must be filled in, or connectUrl to read alone')
  values.revenue.forEach(({ account: number, countries }, index) => {
    if (number.length !== accountLength)
      issue(['revenue', index, 'account'], `must have ${accountLength} digits`)
    if (countries.length > 0 && !connectUrl)
      issue(['connectUrl'], 'must be filled in, as a rule of revenue asks for countries')
  })
  // One digit more would be the account of a debtor, and payments would be booked on that customer.
  if (values.paymentAccount && values.paymentAccount.length !== accountLength)
    issue(['paymentAccount'], `must have ${accountLength} digits`)
  for (const [method, number] of Object.entries(values.paymentAccounts))
    if (number.length !== accountLength)
      issue(['paymentAccounts', method], `must have ${accountLength} digits`)
  for (const name of ['connectUser', 'connectPassword'] as const)
    if (connectUrl && !values[name]) issue([name], 'must be filled in for DATEVconnect')
  if (values.firstDebtor && !isDebtor(values.firstDebtor, accountLength))
    issue(['firstDebtor'], `must be a debtor account of ${accountLength + 1} digits`)
})

/** The checked configuration. */
export type Config = z.output<typeof config>

/** The configuration of a company to which files can be uploaded. */
export type Online = Config & { clientId: string; paymentAccount: string }

/** Whether files can be uploaded; without an app DATEVconnect alone can be read. */
export function isOnline(values: Config): values is Online {
  return values.clientId !== undefined && values.paymentAccount !== undefined
}

/** Whether a text is a debtor account: one digit longer than other accounts, 1 to 6 in front. */
export function isDebtor(text: string, accountLength: number): boolean {
  return text.length === accountLength + 1 && /^[1-6]\d+$/.test(text)
}

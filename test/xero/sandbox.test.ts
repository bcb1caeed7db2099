import { describe, expect, it } from 'vitest'
import { stage } from './open.ts'

const open = stage()

describe('the imitation of Xero', () => {
  it('creates with PUT, and changes with POST by the number; lines that are sent replace all', async () => {
    const { raw } = open()
    const Contact = { Name: 'Neu & Söhne' }
    const line = (Description: string) => ({ Description, Quantity: 1, UnitAmount: 5, AccountCode: '200' })
    const post = (LineItems: object[]) =>
      raw('POST', 'Invoices?summarizeErrors=false', {
        Invoices: [{ Type: 'ACCREC', InvoiceNumber: 'N-1', Contact, LineItems }],
      })
    type Answer = { Invoices: { InvoiceID: string; LineItems: object[] }[] }
    const first = (await post([line('a'), line('b')])).json() as Answer
    const second = (await post([line('c')])).json() as Answer
    expect(second.Invoices[0]?.InvoiceID).toBe(first.Invoices[0]?.InvoiceID)
    expect(second.Invoices[0]?.LineItems).toHaveLength(1)
    expect((await raw('GET', 'Contacts?searchTerm=neu%20%26')).text).toContain('Neu & Söhne')
  })

  it('saves nothing for one bad element, or with summarizeErrors=false the good ones under status 200', async () => {
    const { raw } = open()
    const Invoices = [
      { Type: 'ACCREC', InvoiceNumber: 'A-1', Contact: { Name: 'X' } },
      { Type: 'ACCREC', InvoiceNumber: 'A-2' },
    ]
    expect((await raw('PUT', 'Invoices', { Invoices })).status).toBe(400)
    expect((await raw('GET', 'Invoices/A-1')).status).toBe(404)
    const mixed = await raw('PUT', 'Invoices?summarizeErrors=false', { Invoices })
    expect(mixed.status).toBe(200)
    expect(mixed.json()).toMatchObject({
      Invoices: [
        { StatusAttributeString: 'OK' },
        { StatusAttributeString: 'ERROR', InvoiceID: '00000000-0000-0000-0000-000000000000' },
      ],
    })
  })

  it('answers XML without Accept, and 400 to a filter in another language', async () => {
    const { raw } = open()
    expect((await raw('GET', 'Items', null, { accept: '*/*' })).text).toMatch(/^</)
    const bad = await raw('GET', `Items?where=${encodeURIComponent("Code eq 'A'")}`)
    expect(bad.json()).toMatchObject({ Type: 'QueryParseException' })
    const good = encodeURIComponent(
      'Code.Contains("DESK") AND (IsSold==true || Name!=null) && UpdatedDateUTC>=DateTime(2026,1,1)',
    )
    const { Items } = (await raw('GET', `Items?where=${good}`)).json() as { Items: object[] }
    expect(Items).toHaveLength(20)
  })
})

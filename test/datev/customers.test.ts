import { describe, expect, it } from 'vitest'
import type { CustomerInput } from '../../subgraphs/connector.ts'
import { errorOf, stage } from './open.ts'

const REF = 'ord_01JD2WQ3000001'
const OFFLINE = {
  connectUrl: undefined,
  revenue: [{ account: '8400', taxPercent: '19' }],
}
const { open } = stage()
const person: CustomerInput = {
  name: 'Grünwald Möbel GmbH',
  email: 'einkauf@gruenwald.example',
  phone: '+493012345678',
  taxId: 'DE123456788',
  addresses: [
    {
      type: 'BILLING',
      lines: ['Königsallee 1', 'Hof 2'],
      postalCode: '40212',
      city: 'Düsseldorf',
      country: 'DE',
    },
  ],
}
/** Cells of a row by their number in the list of columns, from 1. */
const cells = (row: string[] | undefined, ...columns: number[]) => columns.map((column) => row?.[column - 1])

describe('a customer', () => {
  it('is a debtor with the next free account, which is never given twice', async () => {
    const office = open({ firstDebtor: '10050' })
    const made = await Promise.all(
      [1, 2, 3].map((at) => office.erp.customer?.create({ ...person, name: `Neu ${at}` }, `${REF}${at}`)),
    )
    expect(made.map((ref) => ref?.id).toSorted()).toEqual(['10061', '10062', '10063'])
    const row = office.files()[0]?.rows[0]
    expect(cells(row, 7, 9, 10, 15, 16, 18, 19, 20, 22, 29, 33)).toEqual([
      '2',
      'DE',
      '123456788',
      'STR',
      'Königsallee 1',
      '40212',
      'Düsseldorf',
      'DE',
      'Hof 2',
      person.phone,
      person.email,
    ])
    expect(row?.[145]).toMatch(REF)
  })

  it('is not given the account of one whose file nobody has checked yet', async () => {
    const office = open({ jobWaitMs: 0 }, { pendingPolls: 9 })
    await errorOf(office.erp.customer?.create(person, REF))
    const [plan] = (await office.erp.customer?.plan(person, `${REF}2`)) ?? []
    expect(plan?.headers.filename).toBe(`EXTF_10061_${REF}2.csv`)
    expect(await office.erp.customer?.find?.(REF)).toMatchObject({ ref: { id: '10000' }, done: false })
  })

  it('needs its account named where DATEVconnect cannot tell which are free, and cannot be changed there', async () => {
    const office = open(OFFLINE)
    expect(await errorOf(office.erp.customer?.create(person, REF))).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'customAttributes',
    })
    expect(office.calls).toEqual([])
    const named = { ...person, customAttributes: [{ key: 'account', value: '10077' }] }
    expect((await office.erp.customer?.create(named, REF))?.id).toBe('10077')
    expect(office.erp.customer?.update).toBeUndefined()
    expect([office.erp.customers, office.erp.invoices, office.erp.credit]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('does not take the account of another', async () => {
    const office = open()
    const named = { ...person, customAttributes: [{ key: 'account', value: '10005' }] }
    expect(await errorOf(office.erp.customer?.create(named, REF))).toMatchObject({
      code: 'CONFLICT',
      retryable: false,
    })
  })

  it('keeps what it cannot say in windows-1252, or is refused where the operator wants no other', async () => {
    const office = open()
    const name = 'Şahin ✨ 日本'
    const ref = await office.erp.customer?.create({ ...person, name }, REF)
    expect(office.ledger().customers.find(({ id }) => id === ref?.id)?.name).toBe(name)
    const strict = office.reopen({ encoding: 'windows-1252' })
    expect(await errorOf(strict.erp.customer?.plan({ ...person, name }, REF))).toMatchObject({
      code: 'VALIDATION',
      field: 'encoding',
    })
  })

  it.each([
    [
      'a name of 51 letters',
      { name: 'x'.repeat(51) },
      'VALIDATION',
      'rows.0.Name (Adressatentyp Unternehmen)',
    ],
    ['no name', { name: ' ' }, 'MISSING_REQUIRED_FIELD', 'name'],
    ['a payment term that nobody knows', { paymentTerms: 'NET 30' }, 'MAPPING_MISSING', 'paymentTerms'],
    ['a group without a field', { group: 'key' }, 'MAPPING_MISSING', 'group'],
    [
      'an attribute without a field',
      { customAttributes: [{ key: '__proto__', value: 'x' }] },
      'MAPPING_MISSING',
      'customAttributes',
    ],
  ])('with %s is refused before anything is uploaded', async (_what, more, code, field) => {
    const office = open()
    const error = await errorOf(office.erp.customer?.create({ ...person, ...more }, REF))
    expect([error.code, error.field]).toEqual([code, field])
    expect(office.files()).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { standingOf } from '../../subgraphs/hub/back/figures.ts'

const EUR = (amount: string) => ({ amount, currency: 'EUR' })
const ACCOUNT = { customer: 'cus_1', native: '1', home: 'one', currency: null }
const invoice = (connection: string, balance: string, more: object = {}) => ({
  ...{
    customer: 'cus_1',
    connection,
    currency: 'EUR',
    balance,
    isLate: false,
    isOpen: true,
    dunningLevel: null,
  },
  ...more,
})

describe('the standing of a customer of a source', () => {
  it('is what all ERPs say is owed, and the open invoices of one that says nothing, in the currency of its home', () => {
    const standing = standingOf(ACCOUNT, [
      {
        connection: 'one',
        credits: [{ balance: EUR('100.10'), limit: EUR('5000'), onHold: false }],
        invoices: [invoice('one', '60', { isLate: true, dunningLevel: 2 })],
        isRead: true,
      },
      {
        connection: 'two',
        credits: [],
        invoices: [
          invoice('two', '20.05', { isLate: true, dunningLevel: 1 }),
          invoice('two', '999', { currency: 'USD', isLate: true }),
        ],
        isRead: true,
      },
    ])
    expect(standing).toEqual({
      balance: EUR('120.15'),
      overdue: EUR('80.05'),
      creditLimit: EUR('5000'),
      onHold: false,
      dunningLevel: 2,
    })
  })

  it('counts credit notes against what is owed', () => {
    const side = {
      connection: 'one',
      credits: [],
      invoices: [invoice('one', '50'), invoice('one', '-20')],
      isRead: true,
    }
    expect(standingOf(ACCOUNT, [side]).balance).toEqual(EUR('30'))
  })

  it('is not known where the invoices of an ERP were never read, and ends a dunning level when it is paid', () => {
    const unread = { connection: 'one', credits: [], invoices: [], isRead: false }
    expect(standingOf({ ...ACCOUNT, currency: 'EUR' }, [unread])).toEqual({
      balance: null,
      overdue: null,
      creditLimit: null,
      onHold: null,
      dunningLevel: null,
    })
    const paid = invoice('one', '0', { isOpen: false, dunningLevel: 3 })
    expect(standingOf(ACCOUNT, [{ ...unread, invoices: [paid], isRead: true }]).dunningLevel).toBe(0)
  })
})

import { type Row, num } from '../../exact.ts'

/** Somebody put up what was ordered: told as a length, or as beginning and end with a break. */
export function timeRow(buyer: Row | undefined, on: string, index: number): Row {
  const span = { StartTime: `${on}T08:00:00+01:00`, EndTime: `${on}T10:30:00+01:00`, BreakMinutes: num(15) }
  return {
    TxnDate: on,
    NameOf: 'Employee',
    EmployeeRef: { value: '55', name: 'Emil Aufbau' },
    CustomerRef: { value: buyer?.Id, name: buyer?.DisplayName },
    BillableStatus: index === 0 ? 'HasBeenBilled' : 'Billable',
    Description: 'Assembly on site',
    ...(index % 2 === 0 ? { Hours: num(2), Minutes: num(45) } : span),
  }
}

/** What was spent on the way there; the last was partly given back. */
export function purchaseRow(buyer: Row | undefined, on: string, index: number): Row {
  const customer = { value: buyer?.Id, name: buyer?.DisplayName }
  const status = index === 0 ? 'HasBeenBilled' : 'Billable'
  const account = { value: '62', name: 'Travel' }
  return {
    DocNumber: `EXP-${index + 1}`,
    TxnDate: on,
    PaymentType: 'CreditCard',
    AccountRef: { value: '42', name: 'Card' },
    EntityRef: { value: '77', name: 'Tankstelle Süd', type: 'Vendor' },
    CurrencyRef: { value: 'EUR', name: 'Euro' },
    ...(index === 3 && { Credit: true }),
    TotalAmt: num('61.90'),
    PrivateNote: 'On the way',
    Line: [
      {
        Id: '1',
        Description: 'Fuel',
        Amount: num('49.90'),
        DetailType: 'AccountBasedExpenseLineDetail',
        AccountBasedExpenseLineDetail: { CustomerRef: customer, AccountRef: account, BillableStatus: status },
      },
      {
        Id: '2',
        Description: 'Parking',
        Amount: num('12.00'),
        DetailType: 'AccountBasedExpenseLineDetail',
        AccountBasedExpenseLineDetail: { AccountRef: account, BillableStatus: 'NotBillable' },
      },
    ],
  }
}

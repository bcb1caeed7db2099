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

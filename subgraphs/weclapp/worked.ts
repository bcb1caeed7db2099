import type { Read, TimeEntry } from '../connector.ts'
import { type Connection, reader } from './read.ts'
import * as shapes from './shapes.ts'
import { toDay, toUtc } from './time.ts'

/** Time that people worked; who it was stands there by id alone: https://www.weclapp.com/api/ (timeRecord) */
export function timeEntries(connection: Connection): Read<TimeEntry> {
  const { timeZone } = connection.config
  return reader(connection, {
    resource: 'timeRecord',
    search: ['description'],
    form: shapes.timeRecord,
    finish: async () => (row) => ({
      id: row.id,
      customer: row.customerId,
      order: row.salesOrderId ?? row.projectId,
      person: row.userId,
      description: row.description,
      workedOn: toDay(row.startDate, timeZone),
      startedAt: toUtc(row.startDate),
      seconds: row.durationSeconds,
      billable: row.billable,
      invoiced: row.billableInvoiceStatus === null ? null : row.billableInvoiceStatus === 'INVOICED',
      nativeStatus: row.billableInvoiceStatus,
      updatedAt: toUtc(row.lastModifiedDate),
    }),
  })
}

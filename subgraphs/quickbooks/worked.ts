import type { TimeEntry } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Source } from './read.ts'
import { type NativeTime, timeActivity } from './shapes.ts'

function sum(hours: number | null, minutes: number | null, seconds: number | null): number | null {
  if (hours === null && minutes === null && seconds === null) return null
  return (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)
}

/** What is said, or what lies between beginning and end without the break; null where neither stands there. */
function secondsOf(native: NativeTime): number | null {
  const { StartTime: from, EndTime: to } = native
  const said = sum(native.Hours, native.Minutes, native.Seconds)
  if (said !== null || from === null || to === null) return said
  const rest = sum(native.BreakHours, native.BreakMinutes, native.BreakSeconds) ?? 0
  const worked = Math.round((Date.parse(to) - Date.parse(from)) / 1_000) - rest
  return worked < 0 ? null : worked
}

/** Time that an employee or vendor worked. */
export const timeActivities: Source<TimeEntry> = {
  entity: 'TimeActivity',
  searched: [],
  map(row) {
    const native = shaped(timeActivity, row, 'A time activity')
    const who = native.EmployeeRef ?? native.VendorRef ?? native.OtherNameRef
    const status = native.BillableStatus
    return {
      id: native.Id,
      customer: native.CustomerRef?.value ?? null,
      order: native.ProjectRef?.value ?? null,
      person: who && (who.name ?? who.value),
      description: native.Description,
      workedOn: native.TxnDate,
      startedAt: native.StartTime,
      seconds: secondsOf(native),
      billable: status === null ? null : status !== 'NotBillable',
      invoiced: status === null ? null : status === 'HasBeenBilled',
      nativeStatus: status,
      updatedAt: native.MetaData,
    }
  },
}

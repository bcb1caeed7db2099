import { type Caller, reaches } from '../caller.ts'

/** What decides who may see an operation. */
export interface Seen {
  connection: string
  customer?: string | null
}

/** Whether a caller may see an operation: its connections, and with a key of one customer that customer's. */
export function seesOperation(caller: Caller, operation: Seen): boolean {
  return (
    reaches(caller, operation.connection) && (!caller.customer || caller.customer.id === operation.customer)
  )
}

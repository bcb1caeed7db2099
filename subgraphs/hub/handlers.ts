import { alertDelivery } from './alert/deliver.ts'
import { alertWatch } from './alert/watch.ts'
import { customerMerge } from './conflict/merge.ts'
import { flowJob } from './flow/run.ts'
import { historyImport } from './import/work.ts'
import type { JobHandler } from './jobs.ts'
import { mappingApply } from './mapping/again.ts'
import { backQuote } from './back/quote.ts'
import { backRequired } from './back/required.ts'
import { backStanding } from './back/standing.ts'
import { customerVanished } from './match/follow.ts'
import { webhookOut } from './outgoing/job.ts'
import { recordResync } from './resync.ts'
import { erasureJob } from './privacy/erase.ts'
import { allowedFieldsJob } from './privacy/fields.ts'
import { reconcileJob } from './reconcile/job.ts'
import { rollbackJob } from './rollback/job.ts'
import { confirmedDeletions } from './setting/deletions.ts'
import { deletion } from './setting/propagate.ts'

/** Every kind of background job, one line per room. */
export const handlers: JobHandler[] = [
  customerMerge,
  flowJob,
  rollbackJob,
  reconcileJob,
  webhookOut,
  alertWatch,
  alertDelivery,
  recordResync,
  mappingApply,
  historyImport,
  confirmedDeletions,
  deletion,
  erasureJob,
  allowedFieldsJob,
  customerVanished,
  backQuote,
  backRequired,
  backStanding,
]

import { Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { DateTimeScalar } from '../../../schema/scalars.ts'

/** Operations of all connections that the caller may see. */
@ObjectType({ description: 'Operations of all connections that the key may see.' })
export class MetricTotals {
  @Field(() => Int, { description: 'Done since midnight UTC.' })
  pushedToday!: number

  @Field(() => Int, { description: 'Accepted or under way, and not failed so far.' })
  waiting!: number

  @Field(() => Int, { description: 'Failed at least once; tried again by themselves.' })
  retrying!: number

  @Field(() => Int, { description: 'Given up; they wait for retryOperation.' })
  dead!: number

  @Field(() => Int, { description: 'They wait for resolveOperation.' })
  uncertain!: number

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the oldest operation that is not finished was accepted.',
  })
  oldestWaitingAt!: string | null
}

/** One hour of one connection. */
@ObjectType({ description: 'One hour of one connection.' })
export class MetricPoint {
  @Field(() => DateTimeScalar, { description: 'The beginning of the hour.' })
  at!: string

  @Field(() => Int)
  done!: number

  @Field(() => Int, { description: 'Refused by the ERP, or given up.' })
  failed!: number

  @Field(() => Int, { nullable: true, description: 'Null for an hour without attempts.' })
  p95Ms!: number | null
}

/** How one connection does. */
@ObjectType({ description: 'How one connection does. Rates are null where nothing was counted.' })
export class ConnectionMetrics {
  @Field(() => ID)
  connection!: string

  @Field(() => Float, { description: 'Operations done per hour.' })
  recordsPerHour!: number

  @Field(() => Float, {
    nullable: true,
    description: 'The share of finished operations that were done; the others were refused or given up.',
  })
  successRate!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'The share of attempts that failed, also those that a later one mended.',
  })
  errorRate!: number | null

  @Field(() => Int, { nullable: true, description: 'Half of the attempts took at most so long.' })
  p50Ms!: number | null

  @Field(() => Int, { nullable: true, description: '95 of 100 attempts took at most so long.' })
  p95Ms!: number | null

  @Field(() => Int, { description: 'Operations that are not finished.' })
  queueDepth!: number

  @Field(() => DateTimeScalar, { nullable: true })
  oldestWaitingAt!: string | null

  @Field(() => Float, {
    nullable: true,
    description: 'The share of live reads that the cache of this process answered, since its start.',
  })
  cacheHitRate!: number | null

  @Field(() => [MetricPoint], { description: 'One point per hour, the running hour last.' })
  series!: MetricPoint[]
}

/** How the sync does. */
@ObjectType({ description: 'How the sync does: over all, and per connection.' })
export class Metrics {
  @Field(() => MetricTotals)
  totals!: MetricTotals

  @Field(() => [ConnectionMetrics], { description: 'In configured order.' })
  connections!: ConnectionMetrics[]
}

import { Migration } from '@mikro-orm/migrations'

/** What the metrics look through, when a connection was last read, and keys with a second secret. */
export class Metrics extends Migration {
  override up(): void {
    this.addSql(`create index operation_open on operation (tenant, connection)
      where status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN', 'DEAD')`)
    this.addSql('create index operation_finished on operation (tenant, finished_at)')
    this.addSql('create index attempt_finished on attempt (finished_at)')
    this.addSql('alter table poll add column succeeded_at timestamptz, add column changed_at timestamptz')
    this.addSql(`alter table api_key add column previous_hash text, add column previous_until timestamptz,
      add column rotated_at timestamptz, add column last_used_at timestamptz, add column created_by text,
      add column stock_as text not null default 'EXACT', add column low_stock_below text`)
    this.addSql('create unique index api_key_previous on api_key (previous_hash)')
  }
}

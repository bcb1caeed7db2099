import { Migration } from '@mikro-orm/migrations'

/** What an operator says of one kind of record of one connection, where it differs from the defaults. */
export class Settings extends Migration {
  override up(): void {
    this.addSql(`create table sync_setting (
      connection text not null references connection, kind text not null, tenant text not null references tenant,
      enabled boolean not null default true, direction text not null default 'IN', mode text not null default 'POLL',
      every_ms bigint, deletions text not null default 'SOFT', since timestamptz, options jsonb not null default '{}',
      primary key (connection, kind))`)
    this.addSql('alter table mirror add column touched_at timestamptz')
  }
}

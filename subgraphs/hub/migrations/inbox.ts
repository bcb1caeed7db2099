import { Migration } from '@mikro-orm/migrations'

/** The inbox of webhooks: written before the sender gets its 2xx, so nothing that was acknowledged is lost. */
export class Inbox extends Migration {
  override up(): void {
    this.addSql(`create table inbox (
      connection text not null references connection, kind text not null, native_id text not null,
      deleted boolean not null default false, version bigint not null default 1, tries int not null default 0,
      received_at timestamptz not null default now(), next_at timestamptz not null default now(),
      lease_until timestamptz, primary key (connection, kind, native_id))`)
    this.addSql('create index inbox_due on inbox (next_at)')
  }
}

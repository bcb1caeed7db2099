import { Migration } from '@mikro-orm/migrations'

/** Imports of history, rules of where documents go, deletions that a person decides on, and companies switched. */
export class Imports extends Migration {
  override up(): void {
    this.addSql(`create table sync_import (
      id text primary key, tenant text not null references tenant, connection text not null references connection,
      objects jsonb not null, since timestamptz, filter text, state text not null default 'WAITING',
      at jsonb not null, done int not null default 0, failed int not null default 0, skipped int not null default 0,
      total int, round int not null default 0, problem jsonb, requested_by text, created_at timestamptz(3) not null default now(),
      started_at timestamptz, updated_at timestamptz not null default now(), finished_at timestamptz)`)
    this.addSql('create index sync_import_list on sync_import (tenant, created_at desc, id desc)')
    this.addSql(
      "create unique index sync_import_open on sync_import (connection) where state in ('WAITING', 'RUNNING')",
    )
    this.addSql(`create table sync_import_failure (
      import text not null references sync_import on delete cascade, kind text not null, native_id text not null,
      number text, problem jsonb not null, primary key (import, kind, native_id))`)
    this.addSql(`create table routing_rule (
      id text primary key, tenant text not null references tenant, object text not null, position int not null,
      "by" text not null, field text, value text not null, connections jsonb not null, unique (tenant, object, position))`)
    this.addSql(`create table deletion (
      connection text not null references connection, kind text not null, native_id text not null,
      tenant text not null references tenant, state text not null default 'OPEN', told_by text not null,
      decided_by text, decided_at timestamptz, created_at timestamptz(3) not null default now(),
      primary key (connection, kind, native_id))`)
    this.addSql('create index deletion_list on deletion (tenant, state, created_at desc, native_id desc)')
    this.addSql('alter table poll add column held_since timestamptz')
    this.addSql('alter table connection add column company jsonb')
    this.addSql('alter table product add column active boolean')
  }
}

import { Migration } from '@mikro-orm/migrations'

/** Rollbacks with a row per operation, and comparisons of two sides with what they found. */
export class Mends extends Migration {
  override up(): void {
    for (const statement of TABLES.split(';\n')) if (statement.trim()) this.addSql(statement)
  }
}

const TABLES = `
create table rollback (
  id text primary key, tenant text not null references tenant, input jsonb not null, state text not null default 'RUNNING',
  requested_by text, created_at timestamptz(3) not null default now(), finished_at timestamptz);
create index rollback_list on rollback (tenant, created_at desc, id desc);
create table rollback_row (
  rollback text not null references rollback, n int not null, operation text not null references operation,
  connection text not null, direction text not null, object text not null, action text not null, record text, number text,
  state text not null default 'PLANNED', reason text, message text, changes jsonb not null default '[]',
  written text references operation, primary key (rollback, n));
create index rollback_row_operation on rollback_row (operation);
create index rollback_row_written on rollback_row (written) where written is not null;
create index rollback_row_open on rollback_row (rollback, n) where state in ('PLANNED', 'SENT');
create table reconcile (
  id text primary key, tenant text not null references tenant, kind text not null, left_side text not null references connection,
  right_side text references connection, objects jsonb not null, fresh boolean not null, state text not null default 'RUNNING',
  result jsonb not null default '[]', requested_by text, created_at timestamptz(3) not null default now(), finished_at timestamptz);
create index reconcile_list on reconcile (tenant, kind, created_at desc, id desc);
create unlogged table reconcile_record (
  reconcile text not null references reconcile, object text not null, side text not null, id text not null,
  hub text, keys jsonb not null default '{}', content jsonb not null, pair text, twin jsonb, primary key (reconcile, object, side, id));
create index reconcile_record_hub on reconcile_record (reconcile, object, side, hub) where hub is not null;
create table reconcile_row (
  reconcile text not null references reconcile, n bigint generated always as identity, kind text not null, object text not null,
  left_record text, right_record text, field text, left_value jsonb, right_value jsonb, message text not null, mend jsonb,
  primary key (reconcile, n));
create index reconcile_row_kind on reconcile_row (reconcile, kind, n);
`

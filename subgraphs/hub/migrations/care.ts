import { Migration } from '@mikro-orm/migrations'

/**
 * What an operator demands of a connection, warnings and figures of operations, who discarded one and why, how long
 * the log is kept, and rules for alerts with what they found.
 */
export class Care extends Migration {
  override up(): void {
    for (const statement of TABLES.split(';\n')) if (statement.trim()) this.addSql(statement)
  }
}

const TABLES = `
alter table connection add column policy jsonb;
alter table tenant add column log_days int;
alter table operation add column warnings jsonb, add column duration_ms int, add column request_id text,
  add column provider_status int, add column discarded_by text, add column discard_reason text;
create index operation_number on operation (tenant, external_number) where external_number is not null;
create index operation_failed on operation (tenant, status) where status in ('DEAD', 'REFUSED', 'UNCERTAIN');
create table alert_rule (
  id text primary key, tenant text not null references tenant, name text not null, condition text not null,
  threshold double precision not null, connections jsonb, window_ms bigint not null, channel text not null,
  target text not null, quiet_ms bigint not null, enabled boolean not null default true, created_by text,
  created_at timestamptz not null default now());
create table alert (
  id text primary key, tenant text not null references tenant, rule text not null references alert_rule on delete cascade,
  connection text not null references connection, state text not null default 'FIRING', value double precision not null,
  began_at timestamptz not null default now(), told_at timestamptz, resolved_at timestamptz);
create unique index alert_once on alert (rule, connection) where state = 'FIRING';
create index alert_list on alert (tenant, began_at desc, id desc);
`

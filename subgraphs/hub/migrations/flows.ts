import { Migration } from '@mikro-orm/migrations'

/** Flows between two connections, and what became of each record that went through one. */
export class Flows extends Migration {
  override up(): void {
    this.addSql(`create table flow (
      id text primary key, tenant text not null references tenant, name text not null,
      source text not null references connection, kind text not null, condition text,
      target text references connection, object text not null, enabled boolean not null default true,
      options jsonb not null default '{}', created_at timestamptz(3) not null default now(),
      updated_at timestamptz not null default now())`)
    this.addSql('create index flow_source on flow (source, kind)')
    this.addSql(`create table flow_run (
      id text primary key, tenant text not null references tenant, flow text not null references flow on delete cascade,
      connection text not null, kind text not null, native_id text not null, number text, cause text, operation text,
      state text not null, problem jsonb, written_back boolean not null default false,
      created_at timestamptz(3) not null default now(), updated_at timestamptz not null default now())`)
    this.addSql('create unique index flow_run_once on flow_run (flow, connection, kind, native_id)')
    this.addSql('create index flow_run_list on flow_run (tenant, created_at desc, id desc)')
  }
}

import { Migration } from '@mikro-orm/migrations'

/**
 * The last known content of every record of every connection, durable jobs for what follows from a change, invoices
 * and payments that we write ourselves, and where an operation comes from.
 */
export class Mirror extends Migration {
  override up(): void {
    for (const statement of TABLES.split(';\n')) if (statement.trim()) this.addSql(statement)
  }
}

const TABLES = `
create table mirror (
  connection text not null references connection, kind text not null, native_id text not null,
  tenant text not null references tenant, content jsonb not null, hash text not null, synced jsonb,
  told boolean not null default false, deleted boolean not null default false, version bigint not null default 1,
  seen_at timestamptz not null default now(), changed_at timestamptz not null default now(),
  primary key (connection, kind, native_id));
create index mirror_seen on mirror (connection, kind, seen_at) where not deleted;
create table job (
  id bigint generated always as identity primary key, tenant text not null references tenant, kind text not null,
  subject text not null, operation text references operation, payload jsonb not null default '{}',
  state text not null default 'WAITING', tries int not null default 0, fence bigint not null default 0,
  lease_until timestamptz, next_at timestamptz not null default now(), problem jsonb,
  created_at timestamptz not null default now(), finished_at timestamptz);
create unique index job_once on job (kind, subject);
create index job_due on job (next_at) where state = 'WAITING';
create index job_operation on job (operation) where operation is not null;
alter table poll add column baseline_at timestamptz;
alter table operation add column subject text, add column cause text, add column batch text;
create index operation_batch on operation (batch) where batch is not null;
create index operation_cause on operation (cause) where cause is not null;
create index operation_external on operation (connection, object, external_id);
create index operation_subject on operation (subject) where subject is not null;
alter table invoice alter column native_id drop not null, add column reference text, add column operation text,
  add column sales_order text, add column type text, add column payment text, add column due_on date,
  add column currency text, add column total text, add column balance text, add column dunning_level int;
create index invoice_order on invoice (sales_order) where sales_order is not null;
create index invoice_customer on invoice (customer);
create table payment (
  id text primary key, tenant text not null references tenant, connection text not null references connection,
  native_id text, number text, reference text, operation text, customer text references customer,
  paid_on date, currency text, amount text, allocations jsonb not null default '[]',
  updated_at timestamptz not null default now(), unique (connection, native_id));
create index payment_customer on payment (customer);
`

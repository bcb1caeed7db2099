import { Migration } from '@mikro-orm/migrations'

/** Who is right when two sides changed the same field, what a person has to decide, and who changed what last. */
export class Conflicts extends Migration {
  override up(): void {
    this.addSql(`create table conflict_rule (
      tenant text not null references tenant, field text not null, strategy text not null, master text,
      primary key (tenant, field))`)
    this.addSql(`create table conflict (
      id text primary key, tenant text not null references tenant, customer text not null references customer on delete cascade,
      connection text not null references connection, field text not null, ours jsonb, theirs jsonb, base jsonb,
      state text not null default 'OPEN', operation text, decided_by text, decided_at timestamptz,
      created_at timestamptz(3) not null default now(), updated_at timestamptz not null default now())`)
    this.addSql(
      "create unique index conflict_open on conflict (customer, connection, field) where state = 'OPEN'",
    )
    this.addSql('create index conflict_list on conflict (tenant, state, created_at desc, id desc)')
    this.addSql(`create table customer_field (
      customer text not null references customer on delete cascade, field text not null, changed_by text not null,
      changed_at timestamptz not null default clock_timestamp(), primary key (customer, field))`)
    this.addSql('alter table mirror add column synced_at timestamptz')
  }
}

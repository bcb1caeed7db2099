import { Migration } from '@mikro-orm/migrations'

/** Which field of an ERP is which field of the golden records, and what own fields golden products have. */
export class Mappings extends Migration {
  override up(): void {
    this.addSql(`create table field_mapping (
      id text primary key, tenant text not null references tenant, connection text not null references connection,
      object text not null, hub_field text not null, erp_field text not null, type text not null, direction text not null,
      transform_in text, transform_out text, value_map jsonb not null default '[]', unmapped text not null default 'PASS',
      required boolean not null default false, fallback text, changed_by text,
      changed_at timestamptz(3) not null default now())`)
    this.addSql('create index field_mapping_list on field_mapping (tenant, object, connection)')
    this.addSql("alter table product add column custom_attributes jsonb not null default '[]'")
  }
}

import { Migration } from '@mikro-orm/migrations'

/** Webhooks that arrived, by what their sender calls them, so that one that comes twice is worked once. */
export class Delivery extends Migration {
  override up(): void {
    this.addSql(`create table delivery (
      connection text not null references connection, id text not null,
      received_at timestamptz not null default now(), primary key (connection, id))`)
    this.addSql('create index delivery_received on delivery (connection, received_at)')
  }
}

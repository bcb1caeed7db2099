import { Migration } from '@mikro-orm/migrations'

/** When a connection was last switched to another company: what is older belongs to the former one. */
export class Switched extends Migration {
  override up(): void {
    this.addSql('alter table connection add column switched_at timestamptz')
  }
}

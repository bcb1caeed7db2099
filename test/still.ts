import pg from 'pg'

/** The state changes of a push. */
export const CHANGES = ['claimed', 'begun', 'sending', 'done'] as const
/** A state change of a push. */
export type StateChange = (typeof CHANGES)[number]

/** Every state change waits for an advisory lock of its name: its transaction stands still while a test holds it. */
const TRIGGER = `
create function stand_still() returns trigger language plpgsql as $$
declare change text;
begin
  change := case
    when new.fence <> old.fence then 'claimed'
    when new.attempts <> old.attempts then 'begun'
    when new.status = 'DONE' then 'done'
    when new.sent_at is not null and old.sent_at is null then 'sending' end;
  if change is not null then perform pg_advisory_xact_lock_shared(hashtext(new.connection || ' ' || change)); end if;
  return new;
end $$;
create trigger stand_still before update on operation for each row execute function stand_still()`

/** Makes state changes of operations stand still in the middle of their transaction. */
export class Still {
  readonly #client: pg.Client

  constructor(url: string) {
    this.#client = new pg.Client({ connectionString: url })
  }

  async open(): Promise<this> {
    await this.#client.connect()
    await this.#client.query(TRIGGER)
    return this
  }

  /** From now on this change of an operation of this connection stands still. */
  async hold(connection: string, change: StateChange): Promise<void> {
    await this.#client.query('select pg_advisory_lock(hashtext($1))', [`${connection} ${change}`])
  }

  /** Whether it has come there. */
  async isReached(connection: string, change: StateChange): Promise<boolean> {
    const sql = `select from pg_locks where locktype = 'advisory' and not granted
      and objid::bigint = hashtext($1)::bigint & 4294967295`
    return (await this.#client.query(sql, [`${connection} ${change}`])).rows.length > 0
  }

  /** Undoes what stands still, as when the machine itself had died. */
  async undo(): Promise<void> {
    await this.#client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and not granted and database = (select oid from pg_database where datname = current_database())`)
  }

  /** Lets everything go on; it is committed, even if nobody is left to learn of it. */
  async release(): Promise<void> {
    await this.#client.query('select pg_advisory_unlock_all()')
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}

import { Migration } from '@mikro-orm/migrations'

/**
 * What all processes send over one connection. `enter_budget` counts a request in, or says how many milliseconds
 * to wait: until a span has room again, or a moment where every place is taken.
 */
export class Meter extends Migration {
  override up(): void {
    this.addSql(`create unlogged table budget_sent (
      id bigint generated always as identity, connection text not null, sent_at timestamptz not null)`)
    this.addSql('create index budget_sent_at on budget_sent (connection, sent_at)')
    this.addSql(`create unlogged table budget_place (
      connection text not null, place int not null, session int, until timestamptz not null,
      primary key (connection, place))`)
    this.addSql(ENTER)
  }
}

const ENTER = `
create function enter_budget(
  asked text, places int, hold_ms int, spans jsonb, holder int, out wait_ms int, out place int)
language plpgsql as $$
declare
  moment timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('budget ' || asked, 0));
  moment := clock_timestamp();
  select coalesce(max(greatest(0, ceil(extract(epoch from last.sent_at - moment) * 1000 + span.ms))), 0)
    into wait_ms
    from jsonb_to_recordset(spans) as span(ms bigint, most int)
    cross join lateral (select sent_at from budget_sent where connection = asked
      order by sent_at desc offset span.most - 1 limit 1) as last;
  if wait_ms > 0 then return; end if;
  select n into place from generate_series(1, places) as n where not exists (
    select from budget_place held where held.connection = asked and held.place = n and held.until > moment) limit 1;
  if place is null then
    -- Every place is taken; one of a process that is gone is taken over.
    select held.place into place from budget_place held where held.connection = asked and held.place <= places
      and not exists (select from pg_stat_activity alive where alive.pid = held.session) limit 1;
  end if;
  if place is null then wait_ms := 10; return; end if;
  insert into budget_place as held (connection, place, session, until)
    values (asked, enter_budget.place, holder, moment + hold_ms * interval '1 millisecond')
    on conflict on constraint budget_place_pkey do update set session = excluded.session, until = excluded.until;
  if jsonb_array_length(spans) > 0 then
    insert into budget_sent (connection, sent_at) values (asked, moment);
    delete from budget_sent where connection = asked and sent_at < moment - (
      select max(ms) from jsonb_to_recordset(spans) as span(ms bigint)) * interval '1 millisecond';
  end if;
end $$`

-- A ticket's first schedule holds from the beginning, which may be that of a ticket merged into it: so it has no instant. A
-- ticket that was given none runs under the oldest schedule, the default.
select concat_ws('/', ticket_id, 'calendar_id', coalesce(cast(epoch(since)::bigint as varchar), 'first')) as event_id, ticket_id,
       since as occurred_at, 0 as seq, 'calendar_id' as field, schedule_id as value, 'system' as actor_type
from (
    select ticket_id, schedule_id,
           case when row_number() over (partition by ticket_id order by created_at, schedule_id) > 1 then created_at end as since
    from ticket_schedule
    union all
    select t.id, d.schedule_id, null
    from ticket as t
    cross join (select schedule_id from openings order by created_at nulls last, schedule_id limit 1) as d
    where t.id not in (select ticket_id from ticket_schedule)
) as given

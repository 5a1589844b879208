-- A ticket's first schedule holds from its creation. One that was given none runs under the oldest schedule, the default.
select concat_ws('/', ticket_id, 'calendar_id', epoch(since)::bigint) as event_id, ticket_id, since as occurred_at, 0 as seq,
       'calendar_id' as field, schedule_id as value, 'system' as actor_type
from (
    select s.ticket_id, s.schedule_id,
           case when row_number() over (partition by s.ticket_id order by s.created_at, s.schedule_id) = 1
                then least(t.created_at, s.created_at) else s.created_at end as since
    from ticket_schedule as s left join ticket as t on t.id = s.ticket_id
    union all
    select t.id, d.schedule_id, t.created_at
    from ticket as t
    cross join (select schedule_id from openings order by created_at nulls last, schedule_id limit 1) as d
    where t.id not in (select ticket_id from ticket_schedule)
) as given

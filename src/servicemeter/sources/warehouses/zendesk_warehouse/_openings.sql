-- Weekly openings in minutes since local midnight of Sunday. Those struck out count only for a schedule that has no others.
select s.id as schedule_id, s.name, s.time_zone, s.start_time, s.end_time, s.created_at
from schedule as s
where not coalesce(s._fivetran_deleted, false)
   or s.id not in (select id from schedule where not coalesce(_fivetran_deleted, false))

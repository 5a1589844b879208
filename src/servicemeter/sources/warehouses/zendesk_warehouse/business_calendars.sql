select o.schedule_id as calendar_id, max(coalesce(z.tz, o.time_zone)) as tz, max(o.name) as name
from openings as o
left join time_zones as z on z.name = o.time_zone
group by o.schedule_id

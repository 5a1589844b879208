-- An opening over midnight becomes one a day.
select schedule_id as calendar_id, case when day = 0 then 7 else day end as iso_weekday,
       printf('%02d:%02d', opens // 60, opens % 60) as open, printf('%02d:%02d', closes // 60, closes % 60) as close
from (
    select o.schedule_id, d.day, greatest(o.start_time - d.day * 1440, 0) as opens, least(o.end_time - d.day * 1440, 1440) as closes
    from openings as o
    join (select range as day from range(7)) as d on o.start_time < (d.day + 1) * 1440 and o.end_time > d.day * 1440
) as cut

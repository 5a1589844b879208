-- The stretches of their clocks, with what each shows where it ends.
select f.metric_no, f.part_no, f.from_at, least(coalesce(f.to_at, $e), $e) as to_at, f.state_no, f.target_seconds, f.due_at, f.calendar_id,
       f.elapsed_seconds + case when f.state_no <> 0 then 0
           else case when f.calendar_id is null then least(coalesce(f.to_at, $e), $e) else {{ m.reading('at', 'least(coalesce(f.to_at, $e), $e)') }} end
                - f.from_reading end as elapsed_seconds
from {{ facts }}.sla_spans as f
left join {{ facts }}.cal_days as at_day
  on at_day.calendar_id = f.calendar_id
  and at_day.day_start = least(coalesce(f.to_at, $e), $e) - least(coalesce(f.to_at, $e), $e) % 86400
where f.ticket_no = $number and f.from_at < $e order by f.metric_no, f.part_no, f.from_at

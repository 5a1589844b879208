-- Which calendar it ran under from when to when.
select f.calendar_id, f.from_at, f.to_at from {{ facts }}.calendar_spans as f where f.ticket_no = $number order by f.from_at

-- While it was unresolved, by status.
select f.status as value, f.from_at, least(coalesce(f.to_at, $e), $e) as to_at, f.to_at is null or f.to_at >= $e as is_last,
       {{ m.between('w', 'f.created_at', '$e') }} as age_open_seconds
from {{ facts }}.open_spans as f
{{ m.joins('w', 'f.ticket_no', 'f.created_at', '$e') }}
where f.ticket_no = $number and f.from_at < $e order by f.from_at, f.to_at nulls last

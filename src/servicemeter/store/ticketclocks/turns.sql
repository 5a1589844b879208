-- The customer's turns: from what was said to the answer, or to the solve that closed it.
select f.started_at, case when f.answered_at < $e then f.answered_at end as answered_at,
       case when f.closed_at < $e then f.closed_at end as closed_at, f.agent_id, f.responder,
       {{ m.between('w', 'f.started_at', 'least(coalesce(f.answered_at, f.closed_at, $e), $e)') }} as wait_open_seconds
from {{ facts }}.turns as f
{{ m.joins('w', 'f.ticket_no', 'f.started_at', 'least(coalesce(f.answered_at, f.closed_at, $e), $e)') }}
where f.ticket_no = $number and f.responder <> 'any' and f.started_at < $e
order by f.started_at, f.session_no

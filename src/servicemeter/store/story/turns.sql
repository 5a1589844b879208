-- A customer's wait, told at the moment it ended (or began, when it has not).
select {{ timestamp('coalesce(f.answered_at, f.closed_at, f.started_at)') }} as at, 4 as place,
       case when f.answered_at is not null then 'turn answered' when f.closed_at is not null then 'turn closed unanswered'
            else 'turn waiting' end as what, f.responder,
       f.started_at, f.answered_at, f.closed_at, f.answered_at - f.started_at as wait_seconds, f.wait_open_seconds, f.agent_id, f.team_id
from {{ facts }}.turns as f where f.ticket_no in (select ticket_no from asked)

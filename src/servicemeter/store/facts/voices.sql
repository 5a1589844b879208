-- kind: ticket
-- needs: stream
-- keep: no
-- Who spoke first and last on a ticket.
select ticket_no,
       min(case when kind = 0 then said_at end) as first_said_at,
       min(case when kind = 1 then said_at end) as first_reply_at,
       {{ first_by('agent_no', ['line_key'], 'kind = 1') }} as first_replier_no,
       max(case when kind = 1 then said_at end) as last_reply_at,
       max(kind) = 2 as is_bot_involved
from {{ work }}.stream where kind <> 3 group by ticket_no

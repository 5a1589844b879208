-- kind: ticket
-- needs: handled_sessions
-- of: interactions
-- keep: no
-- The calls and chats of a ticket together: when the customer first called, when a person first answered, and who.
select ticket_no, min(contacted_at) as first_contacted_at, min(inbound_answered_at) as first_answered_at,
       min(answered_at) as first_talk_at,
       {{ first_by('agent_id', ['inbound_answered_at', 'session_no'], 'inbound_answered_at is not null') }} as agent_id,
       {{ first_by('source', ['inbound_answered_at', 'session_no'], 'inbound_answered_at is not null') }} as source
from {{ work }}.handled_sessions group by ticket_no

-- kind: ticket
-- needs: stream
-- dimensions: agent=none team=none; through: ticket_no; carries: source channel
-- What customers wrote; outside live sessions `starts_contact` marks the first message of a turn (an answer by anyone ends one).
select ticket_no, is_inbound, said_at, session_no <> 0 as is_live, session_no = 0 and coalesce(kind_before, 3) <> 0 as starts_contact
from {{ work }}.stream where kind = 0

-- kind: ticket
-- needs: stream
-- dimensions: agent=none team=none; through: ticket_no
-- What customers wrote outside live sessions; `starts_contact` marks the first message of a turn (an answer by anyone ends one).
select ticket_no, is_inbound, said_at, starts_contact from {{ facts }}.stream where kind = 'C' and session_id = ''

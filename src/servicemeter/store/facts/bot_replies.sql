-- kind: ticket
-- needs: stream
-- dimensions: agent=none team=none; through: ticket_no
-- What bots said in public.
select ticket_no, said_at from {{ work }}.stream where kind = 2

-- kind: ticket
-- needs: status_steps
-- The states of tickets whose creation nobody knows. They are in no backlog, but what is promised to their customers waits with them.
select ticket_no, changed_at as from_at, until_at as to_at, status
from {{ work }}.status_steps
where created_at is null and (until_at is null or until_at > changed_at)

-- title: Messages of staff without an author
-- severity: note
-- touches: replies turns tickets.first_responder_id
-- total: messages
-- remedy: Map the column that says who wrote them. They are answers all the same, but nobody's: by agent they stand under (unassigned), by team under (unknown).
select source, ticket_id, message_id, occurred_at
from messages
where author_type = 'agent' and author_id is null and not is_auto

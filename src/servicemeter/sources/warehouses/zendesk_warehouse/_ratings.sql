-- Every score of satisfaction a ticket was given, and when it was offered: from the history where it has any, else the ratings.
select h.ticket_id, h.updated as rated_at, lower(h.value) as score, c.value as comment
from ticket_field_history as h
left join ticket_field_history as c
  on c.ticket_id = h.ticket_id and c.updated = h.updated and c.field_name = 'satisfaction_comment'
where h.field_name = 'satisfaction_score' and lower(h.value) <> 'unoffered'
union all
select ticket_id, coalesce(updated_at, created_at), lower(score), comment
from satisfaction_rating
where lower(score) <> 'unoffered'
  and ticket_id not in (select ticket_id from ticket_field_history where field_name = 'satisfaction_score')

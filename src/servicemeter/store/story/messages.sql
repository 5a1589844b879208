select g.occurred_at as at, case when g.author_type = 'customer' then 1 else 2 end as place, 'message' as what, g.source, g.ticket_id,
       g.message_id, g.author_type, g.author_id, g.is_public, g.is_auto, g.interaction_id
from asked as a join {{ rows('messages') }} as g on coalesce(g.ticket_source, g.source) = a.source and g.ticket_id = a.ticket_id

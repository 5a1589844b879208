select v.sent_at as at, 5 as place, 'survey sent' as what, v.source, v.ticket_id, v.invitation_id, v.kind, v.scale, v.scope, v.delivery
from asked as a
join {{ rows('survey_invitations') }} as v on coalesce(v.ticket_source, v.source) = a.source and v.ticket_id = a.ticket_id

select g.answered_at as at, 6 as place, 'survey answered' as what, g.source, v.ticket_id, g.invitation_id, g.answer_id, v.kind,
       g.question, g.value_num
from asked as a
join {{ rows('survey_invitations') }} as v on coalesce(v.ticket_source, v.source) = a.source and v.ticket_id = a.ticket_id
join {{ rows('survey_answers') }} as g on coalesce(g.invitation_source, g.source) = v.source and g.invitation_id = v.invitation_id

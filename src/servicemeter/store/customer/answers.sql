select g.answered_at as at, 'survey' as what, g.source, v.kind, v.scale, g.question, g.value_num, v.ticket_id, v.brand
from asked as a
join {{ rows('survey_invitations') }} as v on coalesce(v.customer_source, v.source) = a.source and v.customer_id = a.customer_id
join {{ rows('survey_answers') }} as g on coalesce(g.invitation_source, g.source) = v.source and g.invitation_id = v.invitation_id
where v.customer_id in $customer_ids

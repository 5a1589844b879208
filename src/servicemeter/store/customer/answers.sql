select g.answered_at as at, 'survey' as what, g.source, v.kind, v.scale, g.question, g.value_num, v.ticket_id, v.brand,
       coalesce(v.customer_source, v.source) as customer_source, v.customer_id
from (select * from {{ rows('survey_invitations') }} as sent where customer_id in $customer_ids) as v
join {{ rows('survey_answers') }} as g on coalesce(g.invitation_source, g.source) = v.source and g.invitation_id = v.invitation_id

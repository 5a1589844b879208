-- An invitation without a customer of its own is the one's whose ticket it asks about.
select g.answered_at as at, 'survey' as what, g.source, v.kind, v.scale, g.question, g.value_num, v.ticket_id, v.brand,
       v.whose_source as customer_source, v.whose as customer_id
from (
    select sent.*, sent.customer_id as whose, coalesce(sent.customer_source, sent.source) as whose_source
    from {{ rows('survey_invitations') }} as sent where customer_id in $customer_ids
    union all
    select sent.*, t.customer_id as whose, coalesce(t.customer_source, t.source) as whose_source
    from (select * from {{ rows('survey_invitations') }} as sent where customer_id is null and ticket_id is not null) as sent
    join (select * from {{ rows('tickets') }} as t where customer_id in $customer_ids) as t
      on t.source = coalesce(sent.ticket_source, sent.source) and t.ticket_id = sent.ticket_id
) as v
join {{ rows('survey_answers') }} as g on coalesce(g.invitation_source, g.source) = v.source and g.invitation_id = v.invitation_id

-- id: answer_id
select a.source, a.answer_id as id, cast(null as varchar) as ticket_id, cast(null as varchar) as channel, cast(null as varchar) as brand,
       cast(null as varchar) as language, {{ epoch('a.answered_at') }} as happened_s, 'no_invitation' as reason
from {{ rows('survey_answers') }} as a
where not exists (
    select 1 from {{ rows('survey_invitations') }} as v
    where v.source = coalesce(a.invitation_source, a.source) and v.invitation_id = a.invitation_id
)

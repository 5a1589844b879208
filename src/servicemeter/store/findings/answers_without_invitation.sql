-- title: Survey answers without an invitation
-- severity: missing
-- touches: answers
-- total: survey_answers
-- remedy: Import the invitations too (a review nobody asked for has one of scope review that was never sent). Until then the answers are in no score.
select a.source, a.answer_id, coalesce(a.invitation_source, a.source) as invitation_source, a.invitation_id, a.answered_at
from survey_answers as a
where not exists (
    select 1 from survey_invitations as v where v.source = coalesce(a.invitation_source, a.source) and v.invitation_id = a.invitation_id
)

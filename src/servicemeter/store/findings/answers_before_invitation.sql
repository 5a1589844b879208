-- title: Survey answers given before they were asked for
-- severity: wrong
-- touches: answers votes invitations
-- total: survey_answers
-- remedy: Check the time zones of both columns. The answer counts in the period of its own time, and its invitation in that of its.
select a.source, a.answer_id, a.invitation_id, i.sent_at, a.answered_at
from survey_answers as a
join survey_invitations as i on i.source = coalesce(a.invitation_source, a.source) and i.invitation_id = a.invitation_id
where a.answered_at < i.sent_at

-- title: Survey answers outside their scale
-- severity: wrong
-- touches: answers.is_invalid
-- total: {{ facts }}.answers
-- remedy: Name the scale that was really used on the invitations (survey_scales can declare one of your own). They are left out of every score.
select source, invitation_id, answer_id, kind, scale, value_num, answered_at
from {{ facts }}.answers
where is_invalid and question = 'score' and kind in ('csat', 'ces', 'nps')

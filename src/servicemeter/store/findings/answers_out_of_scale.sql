-- title: Survey answers outside their scale
-- severity: wrong
-- touches: answers.is_invalid
-- total: {{ facts }}.answers
-- remedy: Name the scale that was really used on the invitations (survey_scales can declare one of your own). What is asked in words is answered yes or no (whether a visit had its purpose: partly, too). They are left out of every score.
select source, invitation_id, answer_id, kind, question, scale, value_num, value_text, answered_at
from {{ facts }}.answers
where is_invalid

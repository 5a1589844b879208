-- title: Survey answers on a scale that is not known
-- severity: wrong
-- touches: answers.is_positive
-- total: {{ facts }}.answers
-- remedy: Declare the scale in survey_scales with its ends and from where on an answer is good. Until then no such answer counts as good.
select source, invitation_id, answer_id, kind, scale, value_num, answered_at
from {{ facts }}.answers
where not is_invalid and is_positive is null and question = 'score' and kind in ('csat', 'ces')

-- title: Survey answers on a scale that is not known
-- severity: wrong
-- touches: answers.is_positive votes
-- total: {{ facts }}.answers
-- remedy: Declare the scale in survey_scales with its ends and from where on an answer is good; that of a recommendation (nps) has to be called nps_0_10. Until then there is no score.
select source, invitation_id, answer_id, kind, scale, value_num, answered_at
from {{ facts }}.answers
where not is_invalid and question = 'score'
  and (kind in ('csat', 'ces') and is_positive is null or kind = 'nps' and scale <> 'nps_0_10')

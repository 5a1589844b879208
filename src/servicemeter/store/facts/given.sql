-- kind: invitation
-- needs: scales
-- of: survey_answers
-- keep: no
-- Survey answers on their scales; what is asked in words has a few right ones. An answer to the question that a survey is called
-- after answers its score question.
with asked as (
    select source, invitation_id, kind,
           coalesce(scale, case kind when 'csat' then 'csat_5' when 'ces' then 'ces2_7' when 'nps' then 'nps_0_10' end) as scale
    from {{ rows('survey_invitations', 'invitation') }} as v
),
said as (
    select v.source, v.invitation_id, v.kind, v.scale, a.answer_id, {{ epoch('a.answered_at') }} as answered_at, a.value_num, a.value_text,
           case when a.question is null or a.question = v.kind then 'score' else a.question end as question
    from asked as v
    join {{ rows('survey_answers', 'invitation') }} as a
      on coalesce(a.invitation_source, a.source) = v.source and a.invitation_id = v.invitation_id
)
select a.source, a.invitation_id, a.answer_id, a.question, a.answered_at, a.value_num, a.value_text, a.scale,
       s.min_value as scale_min, s.max_value as scale_max, s.is_high_good,
       a.value_num >= s.positive_from and a.value_num <= s.positive_to as is_positive,
       case when a.question = 'score' and a.kind in ('csat', 'ces', 'nps') then a.value_num is null
            when a.question = 'score' and a.kind in ('fcr', 'intent') or a.question = 'fulfilled' then a.value_text is null
            else a.value_num is null and a.value_text is null end as is_unscored,
       coalesce(case when a.question = 'score' and a.kind = 'fcr' then lower(a.value_text) not in ('yes', 'no')
                     when a.question = 'fulfilled' then lower(a.value_text) not in ('yes', 'partly', 'no')
                     when a.question = 'score' then a.value_num < s.min_value or a.value_num > s.max_value or a.value_num <> floor(a.value_num)
                end, false) as is_invalid
from said as a
left join {{ work }}.scales as s on s.scale = a.scale

-- kind: all
-- keep: no
-- Scales of survey answers: the usual ones, and those of the organisation, which hold where they bear the same name.
select scale, min_value, max_value, positive_from, positive_to, is_high_good
from {{ values(usual_scales, ['scale', 'min_value', 'max_value', 'positive_from', 'positive_to', 'is_high_good']) }} as known
where scale not in (select scale from {{ rows('survey_scales') }} as s)
union all
select scale, min, max, coalesce(positive_from, case when positive_to is not null then min end),
       coalesce(positive_to, case when positive_from is not null then max end), coalesce(good_direction, 'up') = 'up'
from {{ rows('survey_scales') }} as s

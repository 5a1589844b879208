-- kind: all
-- keep: no
-- Scales of survey answers: the usual ones, and those of the organisation, which hold where they bear the same name.
select scale, min_value, max_value, positive_from, positive_to, is_high_good
from {{ values([('csat_2', 1, 2, 2, 2, true), ('csat_3', 1, 3, 3, 3, true), ('csat_5', 1, 5, 4, 5, true), ('csat_7', 1, 7, 6, 7, true),
                ('csat_10', 1, 10, 8, 10, true), ('ces2_7', 1, 7, 5, 7, true), ('ces1_5', 1, 5, 1, 2, false),
                ('ces_0_10', 0, 10, 0, 3, false), ('ease_5', 1, 5, 4, 5, true), ('nps_0_10', 0, 10, 9, 10, true)],
               ['scale', 'min_value', 'max_value', 'positive_from', 'positive_to', 'is_high_good']) }} as known
where scale not in (select scale from {{ rows('survey_scales') }} as s)
union all
select scale, min, max, coalesce(positive_from, case when positive_to is not null then min end),
       coalesce(positive_to, case when positive_from is not null then max end), coalesce(good_direction, 'up') = 'up'
from {{ rows('survey_scales') }} as s

select concat_ws('/', 'csat', ticket_id, epoch(rated_at)::bigint) as answer_id, concat('csat/', ticket_id) as invitation_id,
       rated_at as answered_at, case when score like 'good%' then 2 when score like 'bad%' then 1 end as value_num, comment as value_text
from ratings
where score like 'good%' or score like 'bad%'

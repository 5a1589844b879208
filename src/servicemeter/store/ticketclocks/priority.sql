-- Its priority over time.
select f.priority as value, greatest({{ whole('f.from_key - ' ~ first_key, '1000000000') }} + {{ long_ago }}, n.created_at) as from_at,
       case when f.to_key = {{ last_key }} then $e
            else least({{ whole('f.to_key - ' ~ first_key, '1000000000') }} + {{ long_ago }}, $e) end as to_at
from {{ facts }}.priority_spans as f
join {{ facts }}.members as n on n.ticket_no = f.ticket_no and n.is_survivor
where f.ticket_no = $number and f.from_key < cast($e as bigint) * 1000000000 order by f.from_key

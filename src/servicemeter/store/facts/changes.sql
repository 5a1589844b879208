-- kind: ticket
-- needs: groups, bots
-- keep: no
-- Every change of a ticket's state by its number, with a first row for its creation (status new).
select m.ticket_no, coalesce({{ epoch('e.occurred_at') }}, {{ long_ago }}) as changed_at, coalesce(e.seq, 0) as seq,
       e.event_id, e.field, e.value, m.is_survivor,
       case when e.actor_type = 'agent' and b.agent_id is null then e.actor_id end as human_id,
       e.actor_type = 'agent' and b.agent_id is null as is_human
from {{ rows('ticket_events', 'ticket') }} as e
join {{ facts }}.members as m on m.source = coalesce(e.ticket_source, e.source) and m.ticket_id = e.ticket_id
left join {{ facts }}.bots as b on b.source = e.source and b.agent_id = e.actor_id

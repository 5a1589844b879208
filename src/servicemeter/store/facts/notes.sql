-- kind: ticket
-- needs: members, people
-- keep: no
-- What people wrote that is no public answer (notes).
{% import '_macros.sql' as m with context %}
select m.ticket_no, {{ epoch('g.occurred_at') }} as noted_at,
       {{ m.update_key('g.source', 'g.update_id', 'g.author_id', epoch('g.occurred_at')) }} as update_key, g.update_id is null as is_approximate
from {{ rows('messages', 'ticket') }} as g
join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
left join {{ work }}.people as p on p.source = g.source and p.agent_id = g.author_id
where g.author_type = 'agent' and (not g.is_public or g.is_auto) and not coalesce(p.is_bot, false)

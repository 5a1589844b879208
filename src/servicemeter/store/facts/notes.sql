-- kind: ticket
-- needs: members, people
-- keep: no
-- When a person first wrote something that is no public answer (a note).
select m.ticket_no, min({{ epoch('g.occurred_at') }}) as noted_at
from {{ rows('messages', 'ticket') }} as g
join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
left join {{ work }}.people as p on p.source = g.source and p.agent_id = g.author_id
where g.author_type = 'agent' and (not g.is_public or g.is_auto) and not coalesce(p.is_bot, false)
group by m.ticket_no

-- kind: ticket
-- needs: stream, macros, bots, agent_spans
-- dimensions: agent=agent_id team=team_id macro_id=macro_id; through: ticket_no; carries: source channel
-- Public answers by people, and legs of calls and chats that a person answered.
{% import '_macros.sql' as m with context %}
select r.ticket_no, r.is_inbound, r.is_written, r.replied_at, r.agent_id, coalesce(r.team_id, {{ m.team('w') }}) as team_id, o.macro_id
from (
    select s.ticket_no, s.is_inbound, true as is_written, s.said_at as replied_at, a.agent_id, a.source as agent_source, cast(null as varchar) as team_id, s.macro_no
    from {{ work }}.stream as s left join {{ work }}.people as a on a.agent_no = s.agent_no
    where s.kind = 1
    union all
    select m.ticket_no, m.is_inbound, false, {{ epoch('i.answered_at') }}, i.agent_id, i.source, i.team_id, null
    from {{ rows('interactions', 'ticket') }} as i
    join {{ facts }}.members as m on m.source = coalesce(i.ticket_source, i.source) and m.ticket_id = i.ticket_id
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
    where i.answered_at is not null and b.agent_id is null
) as r
left join {{ work }}.macros as o on o.macro_no = r.macro_no
{{ m.team_join('w', 'r.agent_source', 'r.agent_id', 'r.replied_at') }}

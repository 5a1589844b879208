-- kind: ticket
-- needs: stream, handled_sessions, agent_spans
-- dimensions: agent=agent_id team=team_id; through: ticket_no
-- Public answers by people, and calls and chats that a person answered.
{% import '_macros.sql' as m with context %}
select r.ticket_no, r.is_inbound, r.replied_at, r.agent_id, coalesce(r.team_id, {{ m.team('w') }}) as team_id
from (
    select s.ticket_no, s.is_inbound, s.said_at as replied_at, a.agent_id, a.source as agent_source, cast(null as varchar) as team_id
    from {{ work }}.stream as s left join {{ work }}.people as a on a.agent_no = s.agent_no
    where s.kind = 1
    union all
    select ticket_no, is_inbound, answered_at, agent_id, source, team_id
    from {{ work }}.handled_sessions where answered_at is not null
) as r
{{ m.team_join('w', 'r.agent_source', 'r.agent_id', 'r.replied_at') }}

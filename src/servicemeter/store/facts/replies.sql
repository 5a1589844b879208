-- kind: ticket
-- needs: stream, handled_sessions, agent_spans
-- dimensions: agent=agent_id team=team_id; through: ticket_no
-- Public answers by people, and calls and chats that a person answered.
{% import '_macros.sql' as m with context %}
select r.ticket_no, r.is_inbound, r.replied_at, r.agent_id, coalesce(r.team_id, {{ m.team('w') }}) as team_id
from (
    select ticket_no, is_inbound, said_at as replied_at, agent_id, agent_source, cast(null as varchar) as team_id
    from {{ facts }}.stream where kind = 'R'
    union all
    select ticket_no, is_inbound, answered_at, agent_id, source, team_id
    from {{ facts }}.handled_sessions where answered_at is not null
) as r
{{ m.team_join('w', 'r.agent_source', 'r.agent_id', 'r.replied_at') }}

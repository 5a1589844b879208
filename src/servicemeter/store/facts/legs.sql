-- kind: contact
-- needs: bots, agent_spans
-- of: interactions
-- dimensions: agent=agent_id team=team_id queue=queue
-- Legs of calls and chats that a person answered, and when and where the contact went on to (null where it ended with this leg). A leg
-- that names no team has that of whoever answered it.
{% import '_macros.sql' as m with context %}
with answered as (
    select i.source, coalesce(i.root_interaction_id, i.interaction_id) as contact_id, i.interaction_id as leg_id, i.started_at,
           {{ epoch('i.answered_at') }} as answered_at, i.queue, i.agent_id, i.team_id, b.agent_id is null as is_human
    from {{ rows('interactions', 'contact') }} as i
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
),
held as (
    select l.source, l.contact_id, l.leg_id, l.started_at, l.answered_at, l.queue, l.agent_id, l.is_human,
           coalesce(l.team_id, {{ m.team('r') }}, l.queue) as team_id
    from answered as l
    {{ m.team_join('r', 'l.source', 'l.agent_id', 'l.answered_at') }}
)
select source, contact_id, leg_id, answered_at, passed_at, next_team_id, queue, agent_id, team_id
from (
    select *, lead({{ epoch('started_at') }}) over in_order as passed_at, lead(team_id) over in_order as next_team_id
    from held
    window in_order as (partition by source, contact_id order by started_at, leg_id)
) as l
where is_human and answered_at is not null

-- kind: contact
-- needs: bots, agent_spans
-- of: interactions
-- dimensions: agent=agent_id team=team_id queue=queue
-- Legs of calls and chats that a person answered, and when and where the contact went on to (null where it ended with this leg).
{% import '_macros.sql' as m with context %}
select l.source, l.contact_id, l.leg_id, l.answered_at, l.passed_at, l.next_team_id, l.queue, l.agent_id,
       coalesce(l.team_id, {{ m.team('r') }}, l.queue) as team_id
from (
    select i.source, coalesce(i.root_interaction_id, i.interaction_id) as contact_id, i.interaction_id as leg_id,
           {{ epoch('i.answered_at') }} as answered_at, lead({{ epoch('i.started_at') }}) over in_order as passed_at,
           lead(coalesce(i.team_id, i.queue)) over in_order as next_team_id, i.queue, i.agent_id, i.team_id, b.agent_id is null as is_human
    from {{ rows('interactions', 'contact') }} as i
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
    window in_order as (partition by i.source, coalesce(i.root_interaction_id, i.interaction_id) order by i.started_at, i.interaction_id)
) as l
{{ m.team_join('r', 'l.source', 'l.agent_id', 'l.answered_at') }}
where l.is_human and l.answered_at is not null

-- title: Calls and chats that look like the same one twice
-- severity: note
-- touches: contacts handlings
-- total: interactions
-- remedy: The same channel, begin, end and agent under two ids: see whether one telephone system was imported twice, or as two sources.
select i.source, i.interaction_id, d.first_interaction_id, i.started_at, i.ended_at, i.agent_id
from (
    select channel, started_at, ended_at, agent_id, min(interaction_id) as first_interaction_id
    from interactions where agent_id is not null and ended_at > started_at
    group by channel, started_at, ended_at, agent_id having count(*) > 1
) as d
join interactions as i
  on i.channel is not distinct from d.channel and i.started_at = d.started_at and i.ended_at = d.ended_at
 and i.agent_id = d.agent_id and i.interaction_id <> d.first_interaction_id

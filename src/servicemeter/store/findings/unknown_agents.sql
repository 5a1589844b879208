-- title: Agents who act but are not in the list of agents
-- severity: wrong
-- touches: agent team
-- remedy: Add them to agents. Until then they count as people (bots among them too), without a name and without a team.
select a.source, a.agent_id, sum(a.acts) as row_count
from (
    select source, author_id as agent_id, count(*) as acts from messages where author_type = 'agent' group by source, author_id
    union all
    select source, actor_id, count(*) from ticket_events where actor_type = 'agent' group by source, actor_id
    union all
    select source, agent_id, count(*) from interactions group by source, agent_id
) as a
where a.agent_id is not null
  and exists (select 1 from agents as listed where listed.source = a.source)
  and not exists (select 1 from agents as g where g.source = a.source and g.agent_id = a.agent_id)
group by a.source, a.agent_id

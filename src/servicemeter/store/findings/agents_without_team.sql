-- title: Agents without a team
-- severity: note
-- touches: team
-- total: agents
-- remedy: Put them in a team (agent_teams, with the day from which). What they do stands under (unknown) when you look by team.
select g.source, g.agent_id, g.name
from agents as g
where g.kind = 'human' and g.deleted_at is null
  and exists (select 1 from agent_teams as any_team where any_team.source = g.source)
  and not exists (select 1 from agent_teams as t where t.source = g.source and t.agent_id = g.agent_id)

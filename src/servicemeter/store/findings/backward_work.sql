-- title: Work and presence of staff that end before they begin
-- severity: wrong
-- touches: handlings agent_time
-- remedy: Check which column is which and their time zones. Such stretches are of no length that could be right.
select source, 'work_sessions' as "table", session_id as id, agent_id, started_at, ended_at
from work_sessions where ended_at < started_at
union all
select source, 'agent_states', agent_id, agent_id, started_at, ended_at
from agent_states where ended_at < started_at

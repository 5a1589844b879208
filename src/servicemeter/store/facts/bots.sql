-- kind: all
-- Agents that are no people.
select source, agent_id from {{ rows('agents') }} as a where kind = 'bot'

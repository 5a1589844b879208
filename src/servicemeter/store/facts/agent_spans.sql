-- kind: all
-- Who was in which team from when to when, one team at a time: of overlapping memberships the latest begun holds.
with memberships as (
    select source, agent_id, team_id,
           coalesce({{ epoch('valid_from') }}, {{ long_ago }}) as from_at,
           coalesce({{ epoch('valid_to') }}, {{ far_off }}) as to_at
    from {{ rows('agent_teams') }} as a
)
select source, agent_id, team_id, from_at,
       least(to_at, coalesce(lead(from_at) over (partition by source, agent_id order by from_at, team_id), {{ far_off }})) as to_at
from memberships

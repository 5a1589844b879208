-- kind: all
-- Who was in which team from when to when, one team at a time: of the memberships that hold at an instant the latest begun.
-- Who helps another team for a week is back in their own after it.
with memberships as (
    select source, agent_id, team_id,
           coalesce({{ epoch('valid_from') }}, {{ long_ago }}) as from_at,
           coalesce({{ epoch('valid_to') }}, {{ far_off }}) as to_at
    from {{ rows('agent_teams') }} as a
),
edges as (
    select source, agent_id, from_at as turned_at from memberships
    union
    select source, agent_id, to_at from memberships
),
pieces as (
    select source, agent_id, turned_at as from_at, lead(turned_at) over (partition by source, agent_id order by turned_at) as to_at
    from edges
),
held as (
    select p.source, p.agent_id, m.team_id, p.from_at, p.to_at,
           row_number() over (partition by p.source, p.agent_id, p.from_at order by m.from_at desc, m.team_id desc) as back
    from pieces as p
    join memberships as m
      on m.source = p.source and m.agent_id = p.agent_id and m.from_at <= p.from_at and m.to_at >= p.to_at
)
select source, agent_id, team_id, from_at, to_at from held where back = 1

-- kind: agent_state
-- needs: bots, agent_spans
-- of: agent_states
-- dimensions: agent=agent_id team=team_id channel=none channel_class=none brand=none language=none reason=none
-- What an agent was doing, second by second once: handling before available before anything else but offline, so that two
-- chats at a time, or handling while available, fill the time once. A state without an end lasts until the agent's next one, and
-- none beyond the end of what its source tells. Where a source's states do not tell handling, the handling of calls and chats
-- stands for it. Time is cut where its agent changes teams, so that each team has its own part.
{% import '_macros.sql' as m with context %}
with told as (
    select a.source, a.agent_id, case when a.state in ('handling', 'available', 'offline') then a.state else 'other' end as state,
           {{ epoch('a.started_at') }} as from_at,
           least(coalesce({{ epoch('a.ended_at') }},
                          min({{ epoch('a.started_at') }}) over (partition by a.source, a.agent_id order by {{ epoch('a.started_at') }}
                                                                range between 1 following and unbounded following),
                          {{ far_off }}), {{ end_of('a.source') }}) as to_at
    from {{ begun('agent_states') }} as a
),
silent as (
    select source from told group by source having max(case when state = 'handling' then 1 else 0 end) = 0
),
busy as (
    select source, agent_id, state, from_at, to_at from told where state <> 'offline'
    union all
    select i.source, i.agent_id, 'handling', {{ epoch('i.answered_at') }},
           least({{ epoch('i.ended_at') }} + coalesce(i.acw_s, 0), {{ end_of('i.source') }})
    from {{ begun('interactions') }} as i
    join silent as s on s.source = i.source
    where i.answered_at is not null and i.ended_at is not null and i.agent_id is not null
),
turnings as (
    select source, agent_id, turned_at, sum(handling) as handling, sum(available) as available, sum(logged_in) as logged_in
    from (
        select source, agent_id, from_at as turned_at, case when state = 'handling' then 1 else 0 end as handling,
               case when state = 'available' then 1 else 0 end as available, 1 as logged_in
        from busy where to_at > from_at
        union all
        select source, agent_id, to_at, case when state = 'handling' then -1 else 0 end,
               case when state = 'available' then -1 else 0 end, -1
        from busy where to_at > from_at
        {% if has_agent_teams %}
        union all
        select source, agent_id, from_at, 0, 0, 0 from {{ facts }}.agent_spans
        union all
        select source, agent_id, to_at, 0, 0, 0 from {{ facts }}.agent_spans
        {% endif %}
    ) as ends
    group by source, agent_id, turned_at
),
running as (
    select source, agent_id, turned_at as from_at, lead(turned_at) over in_order as to_at,
           sum(handling) over in_order as handling, sum(available) over in_order as available, sum(logged_in) over in_order as logged_in
    from turnings
    window in_order as (partition by source, agent_id order by turned_at)
)
select r.source, r.agent_id, r.from_at, r.to_at,
       case when r.handling > 0 then 'handling' when r.available > 0 then 'available' else 'other' end as state,
       cast(null as varchar) as customer_source, cast(null as varchar) as customer_id, {{ m.team('w') }} as team_id
from running as r
left join {{ facts }}.bots as b on b.source = r.source and b.agent_id = r.agent_id
{{ m.team_join('w', 'r.source', 'r.agent_id', 'r.from_at') }}
where r.logged_in > 0 and b.agent_id is null
union all
select t.source, t.agent_id, t.from_at, t.from_at + 1, 'invalid', null, null, null
from told as t left join {{ facts }}.bots as b on b.source = t.source and b.agent_id = t.agent_id
where t.to_at < t.from_at and b.agent_id is null

-- kind: work
-- needs: bots, agent_spans, members, tickets
-- of: interactions work_sessions
-- dimensions: agent=agent_id team=team_id priority=ps.priority queue=queue
-- Time people spent handling: legs of calls and chats they answered, and work sessions on written tickets; with when the next one on the
-- same contact began and ended. A leg in progress is handled far off: its contact has not ended.
{% import '_macros.sql' as m with context %}
with handled as (
    select i.source, cast(null as integer) as ticket_no, true as is_leg, i.interaction_id as leg_id, coalesce(i.root_interaction_id, i.interaction_id) as contact_id,
           i.direction = 'inbound' as is_inbound,
           {{ epoch('coalesce(i.answered_at, i.started_at)') }} as answered_at,
           case when i.outcome = 'in_progress' then {{ far_off }}
                else {{ epoch('coalesce(i.ended_at, i.answered_at, i.started_at)') }} + coalesce(i.acw_s, 0) end as handled_at,
           i.talk_s + coalesce(i.hold_s, 0) + coalesce(i.acw_s, 0) as handle_seconds,
           i.hold_s is null or i.acw_s is null as is_partial,
           i.channel, i.brand, i.language, i.reason, i.queue, i.agent_id, i.team_id,
           coalesce(i.customer_source, i.source) as customer_source, i.customer_id
    from {{ rows('interactions', 'contact') }} as i
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
    where (i.outcome = 'answered' or i.outcome = 'in_progress' and i.answered_at is not null) and b.agent_id is null
    union all
    select w.source, t.ticket_no, false, 'ticket ' || t.ticket_id, 'ticket ' || t.ticket_id, t.is_inbound,
           {{ epoch('w.started_at') }}, {{ epoch('w.ended_at') }}, {{ epoch('w.ended_at') }} - {{ epoch('w.started_at') }}, false,
           t.channel, t.brand, t.language, t.reason, null, w.agent_id, null, t.customer_source, t.customer_id
    from {{ rows('work_sessions', 'ticket') }} as w
    join {{ facts }}.members as n on n.source = coalesce(w.ticket_source, w.source) and n.ticket_id = w.ticket_id
    join {{ facts }}.tickets as t on t.ticket_no = n.ticket_no
    left join {{ facts }}.bots as b on b.source = w.source and b.agent_id = w.agent_id
    where b.agent_id is null and w.ended_at is not null and coalesce(t.channel_class, 'asynchronous') = 'asynchronous'
)
select h.source, h.ticket_no, h.leg_id, h.is_leg,
       lead(h.answered_at) over in_order as next_answered_at, lead(h.handled_at) over in_order as next_handled_at, h.contact_id, h.is_inbound, h.handled_at, h.handle_seconds, h.is_partial,
       h.channel, h.brand, h.language, h.reason, h.queue, h.agent_id, h.customer_source, h.customer_id,
       case when h.channel in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when h.channel is null then null else 'asynchronous' end as channel_class,
       coalesce(h.team_id, {{ m.team('r') }}, h.queue) as team_id
from handled as h
{{ m.team_join('r', 'h.source', 'h.agent_id', 'h.handled_at') }}
window in_order as (partition by h.source, h.contact_id order by h.handled_at, h.leg_id)

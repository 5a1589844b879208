-- kind: contact
-- needs: bots, agent_spans
-- of: interactions
-- dimensions: agent=agent_id team=team_id queue=queue
-- Calls and chats as contacts: chains of legs with one root; the wait is the sum of the queue waits, the outcome the last leg's.
-- Most contacts are one leg and pass straight through; only chains are put together. The agent is who handled it last, with the team
-- they had then (`handling_team_id`); `team_id` is that of an answered contact, of any other who or what held it last. `ended_at` is
-- unknown while the last leg has not ended, `last_at` the last instant that the legs tell of.
{% import '_macros.sql' as m with context %}
with chains as (
    select distinct source, root_interaction_id as root_id from {{ rows('interactions', 'contact') }} as i
    where root_interaction_id <> interaction_id
),
legs as (
    select i.source, coalesce(i.root_interaction_id, i.interaction_id) as contact_id, i.interaction_id, c.root_id is not null as is_chained,
           case when i.ticket_id is not null then coalesce(i.ticket_source, i.source) end as ticket_source, i.ticket_id,
           case when i.customer_id is not null then coalesce(i.customer_source, i.source) end as customer_source, i.customer_id,
           i.channel, i.brand, i.language, i.reason, i.queue, i.direction = 'inbound' as is_inbound,
           case when i.outcome = 'in_progress' and i.answered_at is not null then 'answered' else i.outcome end as outcome,
           i.outcome in ('answered', 'in_progress') and (i.outcome = 'answered' or i.answered_at is not null) and b.agent_id is null as is_handled,
           case when b.agent_id is null then {{ epoch('i.answered_at') }} end as handled_at,
           i.agent_id, i.team_id, coalesce(i.team_id, i.queue) as held_by,
           {{ epoch('i.started_at') }} as started_at, {{ epoch('i.queued_at') }} as queued_at,
           {{ epoch('i.answered_at') }} as answered_at, {{ epoch('i.ended_at') }} as ended_at,
           {{ epoch('greatest(i.started_at, coalesce(i.queued_at, i.started_at), coalesce(i.answered_at, i.started_at), coalesce(i.ended_at, i.started_at))') }} as last_at,
           {{ epoch('coalesce(i.answered_at, i.ended_at)') }} - {{ epoch('i.queued_at') }} as queue_seconds
    from {{ rows('interactions', 'contact') }} as i
    left join chains as c on c.source = i.source and c.root_id = coalesce(i.root_interaction_id, i.interaction_id)
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
),
whole as (
    select source, contact_id, ticket_source, ticket_id, customer_source, customer_id, channel, brand, language, reason, queue, is_inbound, outcome,
           case when outcome = 'answered' then coalesce(answered_at, ended_at, queued_at, started_at) else coalesce(ended_at, queued_at, started_at) end as decided_at,
           case when is_handled then agent_id end as agent_id, held_by as last_team_id, case when is_handled then team_id end as leg_team_id,
           case when is_handled then answered_at end as last_handled_at,
           started_at, queued_at, ended_at, last_at, handled_at as first_handled_at, 1 as leg_count, queue_seconds as wait_seconds
    from legs where not is_chained
    union all
    select source, contact_id,
           {% for column in ['ticket_source', 'ticket_id', 'customer_source', 'customer_id'] %}
           {{ first_by(column, ['started_at', 'interaction_id'], column ~ ' is not null') }},
           {% endfor %}
           {{ first_by('channel', ['started_at', 'interaction_id']) }}, {{ first_by('brand', ['started_at', 'interaction_id']) }},
           {% for column in ['language', 'reason', 'queue'] %}
           {{ last_by(column, ['started_at', 'interaction_id'], column ~ ' is not null') }},
           {% endfor %}
           {{ first_by('is_inbound', ['started_at', 'interaction_id']) }}, {{ last_by('outcome', ['started_at', 'interaction_id']) }},
           {{ last_by("case when outcome = 'answered' then coalesce(answered_at, ended_at, queued_at, started_at) else coalesce(ended_at, queued_at, started_at) end", ['started_at', 'interaction_id']) }},
           {{ last_by('agent_id', ['started_at', 'interaction_id'], 'is_handled') }}, {{ last_by('held_by', ['started_at', 'interaction_id']) }},
           {{ last_by('team_id', ['started_at', 'interaction_id'], 'is_handled') }},
           {{ last_by('answered_at', ['started_at', 'interaction_id'], 'is_handled') }},
           min(started_at), min(queued_at),
           case when {{ last_by('case when ended_at is null then 0 else 1 end', ['started_at', 'interaction_id']) }} = 1 then max(ended_at) end,
           max(last_at), min(handled_at), count(*),
           case when count(case when queued_at is not null and queue_seconds is null then 1 end) = 0 then cast(sum(queue_seconds) as bigint) end
    from legs where is_chained group by source, contact_id
)
select w.*,
       case when w.channel in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when w.channel is null then null else 'asynchronous' end as channel_class,
       case when w.outcome = 'answered' then coalesce(w.handling_team_id, w.last_team_id) else w.last_team_id end as team_id
from (
    select s.source, s.contact_id, s.ticket_source, s.ticket_id, s.customer_source, s.customer_id, s.channel, s.brand, s.language, s.reason,
           s.queue, s.is_inbound, s.outcome, s.decided_at, s.agent_id, coalesce(s.leg_team_id, {{ m.team('r') }}) as handling_team_id,
           s.last_team_id, s.started_at, s.queued_at, s.ended_at, s.last_at, s.first_handled_at, s.leg_count, s.wait_seconds
    from whole as s
    {{ m.team_join('r', 's.source', 's.agent_id', 'coalesce(s.last_handled_at, s.decided_at)') }}
) as w

-- kind: contact
-- needs: bots, agent_spans
-- dimensions: agent=agent_id team=team_id queue=queue
-- Calls and chats as contacts: chains of legs with one root; the wait is the sum of the queue waits, the outcome the last leg's.
{% import '_macros.sql' as m with context %}
with legs as (
    select i.*, case when i.outcome = 'in_progress' and i.answered_at is not null then 'answered' else i.outcome end as known_outcome,
           coalesce(i.root_interaction_id, i.interaction_id) as root_id, b.agent_id is null as is_human,
           {{ epoch('i.started_at') }} as start_s, {{ epoch('i.queued_at') }} as queue_s,
           {{ epoch('i.answered_at') }} as answer_s, {{ epoch('i.ended_at') }} as end_s
    from {{ rows('interactions', 'contact') }} as i
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
),
whole as (
    select source, root_id as contact_id,
           {{ first_by('coalesce(ticket_source, source)', ['start_s', 'interaction_id'], 'ticket_id is not null') }} as ticket_source,
           {{ first_by('ticket_id', ['start_s', 'interaction_id'], 'ticket_id is not null') }} as ticket_id,
           {{ first_by('coalesce(customer_source, source)', ['start_s', 'interaction_id'], 'customer_id is not null') }} as customer_source,
           {{ first_by('customer_id', ['start_s', 'interaction_id'], 'customer_id is not null') }} as customer_id,
           {{ first_by('channel', ['start_s', 'interaction_id']) }} as channel,
           {{ first_by('brand', ['start_s', 'interaction_id']) }} as brand,
           {{ last_by('language', ['start_s', 'interaction_id'], 'language is not null') }} as language,
           {{ last_by('reason', ['start_s', 'interaction_id'], 'reason is not null') }} as reason,
           {{ last_by('queue', ['start_s', 'interaction_id'], 'queue is not null') }} as queue,
           {{ first_by('direction', ['start_s', 'interaction_id']) }} = 'inbound' as is_inbound,
           {{ last_by('known_outcome', ['start_s', 'interaction_id']) }} as outcome,
           {{ last_by("case known_outcome when 'answered' then coalesce(answer_s, end_s, queue_s, start_s) else coalesce(end_s, queue_s, start_s) end", ['start_s', 'interaction_id']) }} as decided_at,
           {{ last_by('agent_id', ['start_s', 'interaction_id'], "known_outcome = 'answered' and is_human") }} as agent_id,
           {{ last_by('coalesce(team_id, queue)', ['start_s', 'interaction_id']) }} as last_team_id,
           {{ last_by('team_id', ['start_s', 'interaction_id'], "known_outcome = 'answered' and is_human") }} as handling_team_id,
           min(start_s) as started_at, min(queue_s) as queued_at, max(end_s) as ended_at, count(*) as leg_count,
           case when count(*) filter (where queue_s is not null and coalesce(answer_s, end_s) is null) > 0 then null
                else cast(sum(coalesce(answer_s, end_s) - queue_s) filter (where queue_s is not null) as bigint) end as wait_seconds
    from legs group by source, root_id
)
select w.*,
       case when w.channel in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when w.channel is null then null else 'asynchronous' end as channel_class,
       case when w.outcome = 'answered' then coalesce(w.handling_team_id, {{ m.team('r') }}, w.last_team_id)
            else w.last_team_id end as team_id
from whole as w
{{ m.team_join('r', 'w.source', 'w.agent_id', 'w.decided_at') }}

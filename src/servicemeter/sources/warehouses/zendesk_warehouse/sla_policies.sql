-- The targets as they are now: of every policy, metric and priority the latest version.
select sla_policy_id as policy_id, rank,
       case metric when 'first_reply_time' then 'first_response' when 'next_reply_time' then 'next_response' else 'resolution' end as metric,
       priority, target * 60 as target_s, case when business_hours then 'business' else 'calendar' end as clock,
       case metric when 'requester_wait_time' then 'pending' when 'agent_work_time' then 'pending,on_hold' end as pause_states,
       sla_policy_updated_at as source_updated_at
from (
    select m.*, p.position as rank,
           row_number() over (partition by m.sla_policy_id, m.metric, m.priority order by m.sla_policy_updated_at desc) as back
    from sla_policy_metric_history as m
    left join (
        select id, position, row_number() over (partition by id order by updated_at desc) as back from sla_policy_history
    ) as p on p.id = m.sla_policy_id and p.back = 1
    where m.metric in ('first_reply_time', 'next_reply_time', 'requester_wait_time', 'agent_work_time', 'total_resolution_time')
) as versions
where back = 1

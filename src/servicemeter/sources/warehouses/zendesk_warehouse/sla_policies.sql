-- The targets as they are now. Of three ways to promise a resolution the first that a policy has is taken.
select sla_policy_id as policy_id, rank,
       case metric when 'first_reply_time' then 'first_response' when 'next_reply_time' then 'next_response' else 'resolution' end as metric,
       priority, target * 60 as target_s, case when business_hours then 'business' else 'calendar' end as clock,
       case metric when 'requester_wait_time' then 'pending' when 'agent_work_time' then 'pending+on_hold'
                   when 'total_resolution_time' then 'none' end as pause_states,
       sla_policy_updated_at as source_updated_at
from (
    select m.*, p.position as rank,
           row_number() over (partition by m.sla_policy_id, m.metric, m.priority order by m.sla_policy_updated_at desc) as back,
           dense_rank() over (
               partition by m.sla_policy_id
               order by case m.metric when 'first_reply_time' then 0 when 'next_reply_time' then 0 when 'requester_wait_time' then 1
                                      when 'agent_work_time' then 2 else 3 end
           ) - max(case when m.metric in ('first_reply_time', 'next_reply_time') then 1 else 0 end) over (partition by m.sla_policy_id) as way
    from sla_policy_metric_history as m
    join applied as a on a.sla_policy_id = m.sla_policy_id
    left join (
        select id, position, row_number() over (partition by id order by updated_at desc) as back from sla_policy_history
    ) as p on p.id = m.sla_policy_id and p.back = 1
    where m.metric in ('first_reply_time', 'next_reply_time', 'requester_wait_time', 'agent_work_time', 'total_resolution_time')
) as versions
where back = 1 and way <= 1

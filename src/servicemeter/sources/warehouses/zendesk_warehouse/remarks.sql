select 'Comments left out because they were deleted: ' || count(*) || '.' as remark
from ticket_comment where _fivetran_deleted having count(*) > 0
union all
select 'SLA policies are left out: the tables do not say which tickets a policy is for, and not all tickets run under the same one.'
from sla_policy_metric_history where not exists (select 1 from applied) having count(*) > 0
union all
select 'SLA targets of ' || string_agg(distinct metric, ', ' order by metric) || ' are left out: servicemeter measures no such promise.'
from sla_policy_metric_history
where metric not in ('first_reply_time', 'next_reply_time', 'requester_wait_time', 'agent_work_time', 'total_resolution_time')
having count(*) > 0

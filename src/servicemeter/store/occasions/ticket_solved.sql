-- about: requests of customers that were solved and have stayed solved
select 'solve' as what, k.source as of_source, k.ticket_id as of_id, f.solved_at as happened_at,
       k.source as ticket_source, k.ticket_id, k.customer_source, k.customer_id, f.agent_id, f.team_id,
       k.channel, k.brand, k.language,
       case when k.first_response_at is null and k.bot_answered_at is null then 'no_answer'
            when f.solver_id is null and coalesce(e.by_rule, 0) > 0 and coalesce(e.by_others, 0) = 0 then 'auto_closed' end as barred
from {{ facts }}.solves as f
join {{ facts }}.tickets as k on k.ticket_no = f.ticket_no
left join (
    select source, ticket_id, {{ epoch('occurred_at') }} as occurred_at,
           count(case when actor_type = 'system' then 1 end) as by_rule, count(case when actor_type <> 'system' then 1 end) as by_others
    from ticket_events where field = 'status' and value in ('solved', 'closed') group by 1, 2, 3
) as e on e.source = k.source and e.ticket_id = k.ticket_id and e.occurred_at = f.solved_at
where f.is_inbound and f.solved_at >= {{ since_s }} and f.solved_at < {{ until_s }} and (f.reopened_at is null or f.reopened_at >= {{ now_s }})

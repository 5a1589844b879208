-- The tickets of one page of a list ($numbers), as they stand at $e.
with assignees as (
    select ticket_no, agent_id from {{ facts }}.assignee_spans
    where ticket_no in ($numbers) and from_key < $at_key and to_key >= $at_key
),
holders as (
    select ticket_no, team_id from {{ facts }}.team_spans
    where ticket_no in ($numbers) and from_key < $at_key and to_key >= $at_key
),
priorities as (
    select ticket_no, priority from {{ facts }}.priority_spans
    where ticket_no in ($numbers) and from_key < $at_key and to_key >= $at_key
),
states as (
    select ticket_no, status from {{ facts }}.open_spans
    where ticket_no in ($numbers) and from_at < $e and (to_at is null or to_at >= $e)
),
solved as (
    select ticket_no, max(solved_at) as solved_at, count(*) as n from {{ facts }}.solves
    where ticket_no in ($numbers) and (solved_at is null or solved_at < $e) and (reopened_at is null or reopened_at >= $e)
    group by ticket_no
),
waiting as (
    select ticket_no, min(started_at) as waiting_since_at from {{ facts }}.turns
    where ticket_no in ($numbers) and responder <> 'any' and started_at < $e
      and (answered_at is null or answered_at >= $e) and (closed_at is null or closed_at >= $e)
    group by ticket_no
),
promises as (
    select f.ticket_no, f.metric, f.policy, f.state_no, f.due_at, f.target_seconds, $elapsed as elapsed_seconds,
           case when f.passed_at < $e then f.passed_at end as passed_at,
           row_number() over (partition by f.ticket_no
                              order by case when f.passed_at < $e then $passed else 0 end, case when f.passed_at < $e then f.passed_at else f.due_at end nulls last, f.metric, f.part_no) as place
    from {{ facts }}.sla_spans as f
    $hours
    where f.ticket_no in ($numbers) and f.from_at < $e and (f.to_at is null or f.to_at >= $e) and f.state_no in (0, 1)
)
select t.ticket_no, t.source, t.ticket_id, x.text as subject, t.created_at, t.channel, t.brand, t.language, t.reason, t.is_complaint,
       t.customer_source, t.customer_id, c.segment as customer_segment, coalesce(s.status, case when d.n > 0 then 'solved' end) as status,
       i.agent_id, a.name as agent_name, a.deleted_at is not null as is_agent_deleted, h.team_id, g.name as team_name, p.priority, t.first_contact_at,
       case when t.first_response_at < $e then t.first_response_at end as first_response_at,
       case when t.first_response_at < $e then t.first_response_at - t.first_contact_at end as first_response_seconds,
       w.waiting_since_at, d.solved_at, d.solved_at - t.created_at as solve_seconds,
       r.metric as promise, r.policy, r.state_no = 1 as is_paused, r.due_at, r.passed_at,
       r.elapsed_seconds, r.target_seconds
from {{ facts }}.tickets as t
left join states as s on s.ticket_no = t.ticket_no
left join solved as d on d.ticket_no = t.ticket_no
left join assignees as i on i.ticket_no = t.ticket_no
left join agents as a on a.source = t.source and a.agent_id = i.agent_id
left join holders as h on h.ticket_no = t.ticket_no
left join teams as g on g.source = t.source and g.team_id = h.team_id
left join priorities as p on p.ticket_no = t.ticket_no
left join waiting as w on w.ticket_no = t.ticket_no
left join promises as r on r.ticket_no = t.ticket_no and r.place = 1
left join customers as c on c.source = t.customer_source and c.customer_id = t.customer_id
left join texts as x on x.source = t.source and x.of = 'ticket' and x.id = t.ticket_id
where t.ticket_no in ($numbers)

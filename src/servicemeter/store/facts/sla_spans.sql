-- kind: ticket
-- needs: sla_clocks, sla_cases, assignee_spans, team_spans
-- of: sla_policies
-- variants: reopen sla_pause_states
-- dimensions: agent=assignee.agent_id team=holder.team_id policy=policy metric=metric; through: ticket_no; carries: source channel
-- join assignee: left join {{ facts }}.assignee_spans as assignee on assignee.ticket_no = f.ticket_no and assignee.from_key < p.e * 1000000000 and assignee.to_key >= p.e * 1000000000
-- join holder: left join {{ facts }}.team_spans as holder on holder.ticket_no = f.ticket_no and holder.from_key < p.e * 1000000000 and holder.to_key >= p.e * 1000000000
-- Promises over time: a stretch of one with one target in which the clock runs (0), is paused (1) or stands still because the
-- ticket is solved (9), with what the clock shows when it begins, when the promise is due if the clock runs on, and when it was
-- passed. The clock goes on after it was passed, up to the end.
select s.ticket_no, c.is_inbound, s.metric_no, s.part_no, p.policy_id as policy, p.metric, c.started_at, s.from_at, s.to_at, s.state_no,
       s.target_s as target_seconds, s.elapsed_before as elapsed_seconds, s.calendar_id, s.from_reading,
       case when s.state_no = 0 then s.due_at end as due_at, s.passed_at
from {{ work }}.sla_clocks as s
join {{ work }}.sla_cases as c on c.ticket_no = s.ticket_no and c.metric_no = s.metric_no and c.part_no = s.part_no
join {{ values(policies.rows(), ['policy_no', 'policy_id', 'metric', 'is_business', 'calendar_id', 'withdrawn_at']) }} as p
  on p.policy_no = s.policy_no
where s.target_s is not null and (s.to_at is null or s.to_at > s.from_at)

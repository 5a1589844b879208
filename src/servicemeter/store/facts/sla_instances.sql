-- kind: ticket
-- needs: sla_clocks, sla_cases, solves, assignee_spans, team_spans
-- of: sla_policies
-- variants: reopen sla_pause_states
-- dimensions: agent=assignee.agent_id team=holder.team_id policy=policy metric=metric; through: ticket_no; carries: source channel
-- join assignee: left join {{ facts }}.assignee_spans as assignee on assignee.ticket_no = f.ticket_no and assignee.from_key <= f.outcome_at * 1000000000 + 999999999 and assignee.to_key > f.outcome_at * 1000000000 + 999999999
-- join holder: left join {{ facts }}.team_spans as holder on holder.ticket_no = f.ticket_no and holder.from_key <= f.outcome_at * 1000000000 + 999999999 and holder.to_key > f.outcome_at * 1000000000 + 999999999
-- Promises: a ticket, a metric and a start, with what became of it and when that was known: met, breached (it passed the target,
-- whatever came later), unanswered (solved without a reply before that), withdrawn (the policy ended before that), or nothing
-- yet. Where a reopening lets a promise go on, each solve but the last is a row that holds until `reopened_at`.
with whole as (
    select ticket_no, metric_no, part_no, max(policy_no) as policy_no, max(passed_at) as passed_at, max(promised_at) as promised_at,
           max(case when from_at = promised_at then passes_at end) as mature_at,
           max(case when from_at <= passed_at and (to_at is null or to_at > passed_at) then target_s end) as passed_target_s,
           max(case when to_at is null then null else elapsed_before + length_s end) as elapsed_s
    from {{ work }}.sla_clocks
    group by ticket_no, metric_no, part_no
),
ended as (
    select w.ticket_no, w.metric_no, w.part_no, w.passed_at, w.promised_at, w.mature_at, w.passed_target_s, w.elapsed_s,
           c.is_inbound, c.started_at, c.fulfilled_at, least(c.ended_at, nullif(p.withdrawn_at, {{ far_off }})) as ended_at,
           p.withdrawn_at, p.withdrawn_at < coalesce(c.ended_at, {{ far_off }}) as is_withdrawn, p.policy_id, p.metric
    from whole as w
    join {{ work }}.sla_cases as c on c.ticket_no = w.ticket_no and c.metric_no = w.metric_no and c.part_no = w.part_no
    join {{ values(policies.rows(), ['policy_no', 'policy_id', 'metric', 'is_business', 'calendar_id', 'withdrawn_at']) }} as p
      on p.policy_no = w.policy_no
    where w.promised_at = c.started_at or w.promised_at < coalesce(c.ended_at, {{ far_off }})
)
select ticket_no, is_inbound, metric_no, part_no, policy_id as policy, metric, started_at, promised_at, mature_at, passed_at, passed_target_s as target_seconds,
       ended_at, coalesce(passed_at, ended_at) as outcome_at,
       case when passed_at is not null then 'breached' when ended_at is null then null when is_withdrawn then 'withdrawn'
            when fulfilled_at is not null then 'met' else 'unanswered' end as ended_as,
       case when ended_at is not null then elapsed_s - passed_target_s end as overrun_seconds, cast(null as bigint) as reopened_at
from ended
{% if reopen == 'continue' %}
union all
select e.ticket_no, e.is_inbound, e.metric_no, e.part_no, e.policy_id, e.metric, e.started_at, e.promised_at, e.mature_at, null, null,
       s.solved_at, s.solved_at, 'met', null, least(s.reopened_at, e.withdrawn_at)
from ended as e
join {{ facts }}.solves as s on s.ticket_no = e.ticket_no and s.reopened_at > s.solved_at
where e.metric_no = 3 and e.promised_at <= s.solved_at and (e.passed_at is null or e.passed_at > s.solved_at) and e.withdrawn_at > s.solved_at
{% endif %}

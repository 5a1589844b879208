-- The promises on it, and what became of each by the moment.
select f.metric_no, f.part_no, f.metric, f.policy, f.started_at, f.target_seconds as passed_target_seconds,
       case when f.passed_at < $e then f.passed_at end as passed_at, case when f.ended_at < $e then f.ended_at end as ended_at,
       case when f.outcome_at < $e then f.ended_as end as ended_as
from {{ facts }}.sla_instances as f where f.ticket_no = $number and f.promised_at < $e order by f.started_at, f.metric_no, f.part_no

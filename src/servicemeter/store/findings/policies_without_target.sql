-- title: Agreements without a time to keep
-- severity: missing
-- touches: sla_instances sla_spans
-- total: sla_policies
-- remedy: Give a target_s of at least one second. Nothing is measured against such a row.
select source, policy_id, metric, priority, target_s from sla_policies where target_s <= 0

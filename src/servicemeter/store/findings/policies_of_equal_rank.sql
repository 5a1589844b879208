-- title: Agreements of equal rank that fit the same tickets
-- severity: note
-- touches: sla_instances sla_spans
-- total: sla_policies
-- remedy: Give them different ranks, or filters that exclude each other. Until then the one with the lower policy_id goes first.
select distinct a.source, a.metric, a.rank, a.policy_id, b.policy_id as other_policy_id
from sla_policies as a
join sla_policies as b on b.metric = a.metric and b.policy_id > a.policy_id and b.rank is not distinct from a.rank
where (a.channel is null or b.channel is null or a.channel = b.channel)
  and (a.brand is null or b.brand is null or a.brand = b.brand)
  and (a.segment is null or b.segment is null or a.segment = b.segment)
  and (a.reason is null or b.reason is null or a.reason = b.reason)
  and (a.priority is null or b.priority is null or a.priority = b.priority)
  and (a.valid_to is null or b.valid_from is null or b.valid_from < a.valid_to)
  and (b.valid_to is null or a.valid_from is null or a.valid_from < b.valid_to)

-- The one policy that every ticket of its time runs under; no row where there are several, or where some tickets have none.
-- Zendesk's conditions of a policy are not in the tables, so that otherwise nobody could say whose promise it is.
select max(a.sla_policy_id) as sla_policy_id
from ticket_sla_policy as a
having count(distinct a.sla_policy_id) = 1
   and not exists (
       select 1 from ticket as t
       where t.created_at >= (select min(policy_applied_at) from ticket_sla_policy)
         and t.id not in (select ticket_id from ticket_sla_policy)
   )

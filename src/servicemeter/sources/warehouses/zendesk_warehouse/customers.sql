-- Whoever is no member of the staff, and members of the staff who asked something themselves.
select p.id as customer_id, p.name, p.created_at as first_seen_at, o.name as segment, p.language,
       p.is_staff as is_internal, p.updated_at as source_updated_at
from people as p
left join organization as o on o.id = p.organization_id
where not p.is_staff or p.id in (select requester_id from ticket where requester_id is not null)

-- Users: staff answer, the others ask. A requester speaks as a customer also when he is staff.
select u.id, u.name, u.email, u.phone, u.external_id, u.organization_id, u.created_at, u.updated_at,
       lower(u.role) in ('agent', 'admin') as is_staff,
       not coalesce(u.active, true) or coalesce(u._fivetran_deleted, false) as is_deleted,
       nullif(lower(split_part(u.locale, '-', 1)), '') as language
from "user" as u

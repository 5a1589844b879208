-- Somebody in several groups answers for his default one.
select user_id as agent_id, group_id as team_id, created_at as valid_from
from group_membership
where coalesce("default", true) and not coalesce(_fivetran_deleted, false)

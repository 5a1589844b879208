select id as agent_id, name, case when is_deleted then updated_at end as deleted_at, updated_at as source_updated_at
from people where is_staff

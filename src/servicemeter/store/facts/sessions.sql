-- kind: all
-- The contact (root) each leg of a call or chat belongs to.
select source, interaction_id, coalesce(root_interaction_id, interaction_id) as root_id
from {{ rows('interactions') }} as i

-- kind: all
-- keep: no
-- The contact (root) each leg of a call or chat belongs to, and its number.
select source, interaction_id, coalesce(root_interaction_id, interaction_id) as root_id,
       dense_rank() over (order by source, coalesce(root_interaction_id, interaction_id)) as session_no
from {{ rows('interactions') }} as i

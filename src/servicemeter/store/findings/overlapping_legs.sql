-- title: Calls and chats that wait in two queues at once
-- severity: wrong
-- touches: contacts.wait_seconds
-- total: interactions
-- remedy: Check root_interaction_id and the end of the earlier leg: waits of legs that overlap are added up twice.
select source, interaction_id, root_id as root_interaction_id, queued_at, before_id as earlier_interaction_id, before_until_at as earlier_wait_ended_at
from (
    select source, interaction_id, coalesce(root_interaction_id, interaction_id) as root_id, queued_at,
           lag(interaction_id) over in_order as before_id, lag(coalesce(answered_at, ended_at)) over in_order as before_until_at
    from interactions
    where queued_at is not null
    window in_order as (partition by source, coalesce(root_interaction_id, interaction_id) order by queued_at, started_at, interaction_id)
) as legs
where queued_at < before_until_at

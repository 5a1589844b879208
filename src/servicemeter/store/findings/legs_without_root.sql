-- title: Legs of calls and chats whose first leg is not there
-- severity: missing
-- touches: contacts
-- total: interactions
-- remedy: Import the first legs too: their wait, direction and channel are missing from the contact.
select i.source, i.interaction_id, i.root_interaction_id, i.started_at
from interactions as i
where i.root_interaction_id is not null
  and not exists (select 1 from interactions as r where r.source = i.source and r.interaction_id = i.root_interaction_id)

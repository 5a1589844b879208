-- title: Legs of calls and chats whose first leg is not there
-- severity: missing
-- touches: contacts
-- total: interactions
-- remedy: Import the first legs too: their wait, direction and channel are missing from the contact.
-- Where every leg names its call and no call is called after a leg, calls have numbers of their own and lack no leg.
select i.source, i.interaction_id, i.root_interaction_id, i.started_at
from interactions as i
where i.root_interaction_id is not null
  and not exists (select 1 from interactions as r where r.source = i.source and r.interaction_id = i.root_interaction_id)
  and i.source in (
      select n.source from interactions as n
      left join interactions as f on f.source = n.source and f.interaction_id = n.root_interaction_id
      where n.root_interaction_id is null or f.interaction_id is not null
  )

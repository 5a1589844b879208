-- kind: ticket
-- needs: bots
-- keep: no
-- Who wrote messages, by number; the numbers go up with source and id.
select row_number() over (order by a.source, a.agent_id) as agent_no, a.source, a.agent_id, b.agent_id is not null as is_bot
from (
    select distinct source, author_id as agent_id from {{ rows('messages', 'ticket') }} as g
    where author_type in ('agent', 'bot') and author_id is not null
) as a
left join {{ facts }}.bots as b on b.source = a.source and b.agent_id = a.agent_id

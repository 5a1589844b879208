-- id: message_id
select g.source, g.message_id as id, g.ticket_id, coalesce(i.channel, t.channel) as channel, coalesce(i.brand, t.brand) as brand,
       coalesce(i.language, t.language) as language, {{ epoch('g.occurred_at') }} as happened_s,
       case when i.reason is not null and i.reason <> 'merged' then i.reason
            when g.author_type = 'system' then 'system' when not g.is_public then 'note' when g.is_auto then 'automatic'
            else 'bot' end as reason
from {{ rows('messages') }} as g
left join invalid_tickets as i on i.source = coalesce(g.ticket_source, g.source) and i.ticket_id = g.ticket_id
left join {{ facts }}.tickets as t on t.source = coalesce(g.ticket_source, g.source) and t.ticket_id = g.ticket_id
left join {{ facts }}.bots as b on b.source = g.source and b.agent_id = g.author_id and g.author_type = 'agent'
where g.author_type <> 'customer'
  and ((i.reason is not null and i.reason <> 'merged') or g.author_type = 'system' or not g.is_public or g.is_auto or g.author_type = 'bot' or b.agent_id is not null)

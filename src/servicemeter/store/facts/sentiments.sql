-- kind: ticket
-- needs: members
-- of: message_sentiment
-- dimensions: agent=none team=none; through: ticket_no; carries: source channel
-- How customers' public messages sound, by model: what they wrote themselves, not automatic replies. A score is in billionths:
-- whole numbers add up to the same sum in any order.
select m.ticket_no, m.is_inbound, {{ epoch('g.occurred_at') }} as said_at, s.model,
       cast({{ decimal('s.score * 1000000000', 18, 0) }} as bigint) as score_billionths,
       {{ epoch('g.occurred_at') }} * 1000000000 + {{ tie('g.message_id') }} as said_key
from {{ rows('message_sentiment') }} as s
join {{ rows('messages', 'ticket') }} as g on g.source = coalesce(s.message_source, s.source) and g.message_id = s.message_id
join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
where g.author_type = 'customer' and g.is_public and not g.is_auto and s.score is not null

-- kind: ticket
-- needs: members, bots, sessions
-- of: interactions
-- keep: no
-- Calls and chats on a ticket, one row a contact: when it began, when a person answered, and who did.
select m.ticket_no, i.source, s.session_no, m.is_inbound,
       min(case when i.direction = 'inbound' then {{ epoch('coalesce(i.queued_at, i.started_at)') }} end) as contacted_at,
       min(case when b.agent_id is null then {{ epoch('i.answered_at') }} end) as answered_at,
       min(case when b.agent_id is null and i.direction = 'inbound' then {{ epoch('i.answered_at') }} end) as inbound_answered_at,
       {{ first_by('i.agent_id', ['i.answered_at', 'i.interaction_id'], 'b.agent_id is null and i.answered_at is not null') }} as agent_id,
       {{ first_by('i.team_id', ['i.answered_at', 'i.interaction_id'], 'b.agent_id is null and i.answered_at is not null') }} as team_id
from {{ rows('interactions', 'ticket') }} as i
join {{ facts }}.members as m on m.source = coalesce(i.ticket_source, i.source) and m.ticket_id = i.ticket_id
join {{ work }}.sessions as s on s.source = i.source and s.interaction_id = i.interaction_id
left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
group by m.ticket_no, i.source, s.session_no, m.is_inbound

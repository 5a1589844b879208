select i.started_at as at, 1 as place, 'contact' as what, i.source, i.ticket_id, i.interaction_id, i.root_interaction_id, i.channel,
       i.direction, i.queued_at, i.answered_at, i.ended_at, i.outcome, i.talk_s, i.hold_s, i.acw_s, i.agent_id, i.team_id, i.queue
from asked as a join {{ rows('interactions') }} as i on coalesce(i.ticket_source, i.source) = a.source and i.ticket_id = a.ticket_id

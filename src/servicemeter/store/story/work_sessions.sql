select w.started_at as at, 3 as place, 'work session' as what, w.source, w.ticket_id, w.session_id, w.agent_id, w.ended_at
from asked as a join {{ rows('work_sessions') }} as w on coalesce(w.ticket_source, w.source) = a.source and w.ticket_id = a.ticket_id

-- title: Calls and chats whose times run backwards
-- severity: wrong
-- touches: contacts.wait_seconds handlings.handle_seconds
-- total: interactions
-- remedy: Check which column is which and their time zones. Such waits and handle times cannot be right.
select source, interaction_id,
       case when answered_at < queued_at then 'answered before queued'
            when answered_at < started_at then 'answered before it started'
            when queued_at < started_at then 'queued before it started'
            when ended_at < coalesce(answered_at, queued_at, started_at) then 'ended before it was answered or began'
            else 'negative talk, hold or wrap-up' end as fault,
       started_at, queued_at, answered_at, ended_at
from interactions
where answered_at < queued_at or answered_at < started_at or queued_at < started_at
   or ended_at < coalesce(answered_at, queued_at, started_at) or talk_s < 0 or hold_s < 0 or acw_s < 0

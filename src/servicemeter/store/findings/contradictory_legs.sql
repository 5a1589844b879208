-- title: Calls and chats whose outcome and times contradict each other
-- severity: wrong
-- touches: contacts.outcome handlings
-- total: interactions
-- remedy: Correct the mapping of outcomes: answered needs the instant of the answer; abandoned and missed must not have one.
select source, interaction_id, outcome,
       case when outcome = 'answered' then 'answered, but not when' else outcome || ', but answered at some instant' end as fault,
       started_at, answered_at, ended_at
from interactions
where (outcome = 'answered' and answered_at is null) or (outcome in ('abandoned', 'missed', 'in_queue') and answered_at is not null)

-- title: Tickets merged into one that is not there or does not count
-- severity: missing
-- touches: tickets
-- total: tickets
-- remedy: Import the ticket they were merged into, or correct the merge. If that ticket is spam, a test or deleted, they are out of every figure with it.
select m.source, m.ticket_id, m.survivor_id,
       case when t.ticket_id is null then 'not there' else 'spam, test or deleted' end as fault
from {{ facts }}.merges as m
join tickets as own on own.source = m.source and own.ticket_id = m.ticket_id
left join tickets as t on t.source = m.source and t.ticket_id = m.survivor_id
where not exists (select 1 from {{ facts }}.members as s where s.source = m.source and s.ticket_id = m.survivor_id)

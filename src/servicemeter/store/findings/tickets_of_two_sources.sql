-- title: Tickets that stand in two sources
-- severity: wrong
-- touches: tickets.created_at
-- total: {{ facts }}.tickets
-- remedy: The same number and second of creation: one export was imported under two names, and every figure counts it twice. Import all files of an export under one name (--source NAME), into a fresh data folder.
select t.source, t.ticket_id, o.source as other_source, t.created_at
from {{ facts }}.tickets as t
join (
    select ticket_id, created_at, min(source) as source from {{ facts }}.tickets where created_at is not null
    group by ticket_id, created_at having count(*) > 1
) as o on o.ticket_id = t.ticket_id and o.created_at = t.created_at and o.source <> t.source

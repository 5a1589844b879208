-- title: Sources that never say that a message is internal
-- severity: note
-- touches: needs.messages
-- total: sources
-- remedy: See whether its staff write internal notes. If so, map the column that tells them apart (is_public): until then a note counts as an answer to the customer.
-- At least a hundred messages of staff, all of them public: where notes are written at all, that is no chance.
select source, count(*) as public_count
from messages
where author_type = 'agent'
group by source
having count(*) >= 100 and count(case when not is_public then 1 end) = 0

-- title: Sources that never say that a message is internal
-- severity: note
-- touches: needs.messages
-- total: sources
-- remedy: See whether its staff write internal notes. If so, map the column that tells them apart (is_public): until then a note counts as an answer to the customer.
-- A source of first replies alone (first_replies) has no notes among them: those are what the customer got.
-- At least a hundred messages of staff, all of them public: where notes are written at all, that is no chance.
select source, count(*) as public_count
from messages
where author_type = 'agent'
  and not exists (
      select 1 from sources as s
      where s.source = messages.source and ',' || s.capabilities || ',' like '%,first_replies,%'
        and ',' || s.capabilities || ',' not like '%,messages,%'
  )
group by source
having count(*) >= 100 and count(case when not is_public then 1 end) = 0

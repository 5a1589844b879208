-- title: Sources that were read longer ago than the others
-- severity: missing
-- touches: *
-- total: sources
-- remedy: Import or sync them again, or say since when they are switched off (ended_at). Figures of the last days lack their rows.
select s.source, s.loaded_through, l.loaded_through as others_loaded_through
from sources as s
join (select max(loaded_through) as loaded_through from sources) as l
  on {{ epoch('l.loaded_through') }} - {{ epoch('s.loaded_through') }} >= 86400
where s.ended_at is null or s.ended_at > s.loaded_through

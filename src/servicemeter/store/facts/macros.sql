-- kind: ticket
-- keep: no
-- Standard answers that were used, by number.
select {{ numbered(['source', 'macro_id']) }} as macro_no, source, macro_id
from (select distinct source, macro_id from {{ rows('messages', 'ticket') }} as g where macro_id is not null) as used

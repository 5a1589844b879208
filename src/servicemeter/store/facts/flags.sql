-- kind: ticket
-- needs: members
-- Tickets that somebody marked as solved at the first contact (a tag), from when to when.
{% import '_macros.sql' as w with context %}
select m.ticket_no, coalesce({{ epoch('g.added_at') }}, m.created_at, {{ long_ago }}) as from_at,
       coalesce({{ epoch('g.removed_at') }}, {{ far_off }}) as to_at
from {{ rows('ticket_tags', 'ticket') }} as g
join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
where {{ w.marks_first_contact('g.tag') }}

-- kind: ticket
-- needs: people, sessions, macros
-- keep: no
-- What was said in public by customers (0), people (1) and bots (2). One number orders the lines of a ticket: the second,
-- customer messages before answers within it, bots before people, then by the number of who spoke. Lines that are alike in all
-- of this may stand in any order.
{% import '_macros.sql' as m with context %}
select m.ticket_no, m.is_inbound,
       cast(case when g.interaction_id is null then 0 else coalesce(s.session_no, -1 - {{ tie('g.interaction_id') }}) end as integer) as session_no,
       cast(case when g.author_type = 'customer' then 0 when g.author_type = 'bot' or p.is_bot then 2 else 1 end as tinyint) as kind,
       cast(p.agent_no as integer) as agent_no,
       {% if has_macros %}cast(o.macro_no as integer){% else %}cast(null as integer){% endif %} as macro_no,
       ({{ epoch('g.occurred_at') }} * 4 + case when g.author_type = 'customer' then 0 else 1 end) * 268435456
           + case when g.author_type = 'customer' then 0 when g.author_type = 'bot' or p.is_bot then coalesce(p.agent_no, 0)
                  else 134217728 + coalesce(p.agent_no, 0) end as line_key,
       case when g.author_type = 'agent' then {{ m.update_key('g.source', 'g.update_id', 'g.author_id', epoch('g.occurred_at')) }} end as update_key,
       g.update_id is null as is_approximate
from {{ rows('messages', 'ticket') }} as g
join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
left join {{ work }}.people as p on p.source = g.source and p.agent_id = g.author_id and g.author_type <> 'customer'
left join {{ work }}.sessions as s on s.source = coalesce(g.interaction_source, g.source) and s.interaction_id = g.interaction_id
{% if has_macros %}
left join {{ work }}.macros as o on o.source = g.source and o.macro_id = g.macro_id
{% endif %}
where g.is_public and not g.is_auto and g.author_type in ('customer', 'agent', 'bot')

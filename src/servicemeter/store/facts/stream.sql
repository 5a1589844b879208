-- kind: ticket
-- needs: people, sessions, transitions
-- keep: no
-- What was said in public by customers (0), people (1) and bots (2), with the solves (3) between, in order: customer messages
-- come before answers of the same second, and messages before solves. Each live session is a stream of its own.
with said as (
    select m.ticket_no, m.is_inbound,
           cast(case when g.interaction_id is null then 0 else coalesce(s.session_no, -1 - {{ tie('g.interaction_id') }}) end as integer) as session_no,
           {{ epoch('g.occurred_at') }} as said_at,
           case when g.author_type = 'customer' then 0 when g.author_type = 'bot' or p.is_bot then 2 else 1 end as kind,
           {{ tie('g.message_id') }} as tie, cast(p.agent_no as integer) as agent_no
    from {{ rows('messages', 'ticket') }} as g
    join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
    left join {{ work }}.people as p on p.source = g.source and p.agent_id = g.author_id and g.author_type <> 'customer'
    left join {{ work }}.sessions as s on s.source = coalesce(g.interaction_source, g.source) and s.interaction_id = g.interaction_id
    where g.is_public and not g.is_auto and g.author_type in ('customer', 'agent', 'bot')
),
solves as (
    select ticket_no, is_inbound, changed_at from {{ work }}.transitions where is_solve and changed_at is not null
),
lines as (
    select ticket_no, is_inbound, session_no, said_at, cast(kind as tinyint) as kind, agent_no,
           (said_at * 4 + case when kind = 0 then 0 else 1 end) * 268435456 + tie % 268435456 as line_key
    from said
    union all
    select ticket_no, is_inbound, 0, changed_at, 3, null, (changed_at * 4 + 2) * 268435456 from solves
    union all
    select s.ticket_no, s.is_inbound, l.session_no, s.changed_at, 3, null, (s.changed_at * 4 + 2) * 268435456
    from solves as s
    join (select distinct ticket_no, session_no from said where session_no <> 0) as l on l.ticket_no = s.ticket_no
)
select ticket_no, is_inbound, session_no, said_at, kind, agent_no, line_key,
       lag(kind) over in_order as kind_before,
       row_number() over in_order as place,
       count(case when kind in (1, 3) then 1 end) over (in_order rows between unbounded preceding and 1 preceding) as answers_before
from lines
window in_order as (partition by ticket_no, session_no order by line_key)

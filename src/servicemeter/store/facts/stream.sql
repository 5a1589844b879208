-- kind: ticket
-- needs: members, bots, sessions, transitions
-- keep: no
-- What was said in public by people and bots, with the solves between, in order: customer messages come before answers of the
-- same second, and messages before solves. Each live session is a stream of its own.
with said as (
    select m.ticket_no, m.is_inbound, coalesce(s.root_id, g.interaction_id, '') as session_id,
           {{ epoch('g.occurred_at') }} as said_at, g.message_id,
           case when g.author_type = 'customer' then 'C'
                when g.author_type = 'bot' or b.agent_id is not null then 'B' else 'R' end as kind,
           case when g.author_type <> 'customer' then g.author_id end as agent_id,
           g.source as agent_source
    from {{ rows('messages', 'ticket') }} as g
    join {{ facts }}.members as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
    left join {{ facts }}.bots as b on b.source = g.source and b.agent_id = g.author_id and g.author_type = 'agent'
    left join {{ facts }}.sessions as s on s.source = coalesce(g.interaction_source, g.source) and s.interaction_id = g.interaction_id
    where g.is_public and not g.is_auto and g.author_type in ('customer', 'agent', 'bot')
),
solves as (
    select ticket_no, changed_at from {{ facts }}.transitions where is_solve
),
lines as (
    select ticket_no, is_inbound, session_id, said_at, case when kind = 'C' then 0 else 1 end as class, message_id, kind, agent_id, agent_source
    from said
    union all
    select ticket_no, null, '', changed_at, 2, '', 'S', null, null from solves
    union all
    select s.ticket_no, null, l.session_id, s.changed_at, 2, '', 'S', null, null
    from solves as s
    join (select distinct ticket_no, session_id from said where session_id <> '') as l on l.ticket_no = s.ticket_no
)
select ticket_no, is_inbound, session_id, said_at, kind, agent_id, agent_source,
       row_number() over in_order as place,
       kind = 'C' and coalesce(lag(kind) over in_order, 'S') <> 'C' as starts_contact,
       count(case when kind in ('R', 'S') then 1 end) over (in_order rows between unbounded preceding and 1 preceding) as answers_before,
       count(case when kind <> 'C' then 1 end) over (in_order rows between unbounded preceding and 1 preceding) as ends_before,
       count(case when kind = 'R' then 1 end) over (in_order rows between unbounded preceding and 1 preceding) as replies_before,
       count(case when kind = 'C' then 1 end) over (in_order rows between unbounded preceding and 1 preceding) as customer_messages_before
from lines
window in_order as (partition by ticket_no, session_id order by said_at, class, message_id)

-- kind: person
-- needs: tickets, buyers, orders, replies
-- dimensions: agent=agent_id team=team_id; through: ticket_no
-- Orders with the ticket they are credited to: the inbound one of the same person created last before the order (`rule` any), or
-- created last of those a person had answered before it (`rule` replied); with who answered it last before the order.
with asked as (
    select b.person_no, t.ticket_no, t.created_at, t.created_at * 2147483648 + t.ticket_no as credit
    from {{ facts }}.tickets as t
    join {{ facts }}.buyers as b on b.source = t.customer_source and b.customer_id = t.customer_id
    where t.is_inbound and t.created_at is not null
),
answered as (
    select r.ticket_no, min(r.replied_at) as replied_at
    from {{ facts }}.replies as r where r.ticket_no in (select ticket_no from asked) group by r.ticket_no
),
lines as (
    select 'any' as rule, person_no, created_at as line_at, 1 as place, credit, cast(null as integer) as order_no from asked
    union all
    select 'replied', a.person_no, greatest(a.created_at, s.replied_at), 1, a.credit, null
    from asked as a join answered as s on s.ticket_no = a.ticket_no
    union all
    select r.rule, o.person_no, min(o.placed_at), 0, null, o.order_no
    from {{ facts }}.orders as o cross join {{ values([('any',), ('replied',)], ['rule']) }} as r
    where o.person_no is not null group by r.rule, o.person_no, o.order_no
),
credited as (
    select rule, order_no, line_at as placed_at,
           max(credit) over (partition by rule, person_no order by line_at, place rows between unbounded preceding and current row) as credit
    from lines
),
sold as (
    select rule, order_no, placed_at, cast(credit % 2147483648 as integer) as ticket_no,
           {{ whole('credit', '2147483648') }} as ticket_created_at
    from credited where order_no is not null and credit is not null
),
repliers as (
    select s.rule, s.order_no, {{ last_by('r.agent_id', ['r.replied_at', 'r.agent_id']) }} as agent_id,
           {{ last_by('r.team_id', ['r.replied_at', 'r.agent_id']) }} as team_id
    from {{ facts }}.replies as r
    join sold as s on s.ticket_no = r.ticket_no and r.replied_at < s.placed_at
    group by s.rule, s.order_no
)
select s.rule, s.order_no, s.ticket_no, s.ticket_created_at, s.placed_at, r.agent_id, r.team_id
from sold as s left join repliers as r on r.rule = s.rule and r.order_no = s.order_no

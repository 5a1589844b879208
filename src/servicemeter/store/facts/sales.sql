-- kind: person
-- needs: tickets, buyers, orders, replies
-- of: orders
-- dimensions: agent=agent_id team=team_id; through: ticket_no
-- Orders with the ticket they are credited to: the inbound one of the same person created last before the order (`rule` any), or
-- created last of those a person had answered before it (`rule` replied); with who answered it last before the order.
with asked as (
    select b.person_no, t.ticket_no, t.created_at, t.created_at * 2147483648 + t.ticket_no as credit
    from {{ facts }}.tickets as t
    {% if touched %}
    join touched_customers as c on c.source = t.customer_source and c.customer_id = t.customer_id
    {% endif %}
    join {{ facts }}.buyers as b on b.source = t.customer_source and b.customer_id = t.customer_id
    where t.is_inbound and t.created_at is not null
),
answered as (
    select r.ticket_no, min(r.replied_at) as replied_at
    from {{ facts }}.replies as r where r.ticket_no in (select ticket_no from asked) group by r.ticket_no
),
lines as (
    select person_no, created_at as line_at, 1 as place, credit, cast(null as bigint) as replied_credit, cast(null as integer) as order_no from asked
    union all
    select a.person_no, greatest(a.created_at, s.replied_at), 1, null, a.credit, null
    from asked as a join answered as s on s.ticket_no = a.ticket_no
    union all
    select person_no, min(placed_at), 0, null, null, order_no
    from {{ facts }}.orders where person_no in (select person_no from asked)
    group by person_no, order_no
),
credited as (
    select order_no, line_at as placed_at, max(credit) over before_it as credit, max(replied_credit) over before_it as replied_credit
    from lines
    window before_it as (partition by person_no order by line_at, place rows between unbounded preceding and current row)
),
sold as (
    select 'any' as rule, order_no, placed_at, credit, replied_credit is distinct from credit as is_once
    from credited where order_no is not null and credit is not null
    union all
    select 'replied', order_no, placed_at, replied_credit, true
    from credited where order_no is not null and replied_credit is not null
),
pairs as (
    select order_no, placed_at, cast(credit % 2147483648 as integer) as ticket_no from sold
    where rule = 'replied' or is_once
),
last_replies as (
    select s.order_no, s.ticket_no, max(r.replied_at) as replied_at
    from {{ facts }}.replies as r
    join pairs as s on s.ticket_no = r.ticket_no and r.replied_at < s.placed_at
    group by s.order_no, s.ticket_no
),
repliers as (
    select s.order_no, s.ticket_no, max(r.agent_id) as agent_id, {{ last_by('r.team_id', ["coalesce(r.agent_id, '')"]) }} as team_id
    from {{ facts }}.replies as r
    join last_replies as s on s.ticket_no = r.ticket_no and s.replied_at = r.replied_at
    group by s.order_no, s.ticket_no
)
select s.rule, s.order_no, s.ticket_no, s.ticket_created_at, s.placed_at, r.agent_id, r.team_id
from (
    select rule, order_no, placed_at, cast(credit % 2147483648 as integer) as ticket_no, {{ whole('credit', '2147483648') }} as ticket_created_at
    from sold
) as s
left join repliers as r on r.order_no = s.order_no and r.ticket_no = s.ticket_no

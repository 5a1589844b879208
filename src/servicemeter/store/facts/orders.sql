-- kind: order
-- needs: placements, rates
-- of: orders
-- dimensions: agent=none team=none channel=none channel_class=none language=none reason=none
-- Valid orders as episodes: from placed, or from a partial refund, until the next refund or cancellation; none follows the one
-- that takes the order back as a whole. `net_minor` is what is left of the amount, in the base currency at the order's date; null
-- where the amount or the rate is not known.
{% import '_money.sql' as money with context %}
with taken_back as (
    select p.order_no, greatest({{ epoch('e.occurred_at') }}, p.placed_at) as taken_at,
           sum(e.amount) as amount, max(case when e.amount is null then 1 else 0 end) as is_whole
    from {{ rows('order_events') }} as e
    join {{ work }}.placements as p on p.source = coalesce(e.order_source, e.source) and p.order_id = e.order_id
    group by p.order_no, greatest({{ epoch('e.occurred_at') }}, p.placed_at)
),
changes as (
    select order_no, taken_at as from_at,
           lead(taken_at) over (partition by order_no order by taken_at) as to_at,
           sum(amount) over (partition by order_no order by taken_at rows between unbounded preceding and current row) as taken,
           max(is_whole) over (partition by order_no order by taken_at rows between unbounded preceding and current row) as is_whole
    from taken_back
),
firsts as (
    select order_no, min(from_at) as to_at from changes group by order_no
),
episodes as (
    select p.order_no, p.placed_at as from_at, f.to_at, 0 as taken
    from {{ work }}.placements as p left join firsts as f on f.order_no = p.order_no
    union all
    select c.order_no, c.from_at, c.to_at, c.taken
    from changes as c join {{ work }}.placements as p on p.order_no = c.order_no
    where c.is_whole = 0 and (p.amount is null or c.taken < p.amount)
)
select p.order_no, p.source, p.order_id, p.person_no, p.is_internal, p.customer_source, p.customer_id, p.account_source, p.account_id, p.brand,
       p.placed_at, e.from_at, e.to_at, {{ money.base('w', 'p.currency', 'p.amount - e.taken') }} as net_minor
from episodes as e
join {{ work }}.placements as p on p.order_no = e.order_no
{{ money.joins('w', 'p.currency', local_day('p.placed_at')) }}

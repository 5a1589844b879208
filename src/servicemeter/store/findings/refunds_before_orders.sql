-- title: Orders refunded or cancelled before they were placed
-- severity: wrong
-- touches: orders activities
-- total: order_events
-- remedy: Check the time zones of both columns. Until then what was paid back lies before what was paid.
select e.source, e.order_id, e.kind, o.placed_at, e.occurred_at
from order_events as e
join orders as o on o.source = coalesce(e.order_source, e.source) and o.order_id = e.order_id
where e.occurred_at < o.placed_at

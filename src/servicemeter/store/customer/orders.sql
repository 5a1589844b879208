select o.placed_at as at, 'order' as what, o.source, o.order_id, o.amount as amount_minor, o.currency, o.brand
from asked as a
join {{ rows('orders') }} as o on coalesce(o.customer_source, o.source) = a.source and o.customer_id = a.customer_id
where o.customer_id in $customer_ids and not o.is_test

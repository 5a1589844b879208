select o.placed_at as at, 'order' as what, o.source, o.order_id, o.amount as amount_minor, o.currency, o.brand,
       coalesce(o.customer_source, o.source) as customer_source, o.customer_id
from {{ rows('orders') }} as o
where o.customer_id in $customer_ids and not o.is_test

-- kind: order
-- needs: buyers
-- of: orders
-- keep: no
-- Orders that are no tests, by number; without a person when a guest placed them. The customer is the person's, the account the
-- order's own.
select cast({{ numbered(['o.source', 'o.order_id']) }} as integer) as order_no, o.source, o.order_id, {{ epoch('o.placed_at') }} as placed_at,
       o.amount, o.currency, o.brand, b.person_no, coalesce(b.is_internal, false) as is_internal,
       b.face_source as customer_source, b.face_id as customer_id,
       coalesce(o.customer_source, o.source) as account_source, o.customer_id as account_id
from {{ rows('orders') }} as o
left join {{ facts }}.buyers as b on b.source = coalesce(o.customer_source, o.source) and b.customer_id = o.customer_id
where not coalesce(o.is_test, false)

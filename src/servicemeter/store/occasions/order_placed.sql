-- about: orders that were not taken back since; no source tells when they were delivered, so `quiet_hours` allows for it, or the
--        shop tells us (`order_delivered`)
select 'order' as what, o.source as of_source, o.order_id as of_id, {{ epoch('o.placed_at') }} as happened_at,
       o.source as order_source, o.order_id, coalesce(o.customer_source, o.source) as customer_source, o.customer_id, o.brand
from orders as o
left join (select distinct source, order_id from order_events) as e on e.source = o.source and e.order_id = o.order_id
where e.order_id is null and not coalesce(o.is_test, false)
  and {{ epoch('o.placed_at') }} >= {{ since_s }} and {{ epoch('o.placed_at') }} < {{ until_s }}

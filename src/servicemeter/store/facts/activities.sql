-- kind: order
-- needs: orders
-- of: orders customer_contracts
-- dimensions: agent=none team=none channel=none channel_class=none language=none reason=none
-- What makes a customer active: valid orders as episodes, and contracts by their days (days since 1970, the last exclusive).
select source, order_id, person_no, is_internal, customer_source, customer_id, brand, placed_at, from_at, to_at,
       cast(null as bigint) as from_day, cast(null as bigint) as to_day
from {{ facts }}.orders
union all
select k.source, 'contract of ' || k.customer_id, b.person_no, b.is_internal, b.face_source, b.face_id, null, null,
       {{ epoch('cast(k.started_on as timestamp)') }}, null,
       {{ whole(epoch('cast(k.started_on as timestamp)'), '86400') }}, {{ whole(epoch('cast(k.ended_on as timestamp)'), '86400') }}
from {{ rows('customer_contracts') }} as k
join {{ facts }}.buyers as b on b.source = k.source and b.customer_id = k.customer_id

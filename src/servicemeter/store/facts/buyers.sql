-- kind: order
-- needs: persons
-- Customers that bought or have a contract, and those recognised as one person with another: the number of their person, whether
-- it is one of ours, and the customer whose segment and country are the person's (not merged away, described, first by name).
with known as (
    select coalesce(customer_source, source) as source, customer_id from {{ rows('orders') }} as o where customer_id is not null
    union
    select source, customer_id from {{ rows('customer_contracts') }} as k
    union
    select source, customer_id from {{ facts }}.persons
),
recognised as (
    select k.source, k.customer_id, coalesce(p.person_source, k.source) as person_source, coalesce(p.person_id, k.customer_id) as person_id,
           coalesce(c.is_internal, false) as is_internal, c.merged_into_customer_id is not null as is_merged, c.segment is null as is_bare
    from known as k
    left join {{ facts }}.persons as p on p.source = k.source and p.customer_id = k.customer_id
    left join {{ rows('customers') }} as c on c.source = k.source and c.customer_id = k.customer_id
),
faces as (
    select person_source, person_id, max(case when is_internal then 1 else 0 end) = 1 as is_internal,
           {{ first_by('source', ['is_merged', 'is_bare', 'source', 'customer_id']) }} as face_source,
           {{ first_by('customer_id', ['is_merged', 'is_bare', 'source', 'customer_id']) }} as face_id,
           cast(row_number() over (order by person_source, person_id) as integer) as person_no
    from recognised group by person_source, person_id
)
select r.source, r.customer_id, f.person_no, f.is_internal, f.face_source, f.face_id
from recognised as r join faces as f on f.person_source = r.person_source and f.person_id = r.person_id

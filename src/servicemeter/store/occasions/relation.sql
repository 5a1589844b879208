-- about: customers who asked or ordered something in the year before, once a period
select 'relation' as what, c.source as of_source, c.customer_id as of_id, {{ since_s }} as happened_at,
       c.source as customer_source, c.customer_id
from customers as c
join (
    select coalesce(customer_source, source) as source, customer_id from tickets
    where created_at is not null and {{ epoch('created_at') }} >= {{ now_s }} - 31536000
    union
    select coalesce(customer_source, source), customer_id from orders where {{ epoch('placed_at') }} >= {{ now_s }} - 31536000
) as a on a.source = c.source and a.customer_id = c.customer_id
left join {{ facts }}.persons as p on p.source = c.source and p.customer_id = c.customer_id
where p.person_id is null or (p.person_source = c.source and p.person_id = c.customer_id)
   or not exists (select 1 from tickets as t where coalesce(t.customer_source, t.source) = p.person_source and t.customer_id = p.person_id)

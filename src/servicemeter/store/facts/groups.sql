-- kind: ticket
-- needs: members
-- keep: no
-- One row a ticket (merge group): what was opened, by whom, where; the customer is the survivor's.
with parts as (
    select m.ticket_no, m.is_survivor, m.is_inbound, t.*
    from {{ rows('tickets', 'ticket') }} as t
    join {{ facts }}.members as m on m.source = t.source and m.ticket_id = t.ticket_id
),
merged as (
    select ticket_no, min(created_at) as created_at,
           {{ first_by('channel', ['opening']) }} as channel, {{ first_by('brand', ['opening']) }} as brand
    from (
        select p.*, row_number() over (partition by ticket_no order by created_at nulls last, is_survivor desc, ticket_id) as opening
        from parts as p
        where ticket_no in (select ticket_no from {{ facts }}.members where not is_survivor)
    ) as ranked
    group by ticket_no
)
select s.ticket_no, s.source, s.ticket_id, s.is_inbound,
       {% if merge_start == 'survivor' %}
       {{ epoch('s.created_at') }} as created_at, s.channel, s.brand,
       {% else %}
       {{ epoch('coalesce(g.created_at, s.created_at)') }} as created_at,
       case when g.ticket_no is null then s.channel else g.channel end as channel,
       case when g.ticket_no is null then s.brand else g.brand end as brand,
       {% endif %}
       s.language, coalesce(s.customer_source, s.source) as customer_source, s.customer_id, s.url
from parts as s left join merged as g on g.ticket_no = s.ticket_no
where s.is_survivor

-- Tickets that are in no figure of their own: spam, tests, deleted, merged into another.
select t.source, t.ticket_id, t.channel, t.brand, t.language, {{ epoch('t.created_at') }} as created_s,
       case when f.is_spam then 'spam' when f.is_test then 'test' when f.is_deleted then 'deleted'
            when m.is_survivor is not null then 'merged' else 'merged_into_nothing' end as reason
from {{ rows('tickets') }} as t
left join {{ facts }}.members as m on m.source = t.source and m.ticket_id = t.ticket_id
left join (
    select source, ticket_id, max(case when field = 'is_spam' then 1 else 0 end) = 1 as is_spam,
           max(case when field = 'is_test' then 1 else 0 end) = 1 as is_test,
           max(case when field = 'is_deleted' then 1 else 0 end) = 1 as is_deleted
    from (
        select coalesce(ticket_source, source) as source, ticket_id, field, {{ last_by('value', event_order()) }} as value
        from {{ rows('ticket_events') }} as e where field in ('is_spam', 'is_test', 'is_deleted')
        group by coalesce(ticket_source, source), ticket_id, field
    ) as flags where value = 'true' group by source, ticket_id
) as f on f.source = t.source and f.ticket_id = t.ticket_id
where m.is_survivor is not true

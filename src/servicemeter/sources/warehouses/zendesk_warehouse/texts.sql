select 'ticket' as "of", id, subject as text from ticket where subject is not null
union all
select 'message', id, body from ticket_comment where body is not null and not coalesce(_fivetran_deleted, false)

-- id: ticket_id
select source, ticket_id as id, ticket_id, channel, brand, language, created_s as happened_s, reason from invalid_tickets
union all
select source, ticket_id, ticket_id, channel, brand, language, null, 'creation_unknown' from {{ facts }}.tickets where created_at is null

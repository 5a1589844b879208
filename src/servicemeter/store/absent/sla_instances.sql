-- id: ticket_id
select source, ticket_id as id, ticket_id, channel, brand, language, created_s as happened_s, reason from invalid_tickets

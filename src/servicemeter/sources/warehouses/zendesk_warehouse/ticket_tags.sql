select distinct ticket_id, tag from ticket_tag

-- What the ticket is, and its first response.
select t.ticket_no, t.source, t.ticket_id, t.is_inbound, t.created_at, t.channel, t.brand, t.language, t.customer_source, t.customer_id, t.reason,
       t.is_complaint, t.first_contact_at,
       case when t.first_response_at < $e then t.first_response_at end as first_response_at, t.first_responder_id,
       {{ m.between('w', 't.first_contact_at', 'least(coalesce(t.first_response_at, $e), $e)') }} as wait_open_seconds
from {{ facts }}.tickets as t
{{ m.joins('w', 't.ticket_no', 't.first_contact_at', 'least(coalesce(t.first_response_at, $e), $e)') }}
where t.ticket_no = $number

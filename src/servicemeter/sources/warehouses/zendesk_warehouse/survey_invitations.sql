-- One invitation a ticket: offered by Zendesk, or rated without having been. The history knows when; else the ratings do.
select concat('csat/', a.ticket_id) as invitation_id, 'csat' as kind, 'csat_2' as scale, a.ticket_id, t.requester_id as customer_id,
       min(case when a.score = 'offered' then a.rated_at end) as sent_at
from ratings as a left join ticket as t on t.id = a.ticket_id
group by a.ticket_id, t.requester_id

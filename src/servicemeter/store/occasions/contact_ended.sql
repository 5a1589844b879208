-- about: calls and chats of customers that somebody answered
select 'contact' as what, f.source as of_source, f.contact_id as of_id, f.ended_at as happened_at,
       f.ticket_source, f.ticket_id, f.source as interaction_source, f.contact_id as interaction_id,
       f.customer_source, f.customer_id, f.agent_id, f.team_id, f.channel, f.brand, f.language,
       case when f.outcome <> 'answered' or f.agent_id is null then 'no_answer' end as barred
from {{ facts }}.contacts as f
where f.is_inbound and f.ended_at >= {{ since_s }} and f.ended_at < {{ until_s }}

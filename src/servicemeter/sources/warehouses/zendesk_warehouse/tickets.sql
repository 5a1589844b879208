select t.id as ticket_id, t.created_at,
       case lower(t.via_channel)
           when 'voice' then 'phone'
           when 'twitter' then 'social' when 'facebook' then 'social' when 'twitter_dm' then 'social' when 'instagram_dm' then 'social'
           when 'native_messaging' then 'messaging' when 'whatsapp' then 'messaging' when 'line' then 'messaging'
           when 'mobile' then 'web' when 'mobile_sdk' then 'web' when 'help_center' then 'web' when 'web_widget' then 'web'
           else lower(t.via_channel) end as channel,
       case when lower(t.via_channel) = 'voice' then case when lower(t.via_source_rel) = 'outbound' then 'agent' else 'customer' end
            when t.submitter_id = '-1' then 'system'
            when s.is_staff and t.submitter_id <> coalesce(t.requester_id, '') then 'agent'
            else 'customer' end as initiated_by,
       t.requester_id as customer_id, coalesce(b.name, t.brand_id) as brand, r.language,
       t.via_followup_source_id as follows_ticket_id,
       regexp_replace(t.url, '/api/v2/tickets/([0-9]+)\.json$', '/agent/tickets/\1') as url,
       t.updated_at as source_updated_at
from ticket as t
left join people as s on s.id = t.submitter_id
left join people as r on r.id = t.requester_id
left join brand as b on b.id = t.brand_id

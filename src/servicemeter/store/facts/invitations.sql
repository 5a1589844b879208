-- kind: invitation
-- needs: given, sessions, tickets, members, solves, contacts
-- of: survey_invitations
-- dimensions: agent=agent_id team=team_id priority=ps.priority page=page location=location
-- Survey invitations: whom they name, and when their score question was first answered after they were sent. The agent is
-- the one they name, else who handled the call or chat, else who had the ticket at its last solve before.
with answered as (
    select g.source, g.invitation_id, min(g.answered_at) as first_answer_at,
           min(case when g.question = 'score' and not g.is_unscored and not g.is_invalid
                     and (v.sent_at is null or g.answered_at > {{ epoch('v.sent_at') }}) then g.answered_at end) as scored_at
    from {{ work }}.given as g
    join {{ rows('survey_invitations', 'invitation') }} as v on v.source = g.source and v.invitation_id = g.invitation_id
    group by g.source, g.invitation_id
),
placed as (
    select v.source, v.invitation_id, v.kind, v.scope, v.delivery, v.agent_id, v.team_id, v.channel, v.brand, v.language, v.page, v.location,
           case when v.customer_id is not null then coalesce(v.customer_source, v.source) end as customer_source, v.customer_id,
           {{ epoch('v.sent_at') }} as sent_at, a.scored_at, coalesce({{ epoch('v.sent_at') }}, a.first_answer_at) as asked_at,
           n.ticket_no, s.root_id as contact_id, coalesce(v.interaction_source, v.source) as contact_source
    from {{ rows('survey_invitations', 'invitation') }} as v
    left join answered as a on a.source = v.source and a.invitation_id = v.invitation_id
    left join {{ facts }}.members as n on n.source = coalesce(v.ticket_source, v.source) and n.ticket_id = v.ticket_id
    left join {{ work }}.sessions as s on s.source = coalesce(v.interaction_source, v.source) and s.interaction_id = v.interaction_id
),
last_solves as (
    select p.source, p.invitation_id, {{ last_by('s.agent_id', ['s.solved_at', 's.solve_no']) }} as agent_id,
           {{ last_by('s.team_id', ['s.solved_at', 's.solve_no']) }} as team_id, max(s.solved_at) as solved_at
    from placed as p
    join {{ facts }}.solves as s on s.ticket_no = p.ticket_no and s.solved_at <= p.asked_at
    group by p.source, p.invitation_id
)
select p.source, p.invitation_id, p.kind, p.scope, p.delivery, p.sent_at, p.scored_at, p.ticket_no, t.is_inbound, l.solved_at,
       coalesce(t.reason, c.reason) as reason,
       coalesce(p.channel, t.channel, c.channel) as channel, coalesce(p.brand, t.brand, c.brand) as brand,
       coalesce(p.language, t.language, c.language) as language, p.page, p.location,
       case when coalesce(p.channel, t.channel, c.channel) in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when coalesce(p.channel, t.channel, c.channel) is null then null else 'asynchronous' end as channel_class,
       case when p.customer_id is not null then p.customer_source when t.customer_id is not null then t.customer_source
            else c.customer_source end as customer_source,
       coalesce(p.customer_id, t.customer_id, c.customer_id) as customer_id,
       coalesce(p.agent_id, c.agent_id, l.agent_id) as agent_id,
       coalesce(p.team_id, c.handling_team_id, case when c.agent_id is not null and c.outcome = 'answered' then c.team_id end, l.team_id) as team_id
from placed as p
left join {{ facts }}.tickets as t on t.ticket_no = p.ticket_no
left join {{ facts }}.contacts as c on c.source = p.contact_source and c.contact_id = p.contact_id
left join last_solves as l on l.source = p.source and l.invitation_id = p.invitation_id

-- kind: invitation
-- needs: tickets, members, solves, contacts
-- dimensions: agent=agent_id team=team_id
-- Survey answers as episodes: from answered until a later valid answer to the same question of the same invitation.
with scales as (
    select scale, min_value, max_value, positive_from, positive_to
    from {{ values([('csat_2', 1, 2, 2, 2), ('csat_3', 1, 3, 3, 3), ('csat_5', 1, 5, 4, 5), ('csat_7', 1, 7, 6, 7), ('csat_10', 1, 10, 8, 10),
                    ('ces2_7', 1, 7, 5, 7), ('ces1_5', 1, 5, 1, 2), ('ces_0_10', 0, 10, 0, 3), ('ease_5', 1, 5, 4, 5),
                    ('nps_0_10', 0, 10, 9, 10)],
                   ['scale', 'min_value', 'max_value', 'positive_from', 'positive_to']) }} as known
    where scale not in (select scale from {{ rows('survey_scales') }} as s)
    union all
    select scale, min, max, positive_from, coalesce(positive_to, max) from {{ rows('survey_scales') }} as s
),
asked as (
    select v.*, coalesce(v.scale, case v.kind when 'csat' then 'csat_5' when 'ces' then 'ces2_7' when 'nps' then 'nps_0_10' end) as own_scale
    from {{ rows('survey_invitations', 'invitation') }} as v
),
given as (
    select v.source, v.invitation_id, a.answer_id, v.kind, v.scope, v.delivery, v.own_scale as scale,
           coalesce(v.ticket_source, v.source) as ticket_source, v.ticket_id,
           coalesce(v.interaction_source, v.source) as interaction_source, v.interaction_id,
           coalesce(v.customer_source, v.source) as customer_source, v.customer_id, v.agent_id, v.team_id,
           v.channel, v.brand, v.language, v.page, v.location,
           {{ epoch('v.sent_at') }} as sent_at, {{ epoch('a.answered_at') }} as answered_at,
           case when a.question is null or a.question = v.kind then 'score' else a.question end as question,
           a.value_num, a.value_text, s.positive_from, s.positive_to,
           a.value_num is null as is_unscored,
           coalesce(a.value_num < s.min_value or a.value_num > s.max_value or a.value_num <> floor(a.value_num), false) as is_invalid
    from asked as v
    join {{ rows('survey_answers', 'invitation') }} as a
      on coalesce(a.invitation_source, a.source) = v.source and a.invitation_id = v.invitation_id
    left join scales as s on s.scale = v.own_scale
),
placed as (
    select g.*, n.ticket_no,
           lead(g.answered_at) over (partition by g.source, g.invitation_id, g.question, g.is_unscored, g.is_invalid order by g.answered_at, g.answer_id) as replaced_at
    from given as g
    left join {{ facts }}.members as n on n.source = g.ticket_source and n.ticket_id = g.ticket_id
),
last_solves as (
    select p.source, p.answer_id, {{ last_by('s.agent_id', ['s.solved_at', 's.solve_no']) }} as agent_id,
           {{ last_by('s.team_id', ['s.solved_at', 's.solve_no']) }} as team_id, max(s.solved_at) as solved_at
    from placed as p
    join {{ facts }}.solves as s on s.ticket_no = p.ticket_no and s.solved_at <= coalesce(p.sent_at, p.answered_at)
    group by p.source, p.answer_id
)
select p.source, p.invitation_id, p.answer_id, p.kind, p.scope, p.delivery, p.scale, p.question, p.sent_at, p.answered_at, p.replaced_at,
       p.value_num, p.value_text, p.is_unscored, p.is_invalid,
       p.value_num >= p.positive_from and p.value_num <= p.positive_to as is_positive,
       p.ticket_no, coalesce(t.reason, c.reason) as reason,
       coalesce(p.channel, t.channel, c.channel) as channel, coalesce(p.brand, t.brand, c.brand) as brand,
       coalesce(p.language, t.language, c.language) as language,
       case when coalesce(p.channel, t.channel, c.channel) in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when coalesce(p.channel, t.channel, c.channel) is null then null else 'asynchronous' end as channel_class,
       case when p.customer_id is not null then p.customer_source else coalesce(t.customer_source, c.customer_source) end as customer_source,
       coalesce(p.customer_id, t.customer_id, c.customer_id) as customer_id,
       coalesce(p.agent_id, l.agent_id, c.agent_id) as agent_id, coalesce(p.team_id, l.team_id, c.team_id) as team_id,
       l.solved_at, t.is_inbound, p.page, p.location
from placed as p
left join {{ facts }}.tickets as t on t.ticket_no = p.ticket_no
left join {{ facts }}.contacts as c on c.source = p.interaction_source and c.contact_id = p.interaction_id
left join last_solves as l on l.source = p.source and l.answer_id = p.answer_id

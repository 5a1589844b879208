-- kind: invitation
-- needs: given, invitations
-- of: survey_answers
-- dimensions: agent=agent_id team=team_id priority=ps.priority scale=scale page=page location=location
-- Survey answers as episodes: from answered until a later valid answer to the same question of the same invitation.
select g.source, g.invitation_id, g.answer_id, v.kind, v.scope, v.delivery, g.scale, g.scale_min, g.scale_max, g.is_high_good, g.question,
       v.sent_at, g.answered_at,
       lead(g.answered_at) over (partition by g.source, g.invitation_id, g.question, g.is_unscored, g.is_invalid
                                 order by g.answered_at, g.answer_id) as replaced_at,
       g.value_num, g.value_text, g.is_unscored, g.is_invalid, g.is_positive,
       v.ticket_no, v.is_inbound, v.solved_at, v.reason, v.channel, v.channel_class, v.brand, v.language, v.page, v.location,
       v.customer_source, v.customer_id, v.agent_id, v.team_id
from {{ work }}.given as g
join {{ facts }}.invitations as v on v.source = g.source and v.invitation_id = g.invitation_id

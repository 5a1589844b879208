-- kind: person
-- needs: votes
-- of: survey_answers
-- dimensions: agent=agent_id team=team_id scale=scale age_group=age_group
-- Votes in the period of the solve that was asked about, as the same person's later answers became known: from one of them until the
-- next. Meanwhile a vote is the person's latest in periods that begin after `passed_over_at`, the last solve asked about later on.
with voted as (
    select v.*, greatest(v.answered_at, v.solved_at) as known_at,
           row_number() over (
               partition by v.voter_source, v.voter_id, v.is_known, v.scope, v.delivery, v.is_unscored, v.is_invalid
               order by v.answered_at, v.source, v.answer_id) as place
    from {{ facts }}.votes as v
    where v.solved_at is not null
    {% if touched %}
      and (v.customer_id is null and (v.source, v.invitation_id) in (select source, id from touched_invitations)
           or (v.customer_source, v.customer_id) in (select source, customer_id from touched_customers))
    {% endif %}
)
select w.*,
       lead(w.from_at) over (partition by w.source, w.invitation_id, w.answer_id order by w.from_at, w.later_place) as to_at,
       max(w.later_solved_at) over (partition by w.source, w.invitation_id, w.answer_id order by w.from_at, w.later_place
                                    rows between unbounded preceding and current row) as passed_over_at
from (
    select one.source, one.invitation_id, one.answer_id, one.scope, one.delivery, one.scale, one.answered_at, one.solved_at,
           one.value_num, one.is_unscored, one.is_invalid, one.ticket_no, one.is_inbound, one.reason, one.channel, one.channel_class,
           one.brand, one.language, one.customer_source, one.customer_id, one.agent_id, one.team_id, one.age_group,
           one.known_at,
           greatest(one.known_at, later.known_at) as from_at, later.place as later_place,
           case when later.place > one.place then later.solved_at end as later_solved_at
    from voted as one
    join voted as later
      on later.voter_source = one.voter_source and later.voter_id = one.voter_id and later.is_known = one.is_known
         and later.scope = one.scope and later.delivery = one.delivery and later.is_unscored = one.is_unscored
         and later.is_invalid = one.is_invalid
    where later.place >= one.place
) as w

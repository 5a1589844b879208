-- kind: person
-- needs: answers, persons
-- of: survey_answers
-- dimensions: agent=agent_id team=team_id scale=scale age_group=age_group
-- Answers to "would you recommend us", one voice a person: from answered until the same person's next valid answer. An answer
-- of nobody known is a person of its own.
select v.*,
       lead(v.answered_at) over (
           partition by v.voter_source, v.voter_id, v.is_known, v.scope, v.delivery, v.is_unscored, v.is_invalid
           order by v.answered_at, v.source, v.answer_id) as replaced_at
from (
    select a.source, a.invitation_id, a.answer_id, a.scope, a.delivery, a.scale, a.answered_at, a.solved_at,
           a.value_num, a.is_unscored, a.is_invalid, a.ticket_no, a.is_inbound, a.reason, a.channel, a.channel_class, a.brand, a.language,
           a.customer_source, a.customer_id, a.agent_id, a.team_id,
           coalesce(p.person_source, a.customer_source, a.source) as voter_source,
           coalesce(p.person_id, a.customer_id, a.invitation_id) as voter_id, a.customer_id is not null as is_known,
           case when c.birth_year is null then null
                when {{ year('a.answered_at') }} - c.birth_year < 18 then 'under 18'
                when {{ year('a.answered_at') }} - c.birth_year < 25 then '18-24'
                when {{ year('a.answered_at') }} - c.birth_year < 35 then '25-34'
                when {{ year('a.answered_at') }} - c.birth_year < 45 then '35-44'
                when {{ year('a.answered_at') }} - c.birth_year < 55 then '45-54'
                when {{ year('a.answered_at') }} - c.birth_year < 65 then '55-64' else '65+' end as age_group
    from {{ facts }}.answers as a
    left join {{ facts }}.persons as p on p.source = a.customer_source and p.customer_id = a.customer_id
    left join {{ rows('customers') }} as c on c.source = a.customer_source and c.customer_id = a.customer_id
    where a.kind = 'nps' and a.question = 'score'
    {% if touched %}
      and (a.customer_id is null and (a.source, a.invitation_id) in (select source, id from touched_invitations)
           or (a.customer_source, a.customer_id) in (select source, customer_id from touched_customers))
    {% endif %}
) as v

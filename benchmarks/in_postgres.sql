-- The ten metrics by week in PostgreSQL, as one would write them by hand over the canonical rows. `-- name` begins a statement;
-- steps (no name that is a metric's) come first and are shared. {bounds} are the first instants of the weeks, {as_of} the end.

-- step bots
create temp table bots as select agent_id from agents where kind = 'bot';

-- step flagged
create temp table flagged as
select distinct ticket_id
from (
    select distinct on (ticket_id, field) ticket_id, value
    from ticket_events where field in ('is_spam', 'is_test', 'is_deleted')
    order by ticket_id, field, occurred_at desc, coalesce(seq, 0) desc, event_id desc
) as latest
where value = 'true';

-- step merges
create temp table merges as
with recursive direct as (
    select distinct on (ticket_id) ticket_id, value as into_id
    from ticket_events where field = 'merged_into'
    order by ticket_id, occurred_at desc, coalesce(seq, 0) desc, event_id desc
),
chain as (
    select ticket_id, into_id, 1 as step from direct
    union all
    select c.ticket_id, d.into_id, c.step + 1 from chain as c join direct as d on d.ticket_id = c.into_id where c.step < 50
)
select distinct on (ticket_id) ticket_id, into_id as survivor_id from chain order by ticket_id, step desc;

-- step members
create temp table members as
select ticket_id, group_id, ticket_id = group_id as is_survivor,
       extract(epoch from min(created_at) over (partition by group_id))::bigint as created_at,
       first_value(coalesce(initiated_by, 'customer')) over (
           partition by group_id order by created_at, ticket_id <> group_id, ticket_id) = 'customer' as is_inbound
from (
    select t.ticket_id, coalesce(m.survivor_id, t.ticket_id) as group_id, t.created_at, t.initiated_by
    from tickets as t left join merges as m on m.ticket_id = t.ticket_id
) as parts
where not exists (select 1 from flagged as f where f.ticket_id = parts.group_id);

-- step analyze_members
analyze members;

-- step talks
create temp table talks as
select m.group_id, coalesce(i.root_interaction_id, i.interaction_id) as session_id, i.direction = 'inbound' as is_inbound_talk,
       extract(epoch from coalesce(i.queued_at, i.started_at))::bigint as began_at,
       case when b.agent_id is null then extract(epoch from i.answered_at)::bigint end as answered_at
from interactions as i
join members as m on m.ticket_id = i.ticket_id
left join bots as b on b.agent_id = i.agent_id;

-- step said
create temp table said as
select m.group_id, g.author_type = 'agent' as is_agent, g.is_public and not g.is_auto as is_said,
       case when g.interaction_id is not null then coalesce(i.root_interaction_id, g.interaction_id) end as session_id,
       extract(epoch from g.occurred_at)::bigint as said_at
from messages as g
join members as m on m.ticket_id = g.ticket_id
left join interactions as i on i.interaction_id = g.interaction_id
where g.author_type in ('customer', 'agent') and (g.author_type = 'customer' or g.author_id is null
      or g.author_id not in (select agent_id from bots));

-- step first_contacts
create temp table first_contacts as
select group_id, min(at) as first_contact_at
from (
    select group_id, said_at as at from said where is_said and not is_agent
    union all
    select group_id, began_at from talks where is_inbound_talk
) as contacts
group by group_id;

-- step touches
create temp table touches as
select group_id, min(at) as first_touch_at
from (
    select group_id, said_at as at from said where is_agent
    union all
    select group_id, answered_at from talks where answered_at is not null
    union all
    select m.group_id, greatest(extract(epoch from e.occurred_at)::bigint, m.created_at)
    from ticket_events as e join members as m on m.ticket_id = e.ticket_id
    where e.actor_type = 'agent' and (e.actor_id is null or e.actor_id not in (select agent_id from bots))
) as work
group by group_id;

-- step replies
create temp table replies as
select group_id, said_at as at from said where is_said and is_agent and session_id is null
union all
select group_id, min(at)
from (
    select group_id, session_id, said_at as at from said where is_said and is_agent and session_id is not null
    union all
    select group_id, session_id, answered_at from talks where answered_at is not null
) as sessions
group by group_id, session_id;

-- step solves
create temp table solves as
select *, width_bucket(solved_at, {bounds}) as week
from (
    select group_id, is_inbound, created_at, occurred_at, at as solved_at, is_done,
           lead(at) over turn as reopened_at, lag(at, 2) over turn as solved_before_at
    from (
        select m.group_id, m.is_inbound, m.created_at, extract(epoch from e.occurred_at)::bigint as occurred_at,
               greatest(extract(epoch from e.occurred_at)::bigint, m.created_at) as at, e.seq, e.event_id,
               e.value in ('solved', 'closed') as is_done,
               lag(e.value in ('solved', 'closed'), 1, false) over (
                   partition by m.group_id order by e.occurred_at, e.seq, e.event_id) as was_done
        from ticket_events as e join members as m on m.ticket_id = e.ticket_id
        where e.field = 'status' and m.is_survivor
    ) as steps
    where is_done <> was_done
    window turn as (partition by group_id order by occurred_at, seq, event_id)
) as turns
where is_done;

-- step held
create temp table held as
select s.*, t.first_touch_at
from solves as s left join touches as t on t.group_id = s.group_id
where s.is_inbound and (s.reopened_at is null or width_bucket(s.reopened_at, {bounds}) > s.week);

-- step contacts
create temp table contacts as
select width_bucket(extract(epoch from queued_at)::bigint, {bounds}) as week, outcome, wait_s
from (
    select coalesce(root_interaction_id, interaction_id) as root_id, min(queued_at) as queued_at,
           (array_agg(direction order by started_at, interaction_id))[1] as direction,
           (array_agg(case when outcome = 'in_progress' and answered_at is not null then 'answered' else outcome end
                      order by started_at desc, interaction_id desc))[1] as outcome,
           (array_agg(case when outcome in ('answered', 'in_progress') then coalesce(answered_at, ended_at, queued_at, started_at)
                           else coalesce(ended_at, queued_at, started_at) end
                      order by started_at desc, interaction_id desc))[1] as decided_at,
           case when bool_and(queued_at is null or coalesce(answered_at, ended_at) is not null)
                then sum(extract(epoch from coalesce(answered_at, ended_at) - queued_at)) end as wait_s
    from interactions group by coalesce(root_interaction_id, interaction_id)
) as whole
where direction = 'inbound' and queued_at is not null and extract(epoch from decided_at) < {as_of}
  and outcome in ('answered', 'abandoned', 'callback_requested', 'missed');

-- step analyze_steps
analyze solves, held, replies, first_contacts, talks, said;

-- metric tickets_created
select width_bucket(created_at, {bounds}) as week, count(*)
from members where is_survivor and is_inbound group by week;

-- metric tickets_solved
select week, count(*) from held group by week;

-- metric backlog
with flow as (
    select width_bucket(created_at, {bounds}) as week, 1 as change from members where is_survivor
    union all
    select week, -1 from solves
    union all
    select width_bucket(reopened_at, {bounds}), 1 from solves where reopened_at is not null
)
select week, sum(coalesce(change, 0)) over (order by week)
from (
    select w.week, sum(f.change) as change
    from generate_series(1, {weeks}) as w (week) left join flow as f on f.week = w.week group by w.week
) as net;

-- metric first_response_time
select width_bucket(first_response_at, {bounds}) as week,
       percentile_cont(0.5) within group (order by first_response_at - first_contact_at)
from (
    select c.group_id, c.first_contact_at, min(a.at) as first_response_at
    from first_contacts as c
    join members as m on m.ticket_id = c.group_id and m.is_survivor and m.is_inbound
    join (
        select group_id, said_at as at from said where is_said and is_agent
        union all
        select group_id, answered_at from talks where is_inbound_talk and answered_at is not null
    ) as a on a.group_id = c.group_id and a.at >= c.first_contact_at
    group by c.group_id, c.first_contact_at
) as responses
group by week;

-- metric resolution_time
select week, percentile_cont(0.5) within group (order by occurred_at - created_at)
from held where width_bucket(first_touch_at, {bounds}) <= week and occurred_at >= created_at group by week;

-- metric one_touch_resolution_rate
select week, avg(case when replies = 1 then 1.0::double precision else 0 end)
from (
    select h.group_id, h.week, count(r.at) as replies
    from held as h left join replies as r on r.group_id = h.group_id and r.at <= h.solved_at
    where width_bucket(h.first_touch_at, {bounds}) <= h.week
    group by h.group_id, h.week
) as counted
group by week;

-- metric reopen_rate
select week, avg(case when reopened_at <= solved_at + 604800 then 1.0::double precision else 0 end)
from solves
where is_inbound and solved_at + 604800 < {as_of}
  and (solved_before_at is null or width_bucket(solved_before_at, {bounds}) < week)
group by week;

-- metric csat
select week, avg(case when value_num >= 4 then 1.0::double precision else 0 end)
from (
    select width_bucket(extract(epoch from a.answered_at)::bigint, {bounds}) as week, a.value_num,
           width_bucket(extract(epoch from lead(a.answered_at) over (
               partition by a.invitation_id order by a.answered_at, a.answer_id))::bigint, {bounds}) as replaced_in
    from survey_answers as a join survey_invitations as v on v.invitation_id = a.invitation_id
    where v.kind = 'csat' and v.scope = 'transactional' and v.delivery = 'delivered' and a.value_num in (1, 2, 3, 4, 5)
) as answers
where replaced_in is null or replaced_in > week
group by week;

-- metric abandonment_rate
select week, avg(case when outcome = 'abandoned' then 1.0::double precision else 0 end) from contacts group by week;

-- metric service_level
select week, avg(case when outcome = 'answered' and wait_s <= 20 then 1.0::double precision else 0 end)
from contacts where wait_s >= 0 group by week;

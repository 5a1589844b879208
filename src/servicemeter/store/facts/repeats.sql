-- kind: person
-- needs: persons, members, tickets, solves, contacts, turns
-- dimensions: agent=agent_id team=team_id; through: ticket_no; carries: source channel
-- key f.solved_at: f.change_key
-- What came before and after each contact of the same person. A contact is a ticket of a customer, or a call or chat that has
-- no ticket. A call or chat on a ticket has no row, for it is never solved by itself, but it may be what repeats a contact: any but
-- those of its own ticket up to the first solve, of which it is a part. Where it names no customer, it is the ticket's customer who
-- called. Reasons go together when they are equal or either is unknown.
--   held_until           until when an earlier contact of the same reason was open (far off: it is not solved yet)
--   next_repeat_at       when the next contact, call or chat of the same reason came
--   next_handled_at      when a person first handled any later contact, call or chat
--   contacts_before      customer contacts on the ticket up to its first solve
--   effective_reopened_at  the first reopening that a person answered before the next solve, if there was one
-- A ticket has its first solve here, with whose it was then; a ticket that we began has a row without what came before and after.
with calls as (
    select c.source, c.contact_id, c.started_at, case when c.outcome = 'answered' then c.ended_at end as ended_at, c.reason,
           case when c.customer_id is null then t.customer_source else c.customer_source end as customer_source,
           coalesce(c.customer_id, t.customer_id) as customer_id,
           case when c.ticket_id is not null then coalesce(n.ticket_no, 0) end as ticket_no, c.first_handled_at as handled_at,
           coalesce(c.outcome, '') = 'self_served' as is_self_served
    from {{ facts }}.contacts as c
    {% if touched %}
    join touched_calls as w on w.source = c.source and w.contact_id = c.contact_id
    {% endif %}
    left join {{ facts }}.members as n on n.source = c.ticket_source and n.ticket_id = c.ticket_id
    left join {{ facts }}.tickets as t on t.ticket_no = n.ticket_no
    where c.is_inbound
),
first_solves as (
    select ticket_no, solved_at, change_key, agent_id, team_id from {{ facts }}.solves
    where solve_no = 1{% if touched %} and ticket_no in (select ticket_no from asked_numbers){% endif %}

),
asked as (
    select t.ticket_no, cast(null as varchar) as source, cast(null as varchar) as contact_id, t.created_at, t.reason,
           t.customer_source, t.customer_id,
           case when t.first_touch_at < t.created_at then t.created_at else t.first_touch_at end as handled_at,
           case when s.ticket_no is null then {{ far_off }} else coalesce(s.solved_at, t.created_at) end as solved_at
    from {{ facts }}.tickets as t
    left join first_solves as s on s.ticket_no = t.ticket_no
    where t.is_inbound and t.created_at is not null and t.customer_id is not null
    {% if touched %}
      and t.ticket_no in (select ticket_no from asked_numbers)
    {% endif %}
    union all
    select ticket_no, source, contact_id, started_at, reason, customer_source, customer_id, handled_at,
           case when ticket_no is null then ended_at end
    from calls where customer_id is not null and not is_self_served
),
known as (
    select a.ticket_no, a.source, a.contact_id, a.created_at, a.reason, a.handled_at, a.solved_at,
           coalesce(p.person_source, a.customer_source) as person_source, coalesce(p.person_id, a.customer_id) as person_id
    from asked as a
    left join {{ facts }}.persons as p on p.source = a.customer_source and p.customer_id = a.customer_id
),
people as (
    select person_source, person_id, {{ numbered(['person_source', 'person_id']) }} as person_no from known group by person_source, person_id
),
reasons as (
    select reason, {{ numbered(['reason']) }} as reason_no from known where reason is not null group by reason
),
narrow as (
    select k.ticket_no, k.source, k.contact_id, k.contact_id is not null and k.ticket_no is not null as is_part,
           k.created_at, k.handled_at, k.solved_at, p.person_no, coalesce(r.reason_no, 0) as reason_no
    from known as k
    join people as p on p.person_source = k.person_source and p.person_id = k.person_id
    left join reasons as r on r.reason = k.reason
),
ordered as (
    select ticket_no, source, contact_id, is_part, created_at, person_no, reason_no,
           max(solved_at) over (of_person range between unbounded preceding and 1 preceding) as held_by_any,
           max(case when reason_no = 0 then solved_at end) over (of_person range between unbounded preceding and 1 preceding) as held_by_unknown,
           max(solved_at) over (of_reason range between unbounded preceding and 1 preceding) as held_by_same,
           min(created_at) over (of_person range between 1 following and unbounded following) as next_any_at,
           min(case when reason_no = 0 then created_at end) over (of_person range between 1 following and unbounded following) as next_unknown_at,
           min(created_at) over (of_reason range between 1 following and unbounded following) as next_same_at,
           min(handled_at) over (of_person range between 1 following and unbounded following) as next_handled_at
    from narrow
    window of_person as (partition by person_no order by created_at),
           of_reason as (partition by person_no, reason_no order by created_at)
),
asked_before as (
    select ticket_no, count(*) as contacts
    from (
        select w.ticket_no from {{ facts }}.turns as w
        join first_solves as s on s.ticket_no = w.ticket_no and w.started_at <= s.solved_at
        where w.session_no = 0 and w.responder <> 'any'
        union all
        select c.ticket_no from calls as c
        join first_solves as s on s.ticket_no = c.ticket_no and c.started_at <= s.solved_at
    ) as contacts
    group by ticket_no
),
own_calls as (
    select a.ticket_no, a.person_no, c.created_at,
           case when c.created_at > a.solved_at and (a.reason_no = 0 or c.reason_no in (0, a.reason_no)) then 1 else 0 end as is_again
    from narrow as a
    join narrow as c on c.ticket_no = a.ticket_no and c.person_no = a.person_no and c.created_at > a.created_at
    where not a.is_part and c.is_part
),
called_again as (
    select ticket_no, min(created_at) as called_again_at from own_calls where is_again = 1 group by ticket_no
),
-- What those did who called on a ticket of theirs, in two lines, of one reason and of any (-1): the seconds in which something came, the
-- ticket if all of that second is of one, and when the next came that is of another: what repeats the ticket is none of its own calls.
seconds as (
    select person_no, line_no, created_at, only_no,
           min(case when is_turn then created_at end) over (partition by person_no, line_no order by created_at desc
                                                            rows between unbounded preceding and 1 preceding) as next_other_at
    from (
        select person_no, line_no, created_at, only_no,
               coalesce(lag(only_no) over (partition by person_no, line_no order by created_at) <> only_no, true) as is_turn
        from (
            select person_no, line_no, created_at, case when min(of_no) = max(of_no) then min(of_no) end as only_no
            from (
                select person_no, reason_no as line_no, created_at, coalesce(ticket_no, 0) as of_no from narrow
                where person_no in (select person_no from own_calls)
                union all
                select person_no, -1, created_at, coalesce(ticket_no, 0) from narrow where person_no in (select person_no from own_calls)
            ) as lines
            group by person_no, line_no, created_at
        ) as in_order
    ) as turns
),
reopened as (
    select g.ticket_no, min(g.reopened_at) as effective_reopened_at
    from {{ facts }}.solves as g
    join first_solves as s on s.ticket_no = g.ticket_no and g.reopened_at > s.solved_at
    where g.reply_after_reopen_at is not null and (g.solved_again_at is null or g.reply_after_reopen_at <= g.solved_again_at)
    group by g.ticket_no
)
select o.ticket_no, o.source as contact_source, o.contact_id, o.is_inbound, o.person_no is not null as has_person, o.created_at,
       case when o.reason_no = 0 then o.held_by_any
            else coalesce(greatest(o.held_by_same, o.held_by_unknown), o.held_by_same, o.held_by_unknown) end as held_until,
       nullif(least(coalesce(case when l.only_no = o.ticket_no then l.next_other_at else o.next_at end, {{ far_off }}),
                    coalesce(case when u.only_no = o.ticket_no then u.next_other_at else o.next_unknown_at end, {{ far_off }}),
                    coalesce(c.called_again_at, {{ far_off }})), {{ far_off }}) as next_repeat_at,
       o.next_handled_at, coalesce(b.contacts, 0) as contacts_before, r.effective_reopened_at,
       s.solved_at, s.change_key, s.agent_id, s.team_id
from (
    select ticket_no, source, contact_id, true as is_inbound, created_at, person_no, reason_no, held_by_any, held_by_unknown, held_by_same,
           next_unknown_at, next_handled_at, case when reason_no = 0 then -1 else reason_no end as line_no,
           case when reason_no = 0 then next_any_at else next_same_at end as next_at
    from ordered where not is_part
    union all
    select ticket_no, null, null, is_inbound, created_at, null, null, null, null, null, null, null, null, null from {{ facts }}.tickets
    where (not is_inbound or customer_id is null or created_at is null)
    {% if touched %}
      and ticket_no in (select ticket_no from asked_numbers)
    {% endif %}
) as o
left join seconds as l on l.person_no = o.person_no and l.line_no = o.line_no and l.created_at = o.next_at
left join seconds as u on u.person_no = o.person_no and u.line_no = 0 and u.created_at = o.next_unknown_at
left join asked_before as b on b.ticket_no = o.ticket_no
left join called_again as c on c.ticket_no = o.ticket_no
left join reopened as r on r.ticket_no = o.ticket_no
left join first_solves as s on s.ticket_no = o.ticket_no

-- kind: ticket
-- needs: members, tickets, solves
-- Solves of tickets that follow one another, read as one case: it is solved while none of its tickets is open. A row is a solve of
-- such a ticket, or the ticket that has none; `is_solved` says that the solve ended the case, until `reopened_at`. A ticket follows
-- only what was created before it. Tickets of one case are touched together (`Reach`).
{% import '_macros.sql' as m with context %}
with recursive links as (
    select ticket_no, {{ first_by('parent_no', ['place', 'ticket_id']) }} as parent_no
    from (
        select m.ticket_no, m.ticket_id, case when m.is_survivor then 0 else 1 end as place, p.ticket_no as parent_no
        from {{ rows('tickets', 'ticket') }} as t
        join {{ facts }}.members as m on m.source = t.source and m.ticket_id = t.ticket_id
        join {{ facts }}.members as p on p.source = t.source and p.ticket_id = t.follows_ticket_id
        join {{ facts }}.tickets as a on a.ticket_no = m.ticket_no
        join {{ facts }}.tickets as b on b.ticket_no = p.ticket_no
        where t.follows_ticket_id is not null
          and (coalesce(b.created_at, {{ long_ago }}) < coalesce(a.created_at, {{ long_ago }})
               or coalesce(b.created_at, {{ long_ago }}) = coalesce(a.created_at, {{ long_ago }}) and b.ticket_id < a.ticket_id)
    ) as followed
    group by ticket_no
),
chain as (
    select ticket_no, parent_no as case_no, 1 as steps from links
    union all
    select c.ticket_no, l.parent_no, c.steps + 1 from chain as c join links as l on l.ticket_no = c.case_no
),
belonging as (
    select ticket_no, {{ last_by('case_no', ['steps']) }} as case_no from chain group by ticket_no
),
grouped as (
    select ticket_no, case_no from belonging union select case_no, case_no from belonging
),
steps as (
    select g.case_no, g.ticket_no, t.ticket_id, 0 as solve_no, 1 as step, 0 as place,
           coalesce(t.created_at, t.first_contact_at, {{ long_ago }}) as changed_at
    from grouped as g join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    union all
    select g.case_no, g.ticket_no, t.ticket_id, s.solve_no, -1, 1, coalesce(s.solved_at, s.created_at, {{ long_ago }})
    from grouped as g
    join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    join {{ facts }}.solves as s on s.ticket_no = g.ticket_no
    union all
    select g.case_no, g.ticket_no, t.ticket_id, s.solve_no, 1, case when s.reopened_at > s.solved_at then 0 else 1 end, s.reopened_at
    from grouped as g
    join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    join {{ facts }}.solves as s on s.ticket_no = g.ticket_no and s.reopened_at is not null
),
-- Of one second, what opens a case comes before what solves another of its tickets, but each ticket's own changes keep their order.
counted as (
    select *, sum(step) over (partition by case_no order by changed_at, place, ticket_id, solve_no, step
                              rows between unbounded preceding and current row) as open_tickets
    from steps
),
turning as (
    select case_no, ticket_no, ticket_id, solve_no, step, changed_at,
           lead(changed_at) over (partition by case_no order by changed_at, place, ticket_id, solve_no, step) as reopened_at
    from counted
    where open_tickets = 0 or open_tickets = 1 and step = 1
),
-- A reopening in the very second of the solve is none: what counts is the next one, which comes after the next solve or with it.
same_second as (
    select s.case_no, s.ticket_no, s.solve_no, min(g.reopened_at) as reopened_at
    from (select * from turning where step = -1 and reopened_at = changed_at) as s
    join (select * from turning where step = -1) as g on g.case_no = s.case_no and g.reopened_at > s.changed_at
    group by s.case_no, s.ticket_no, s.solve_no
),
solved as (
    select s.case_no, s.ticket_no, s.solve_no, case when s.reopened_at = s.changed_at then z.reopened_at else s.reopened_at end as reopened_at,
           case when lag(s.reopened_at - s.changed_at) over in_order = 0 and coalesce(lag(z.reopened_at) over in_order > s.changed_at, true)
                then {{ far_off }}
                else max(case when s.reopened_at > s.changed_at then s.reopened_at - s.changed_at
                              else coalesce(z.reopened_at - s.changed_at, {{ far_off }}) end)
                         over (in_order rows between unbounded preceding and 1 preceding) end as longest_solved_before_s
    from turning as s
    left join same_second as z on z.case_no = s.case_no and z.ticket_no = s.ticket_no and z.solve_no = s.solve_no
    where s.step = -1
    window in_order as (partition by s.case_no order by s.changed_at, s.ticket_id, s.solve_no)
),
begun as (
    select g.case_no, min(least(t.first_contact_at, t.created_at)) as started_at
    from grouped as g join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    group by g.case_no
)
select g.case_no, g.ticket_no, s.solve_no, b.started_at, e.case_no is not null as is_solved, e.reopened_at, e.longest_solved_before_s
from grouped as g
join begun as b on b.case_no = g.case_no
left join {{ facts }}.solves as s on s.ticket_no = g.ticket_no
left join solved as e on e.ticket_no = s.ticket_no and e.solve_no = s.solve_no

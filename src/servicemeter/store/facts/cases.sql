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
    select g.case_no, g.ticket_no, t.ticket_id, 0 as solve_no, 1 as step,
           coalesce(t.created_at, t.first_contact_at, {{ long_ago }}) as changed_at
    from grouped as g join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    union all
    select g.case_no, g.ticket_no, t.ticket_id, s.solve_no, -1, coalesce(s.solved_at, s.created_at, {{ long_ago }})
    from grouped as g
    join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    join {{ facts }}.solves as s on s.ticket_no = g.ticket_no
    union all
    select g.case_no, g.ticket_no, t.ticket_id, s.solve_no, 1, s.reopened_at
    from grouped as g
    join {{ facts }}.tickets as t on t.ticket_no = g.ticket_no
    join {{ facts }}.solves as s on s.ticket_no = g.ticket_no and s.reopened_at is not null
),
counted as (
    select *, sum(step) over (partition by case_no order by changed_at, step desc, ticket_id, solve_no
                              rows between unbounded preceding and current row) as open_tickets
    from steps
),
turning as (
    select case_no, ticket_no, solve_no, step, changed_at,
           lead(changed_at) over (partition by case_no order by changed_at, step desc, ticket_id, solve_no) as reopened_at
    from counted
    where open_tickets = 0 or open_tickets = 1 and step = 1
),
solved as (
    select case_no, ticket_no, solve_no, reopened_at,
           max(case when reopened_at = changed_at then {{ far_off }} else reopened_at - changed_at end)
               over (partition by case_no order by changed_at, ticket_no rows between unbounded preceding and 1 preceding) as longest_solved_before_s
    from turning where step = -1
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

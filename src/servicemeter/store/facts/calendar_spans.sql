-- kind: ticket
-- needs: members, bots, cal_days
-- Which calendar a ticket ran under from when to when, where that is not simply the default one. `base_s` is added to the
-- calendar's reading, so that readings go on where the calendar changes and parts always add up. The brand of a merge group is that
-- of the ticket that opened it, as everywhere.
{% import '_macros.sql' as m with context %}
with steps as (
    select ticket_no, changed_at, change_key, field, coalesce(value, '') as value
    from {{ m.changes("e.field in ('calendar_id', 'team_id') and m.is_survivor") }} as c
    union all
    select ticket_no, {{ long_ago }}, {{ first_key }} - 1, '', '' from {{ facts }}.members
    where is_survivor{% if touched %} and ticket_no in (select ticket_no from touched_numbers){% endif %}

),
known as (
    select s.ticket_no, s.changed_at, s.change_key,
           nullif({{ last_known("case when field = 'calendar_id' then value end", 'partition by s.ticket_no order by s.change_key') }}, '') as own_calendar,
           nullif({{ last_known("case when field = 'team_id' then value end", 'partition by s.ticket_no order by s.change_key') }}, '') as team_id
    from steps as s
),
chosen as (
    select k.ticket_no, k.changed_at, k.change_key,
           coalesce(k.own_calendar, t.calendar_id, b.calendar_id, {{ text(calendar.default) }}) as calendar_id
    from known as k
    join {{ facts }}.members as n on n.ticket_no = k.ticket_no and n.is_opening
    join {{ rows('tickets', 'ticket') }} as g on g.source = n.source and g.ticket_id = n.ticket_id
    left join {{ rows('teams') }} as t on t.source = n.source and t.team_id = k.team_id
    left join {{ values(calendar.of_brands, ['brand', 'calendar_id']) }} as b on b.brand = g.brand
),
last_of_instant as (
    select ticket_no, changed_at, calendar_id
    from (
        select c.*, row_number() over (partition by ticket_no, changed_at order by change_key desc) as back from chosen as c
    ) as ranked
    where back = 1
),
turning as (
    select ticket_no, changed_at, calendar_id, lag(calendar_id) over (partition by ticket_no order by changed_at) as calendar_before
    from last_of_instant
),
spans as (
    select ticket_no, calendar_id, calendar_before, changed_at as from_at,
           coalesce(lead(changed_at) over (partition by ticket_no order by changed_at), {{ far_off }}) as to_at
    from turning where calendar_before is distinct from calendar_id
)
select s.ticket_no, s.calendar_id, s.from_at, s.to_at,
       cast(sum(case when s.calendar_before is null or s.from_at = {{ long_ago }} then 0
                else {{ m.reading('a', 's.from_at') }} - {{ m.reading('b', 's.from_at') }} end)
           over (partition by s.ticket_no order by s.from_at) as bigint) as base_s
from spans as s
left join {{ facts }}.cal_days as a_day on a_day.calendar_id = s.calendar_before and a_day.day_start = s.from_at - s.from_at % 86400
left join {{ facts }}.cal_days as b_day on b_day.calendar_id = s.calendar_id and b_day.day_start = s.from_at - s.from_at % 86400

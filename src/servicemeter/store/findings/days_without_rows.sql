-- title: Days without any {part}, where that weekday usually has some
-- severity: missing
-- parts: tickets, calls and chats
-- touches: tickets.created_at, contacts.queued_at
-- remedy: Import those days (a page or a file may be missing). If the desk was closed, say so in calendar_exceptions.
-- Usual: at least four such weekdays, three in four of them with rows, eight rows or more on average.
with happened as (
    select source, 'tickets' as part, {{ epoch('created_at') }} as s from tickets where created_at is not null
    union all
    select source, 'calls and chats', {{ epoch('started_at') }} from interactions
),
days as (
    select source, part, {{ whole('s + $offset_of_s', '86400') }} as day, count(*) as row_count from happened
    group by source, part, {{ whole('s + $offset_of_s', '86400') }}
),
spans as (
    select d.source, d.part, min(d.day) as first_day,
           greatest(max(d.day), coalesce((select max({{ whole('e.s + $offset_of_s', '86400') }}) - 1
                    from (select k.source, {{ epoch('k.loaded_through') }} as s from sources as k) as e
                    where e.source = d.source and e.s is not null), max(d.day))) as last_day
    from days as d group by d.source, d.part
),
digits as (select digit from {{ values([(0,), (1,), (2,), (3,), (4,), (5,), (6,), (7,), (8,), (9,)], ['digit']) }} as ten),
numbers as (
    select a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit as number
    from digits as a cross join digits as b cross join digits as c cross join digits as d
),
every_day as (
    select s.source, s.part, s.first_day + n.number as day, coalesce(d.row_count, 0) as row_count
    from spans as s
    join numbers as n on n.number <= s.last_day - s.first_day
    left join days as d on d.source = s.source and d.part = s.part and d.day = s.first_day + n.number
),
weekdays as (
    select *, count(*) over same as weeks, count(case when row_count > 0 then 1 end) over same as weeks_with_rows,
           avg(row_count) over same as mean_count
    from every_day window same as (partition by source, part, (day + 3) % 7)
)
select part, source, date '1970-01-01' + cast(day as integer) as missing_on, round(mean_count, 1) as usual_count
from weekdays
where row_count = 0 and weeks >= 4 and weeks_with_rows * 4 >= weeks * 3 and mean_count >= 8
  and date '1970-01-01' + cast(day as integer) not in (select local_date from calendar_exceptions where open is null)

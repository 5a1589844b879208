-- kind: ticket
-- needs: sla_stretches, cal_days, cal_fills
-- of: sla_policies
-- variants: reopen sla_pause_states
-- keep: no
-- The stretches with what the clock shows when each begins, the target then in force, when the target fills up if the clock runs
-- on, and when the case passes it. `from_reading` is the reading of opening hours at the start (the instant itself for a clock
-- that always runs).
{% import '_macros.sql' as m with context %}
with promised as (
    select s.ticket_no, s.metric_no, s.part_no, s.policy_no, s.from_at, least(s.to_at, nullif(p.withdrawn_at, {{ far_off }})) as to_at,
           case when s.state_no = 9 then 9 when w.policy_no is not null then 1 else 0 end as state_no,
           coalesce(o.target_s, r.target_s) as target_s,
           case when p.is_business then coalesce(nullif(p.calendar_id, ''), s.calendar_id, {{ text(calendar.default) }}) end as calendar_id
    from {{ work }}.sla_stretches as s
    join {{ values(policies.rows(), ['policy_no', 'policy_id', 'metric', 'is_business', 'calendar_id', 'withdrawn_at']) }} as p
      on p.policy_no = s.policy_no and s.from_at < p.withdrawn_at
    left join {{ values(policies.target_rows(), ['policy_no', 'priority_no', 'target_s']) }} as o
      on o.policy_no = s.policy_no and o.priority_no = s.priority_no and s.priority_no <> 0
    left join {{ values(policies.target_rows(), ['policy_no', 'priority_no', 'target_s']) }} as r
      on r.policy_no = s.policy_no and r.priority_no = 0
    left join {{ values(policies.pause_rows(), ['policy_no', 'state_no']) }} as w
      on w.policy_no = s.policy_no and w.state_no = s.state_no
),
readings as (
    select s.ticket_no, s.metric_no, s.part_no, s.policy_no, s.from_at, s.to_at, s.state_no, s.target_s, s.calendar_id,
           {% if policies.use_business %}
           case when s.calendar_id is null then s.from_at else {{ m.reading('a', 's.from_at') }} end as from_reading,
           case when s.calendar_id is null then s.to_at else {{ m.reading('b', 's.to_at') }} end as to_reading
           {% else %}
           s.from_at as from_reading, s.to_at as to_reading
           {% endif %}
    from promised as s
    {% if policies.use_business %}
    left join {{ facts }}.cal_days as a_day on a_day.calendar_id = s.calendar_id and a_day.day_start = s.from_at - s.from_at % 86400
    left join {{ facts }}.cal_days as b_day on b_day.calendar_id = s.calendar_id and b_day.day_start = s.to_at - s.to_at % 86400
    {% endif %}
),
counted as (
    select ticket_no, metric_no, part_no, policy_no, from_at, to_at, state_no, calendar_id, from_reading,
           case when state_no = 0 then to_reading - from_reading else 0 end as length_s,
           {{ last_known('target_s', 'in_order') }} as target_s,
           cast(coalesce(sum(case when state_no = 0 then to_reading - from_reading else 0 end)
                         over (in_order rows between unbounded preceding and 1 preceding), 0) as bigint) as elapsed_before
    from readings
    window in_order as (partition by ticket_no, metric_no, part_no order by from_at)
),
aimed as (
    select *, from_reading + target_s - elapsed_before as full_reading from counted
),
timed as (
    select a.ticket_no, a.metric_no, a.part_no, a.policy_no, a.from_at, a.to_at, a.state_no, a.calendar_id, a.from_reading, a.length_s,
           a.target_s, a.elapsed_before,
           {% if policies.use_business %}
           case when a.elapsed_before >= a.target_s then a.from_at when a.calendar_id is null then a.full_reading
                else d.opens_at + a.full_reading - d.open_before end as due_at,
           case when a.elapsed_before > a.target_s then a.from_at when a.calendar_id is null then a.full_reading
                else g.opens_at + a.full_reading - g.open_before end as passes_at
           {% else %}
           case when a.elapsed_before >= a.target_s then a.from_at else a.full_reading end as due_at,
           case when a.elapsed_before > a.target_s then a.from_at else a.full_reading end as passes_at
           {% endif %}
    from aimed as a
    {% if policies.use_business %}
    left join {{ facts }}.cal_fills as d
      on d.calendar_id = a.calendar_id and d.fill_no = {{ whole('a.full_reading - 1', '3600') }}
      and d.open_before < a.full_reading and d.open_until >= a.full_reading
    left join {{ facts }}.cal_fills as g
      on g.calendar_id = a.calendar_id and g.fill_no = {{ whole('a.full_reading', '3600') }}
      and g.open_before <= a.full_reading and g.open_until > a.full_reading
    {% endif %}
)
select ticket_no, metric_no, part_no, policy_no, from_at, to_at, state_no, calendar_id, from_reading, length_s, target_s, elapsed_before, due_at, passes_at,
       min(case when (state_no = 0 or state_no = 1 and elapsed_before > target_s) and (to_at is null or passes_at < to_at) then passes_at end)
           over (partition by ticket_no, metric_no, part_no) as passed_at,
       min(case when target_s is not null then from_at end) over (partition by ticket_no, metric_no, part_no) as promised_at
from timed

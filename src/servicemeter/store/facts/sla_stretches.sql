-- kind: ticket
-- needs: sla_cases, open_spans, undated_spans, solves, tickets, priority_spans, calendar_spans
-- of: sla_policies
-- variants: reopen sla_pause_states
-- keep: no
-- The cases with their policy, cut where something changes that the clock heeds: a state that may pause it, the priority, the
-- ticket's calendar. The policy is the first by rank that fits when the case starts; where none has a target for the priority of
-- then, the first that gets one. States and priorities are numbered as in `policies`; 9 is solved, 0 any other. A promise of which
-- the ticket's source cannot tell whether it was kept is none.
{% set touched_only = 'and ticket_no in (select ticket_no from touched_numbers)' if touched else '' %}
{% macro cut(spans, at, place, state, priority, calendar_id, before) %}
    union all
    select c.ticket_no, c.metric_no, c.part_no, {{ at }}, {{ place }}, {{ state }}, {{ priority }}, {{ calendar_id }}
    from {{ work }}.sla_cases as c
    join {{ spans }} as s on s.ticket_no = c.ticket_no and s.to_at > c.started_at and {{ before }}
{% endmacro %}
{% set holds = '(s.from_at <= c.started_at or s.from_at < coalesce(c.ended_at, ' ~ far_off ~ '))' %}
{% set since = 'greatest(s.from_at, c.started_at)' %}
with standstills as (
    select cast(null as integer) as ticket_no, cast(null as bigint) as from_at, cast(null as bigint) as to_at, 0 as state_no, 0 as metric_no
    where false
    {% for state, state_no, metrics in policies.pauses() %}
    {% for metric_no in metrics %}
    union all
    select ticket_no, from_at, coalesce(to_at, {{ far_off }}), {{ state_no }}, {{ metric_no }}
    from {{ facts }}.open_spans where status = {{ text(state) }} {{ touched_only }}
    union all
    select ticket_no, from_at, coalesce(to_at, {{ far_off }}), {{ state_no }}, {{ metric_no }}
    from {{ facts }}.undated_spans where status = {{ text(state) }} {{ touched_only }}
    {% endfor %}
    {% endfor %}
    {% if reopen == 'continue' and policies.of('resolution') %}
    union all
    select ticket_no, coalesce(solved_at, created_at), reopened_at, 9, 3
    from {{ facts }}.solves where reopened_at > coalesce(solved_at, created_at) {{ touched_only }}
    {% endif %}
),
priorities as (
    select ticket_no, priority_no, {{ whole('from_key - ' ~ first_key, '1000000000') }} + {{ long_ago }} as from_at,
           case when to_key = {{ last_key }} then {{ far_off }}
                else {{ whole('to_key - ' ~ first_key, '1000000000') }} + {{ long_ago }} end as to_at
    from (
        select ticket_no, from_key, to_key,
               case when priority is null then 0 {% for priority in policies.priorities %}when priority = {{ text(priority) }} then {{ loop.index }} {% endfor %}else 0 end as priority_no
        from {{ facts }}.priority_spans
        where {{ 'true' if policies.are_by_priority else 'false' }} {{ touched_only }}
    ) as numbered
),
cuts as (
    select ticket_no, metric_no, part_no, started_at as from_at, 1 as place,
           cast(null as integer) as state_no, cast(null as integer) as priority_no, cast(null as varchar) as calendar_id
    from {{ work }}.sla_cases
    {% if policies.pauses() or reopen == 'continue' %}
    {{ cut('standstills', since, 2, 's.state_no', 'null', 'null', 's.metric_no = c.metric_no and ' ~ holds) }}
    {{ cut('standstills', 's.to_at', 0, '0', 'null', 'null', 's.metric_no = c.metric_no and s.to_at < coalesce(c.ended_at, ' ~ far_off ~ ')') }}
    {% endif %}
    {% if policies.are_by_priority %}
    {{ cut('priorities', since, 1, 'null', 's.priority_no', 'null', 's.to_at > s.from_at and ' ~ holds) }}
    {% endif %}
    {% if policies.use_calendars_of_tickets and calendar.has_spans %}
    {{ cut(facts ~ '.calendar_spans', since, 1, 'null', 'null', 's.calendar_id', holds) }}
    {% endif %}
),
filled as (
    select ticket_no, metric_no, part_no, from_at, lead(from_at) over in_order as next_at,
           coalesce({{ last_known('state_no', 'in_order') }}, 0) as state_no,
           coalesce({{ last_known('priority_no', 'in_order') }}, 0) as priority_no,
           {{ last_known('calendar_id', 'in_order') }} as calendar_id
    from cuts
    window in_order as (partition by ticket_no, metric_no, part_no order by from_at, place)
),
matched as (
    select f.ticket_no, f.metric_no, f.part_no, f.from_at, coalesce(f.next_at, c.ended_at) as to_at, f.state_no, f.priority_no, f.calendar_id,
           case when {{ 'false' if policies else 'true' }} then null
           {% for p in policies.all %}
           when f.metric_no = {{ p.metric_no }}{% for name, value in p.filters %} and {{ 'k' if name == 'segment' else 't' }}.{{ name }} = {{ text(value) }}{% endfor %}
           {% if p.from_at is not none %} and c.started_at >= {{ p.from_at }}{% endif %}
           {% if p.to_at is not none %} and c.started_at < {{ p.to_at }}{% endif %}
           {% if p.priorities %} and f.priority_no in ({% for priority in p.priorities %}{{ policies.priorities.index(priority) + 1 }}{{ '' if loop.last else ', ' }}{% endfor %}){% endif %}
           then {{ p.policy_no }}
           {% endfor %}
           else cast(null as integer) end as policy_no
    from filled as f
    join {{ work }}.sla_cases as c on c.ticket_no = f.ticket_no and c.metric_no = f.metric_no and c.part_no = f.part_no
    join {{ facts }}.tickets as t on t.ticket_no = f.ticket_no
    {% if policies.are_by_segment %}
    left join {{ rows('customers') }} as k on k.source = t.customer_source and k.customer_id = t.customer_id
    {% endif %}
    where f.next_at is null or f.next_at > f.from_at
),
chosen as (
    select ticket_no, metric_no, part_no, from_at, to_at, state_no, priority_no, calendar_id,
           {% if policies.are_by_priority %}
           min((from_at - ({{ long_ago }})) * 1000000 + policy_no) over (partition by ticket_no, metric_no, part_no) % 1000000 as policy_no
           {% else %}
           policy_no
           {% endif %}
    from matched
)
select * from chosen where policy_no is not null and {{ 'true' if policies else 'false' }}
{% for policy_no, sources in policies.blind() %}
  and not (policy_no = {{ policy_no }} and ticket_no in (select ticket_no from {{ facts }}.tickets where source in ({% for source in sources %}{{ text(source) }}{{ '' if loop.last else ', ' }}{% endfor %})))
{% endfor %}

{#- Open seconds between two instants of a ticket, by readings of its calendar (METRICS.md section 3).
    `joins` stands after FROM, `between` in the SELECT; `x` names the pair. The span may be part of a whole (`whole_since`,
    `whole_until`): where one calendar holds for all of it, the parts are read by that calendar and still add up. -#}
{% macro span(x, ticket_no, at) -%}
{% if calendar.has_spans %}
left join {{ facts }}.calendar_spans as {{ x }}_span
  on {{ x }}_span.ticket_no = {{ ticket_no }} and {{ at }} >= {{ x }}_span.from_at and {{ at }} < {{ x }}_span.to_at
{% endif %}
{%- endmacro %}
{% macro day(x, span, at) -%}
left join {{ facts }}.cal_days as {{ x }}_day
  on {{ x }}_day.calendar_id = {% if calendar.has_spans %}coalesce({{ span }}_span.calendar_id, {{ text(calendar.default) }}){% else %}{{ text(calendar.default) }}{% endif %}
  and {{ x }}_day.day_start = {{ at }} - {{ at }} % 86400
{%- endmacro %}
{% macro reading(x, at) -%}
({{ x }}_day.cum_open_s{% for i in range(1, calendar.openings + 1) %} + case when {{ at }} - {{ x }}_day.day_start <= {{ x }}_day.f{{ i }} then 0 when {{ at }} - {{ x }}_day.day_start >= {{ x }}_day.t{{ i }} then {{ x }}_day.t{{ i }} - {{ x }}_day.f{{ i }} else {{ at }} - {{ x }}_day.day_start - {{ x }}_day.f{{ i }} end{% endfor %})
{%- endmacro %}
{% macro joins(x, ticket_no, since, until, whole_since=none, whole_until=none) -%}
{% if calendar.mode == 'at_end' %}{{ span(x ~ '_at', ticket_no, whole_until or until) }}
{{ day(x ~ '_a', x ~ '_at', since) }}
{{ day(x ~ '_b', x ~ '_at', until) }}
{% elif calendar.mode == 'at_start' %}{{ span(x ~ '_at', ticket_no, whole_since or since) }}
{{ day(x ~ '_a', x ~ '_at', since) }}
{{ day(x ~ '_b', x ~ '_at', until) }}
{% else %}{{ span(x ~ '_a', ticket_no, since) }}
{{ day(x ~ '_a', x ~ '_a', since) }}
{{ span(x ~ '_b', ticket_no, until) }}
{{ day(x ~ '_b', x ~ '_b', until) }}
{% endif %}
{%- endmacro %}
{% macro between(x, since, until) -%}
({{ reading(x ~ '_b', until) }} - {{ reading(x ~ '_a', since) }}{% if calendar.has_spans and calendar.mode == 'segmented' %} + coalesce({{ x }}_b_span.base_s, 0) - coalesce({{ x }}_a_span.base_s, 0){% endif %})
{%- endmacro %}
{#- The team an agent was in at an instant. -#}
{% macro team_join(x, source, agent, at) -%}
{% if has_agent_teams %}
left join {{ facts }}.agent_spans as {{ x }}_team
  on {{ x }}_team.source = {{ source }} and {{ x }}_team.agent_id = {{ agent }}
  and {{ at }} >= {{ x }}_team.from_at and {{ at }} < {{ x }}_team.to_at
{% endif %}
{%- endmacro %}
{% macro team(x) -%}
{% if has_agent_teams %}{{ x }}_team.team_id{% else %}cast(null as varchar){% endif %}
{%- endmacro %}

{#- Changes of tickets that count, with one number that orders them: the second, then the source's sequence. -#}
{% macro changes(condition) -%}
(
    select m.source, m.ticket_no, m.is_survivor, m.is_inbound, m.created_at, e.field, e.value, e.source as event_source, e.update_id,
           {{ change_key('e') }} as change_key, {{ epoch('e.occurred_at') }} as occurred_at,
           greatest(coalesce({{ epoch('e.occurred_at') }}, {{ long_ago }}), m.created_at) as changed_at,
           {% if has_bots %}
           case when e.actor_type = 'agent' and b.agent_id is null then e.actor_id end as human_id,
           e.actor_type = 'agent' and b.agent_id is null as is_human,
           coalesce(e.actor_type in ('bot', 'system'), false) or b.agent_id is not null as is_automatic
           {% else %}
           case when e.actor_type = 'agent' then e.actor_id end as human_id, e.actor_type = 'agent' as is_human,
           coalesce(e.actor_type in ('bot', 'system'), false) as is_automatic
           {% endif %}
    from {{ rows('ticket_events', 'ticket') }} as e
    join {{ facts }}.members as m on m.source = coalesce(e.ticket_source, e.source) and m.ticket_id = e.ticket_id
    {% if has_bots %}
    left join {{ facts }}.bots as b on b.source = e.source and b.agent_id = e.actor_id
    {% endif %}
    where {{ condition }}
)
{%- endmacro %}
{#- What one piece of work by a person is known by: the source's own update, else who did it in which minute. -#}
{% macro update_key(source, update_id, agent, at) -%}
case when {{ update_id }} is null then {{ row_hash([source, agent, at ~ ' - ' ~ at ~ ' % 60']) }} else {{ row_hash([source, update_id]) }} end
{%- endmacro %}

{#- Whether a tag says that a ticket was solved at the first contact. -#}
{% macro marks_first_contact(tag) -%}
lower({{ tag }}) in ('fcr', 'first_contact_resolution', 'first contact resolution', 'first_contact_resolved')
{%- endmacro %}

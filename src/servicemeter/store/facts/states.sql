-- kind: ticket
-- needs: transitions, status_steps, calendar_spans
-- keep: no
-- How long a ticket had been pending, on hold, and solved before it was reopened, up to each of its solves; the rest of the time
-- since its creation it was new or open. Solves without any such time before them have no row.
{% import '_macros.sql' as m with context %}
select s.ticket_no, s.solve_no,
       {% for state, statuses in [('pending', "('pending')"), ('on_hold', "('on_hold')"), ('solved', "('solved', 'closed')")] %}
       cast(sum(case when i.status in {{ statuses }} then i.until_at - i.changed_at else 0 end) as bigint) as {{ state }}_seconds,
       cast(sum(case when i.status in {{ statuses }} then {{ m.between('w', 'i.changed_at', 'i.until_at') }} else 0 end) as bigint) as {{ state }}_open_seconds{{ '' if loop.last else ',' }}
       {% endfor %}
from {{ work }}.transitions as s
join {{ work }}.status_steps as i on i.ticket_no = s.ticket_no and i.change_key < s.change_key
{{ m.joins('w', 'i.ticket_no', 'i.changed_at', 'i.until_at', 's.created_at', 's.changed_at') }}
where s.is_solve and s.created_at is not null and s.changed_at is not null and i.status in ('pending', 'on_hold', 'solved', 'closed')
group by s.ticket_no, s.solve_no

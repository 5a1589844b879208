-- kind: ticket
-- needs: status_steps
-- dimensions: agent=assignee.agent_id team=holder.team_id status=status; through: ticket_no; carries: source channel first_contact_at first_response_at
-- join assignee: left join {{ facts }}.assignee_spans as assignee on assignee.ticket_no = f.ticket_no and assignee.from_key < p.e * 1000000000 and assignee.to_key >= p.e * 1000000000
-- join holder: left join {{ facts }}.team_spans as holder on holder.ticket_no = f.ticket_no and holder.from_key < p.e * 1000000000 and holder.to_key >= p.e * 1000000000
-- When a ticket was unresolved, by status: backlog at a moment is a count of these. A ticket begins `new`.
select ticket_no, is_inbound, created_at, changed_at as from_at, until_at as to_at, status
from {{ work }}.status_steps
where status not in ('solved', 'closed') and created_at is not null and (until_at is null or until_at > changed_at)
union all
select t.ticket_no, t.is_inbound, t.created_at, t.created_at, s.changed_at, 'new'
from {{ facts }}.members as t
left join {{ work }}.status_steps as s on s.ticket_no = t.ticket_no and s.status_before is null
where t.is_survivor and t.created_at is not null and (s.ticket_no is null or s.changed_at > t.created_at)
{% if touched %}
  and t.ticket_no in (select ticket_no from touched_numbers)
{% endif %}

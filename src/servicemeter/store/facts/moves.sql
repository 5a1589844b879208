-- kind: ticket
-- needs: changes
-- keep: no
-- Status, assignee and team after every change of one of them, and until when that held.
with steps as (
    select ticket_no, changed_at, seq, event_id, field, value, human_id from {{ facts }}.changes
    where is_survivor and field in ('status', 'assignee_id', 'team_id')
    union all
    select ticket_no, coalesce(created_at, {{ long_ago }}), -1, '', 'status', 'new', null from {{ facts }}.groups
)
select ticket_no, changed_at, field, human_id,
       lead(changed_at) over in_order as until_at,
       row_number() over in_order as place,
       {{ last_known("case when field = 'status' then value end", 'in_order') }} as status,
       {{ last_known_before("case when field = 'status' then value end", 'in_order') }} as status_before,
       nullif({{ last_known("case when field = 'assignee_id' then coalesce(value, '') end", 'in_order') }}, '') as agent_id,
       nullif({{ last_known("case when field = 'team_id' then coalesce(value, '') end", 'in_order') }}, '') as team_id
from steps
window in_order as (partition by ticket_no order by changed_at, seq, event_id)

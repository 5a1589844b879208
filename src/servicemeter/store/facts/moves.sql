-- kind: ticket
-- needs: changes
-- keep: no
-- Status, assignee and team after every change of one of them, and until when that held. A ticket begins `new`; changes that
-- the source dates before the creation count from the creation.
with steps as (
    select ticket_no, changed_at, seq, event_id, field, value, human_id, cast(null as bigint) as created_at,
           cast(null as boolean) as is_inbound
    from {{ facts }}.changes
    where is_survivor and field in ('status', 'assignee_id', 'team_id')
    union all
    select ticket_no, {{ long_ago }} - 1, 0, '', 'status', 'new', null, created_at, is_inbound from {{ facts }}.groups
),
in_turn as (
    select ticket_no, changed_at, field, human_id,
           first_value(created_at) over in_order as created_at,
           first_value(is_inbound) over in_order as is_inbound,
           lead(changed_at) over in_order as next_change_at,
           row_number() over in_order as place,
           {{ last_known("case when field = 'status' then value end", 'in_order') }} as status,
           {{ last_known_before("case when field = 'status' then value end", 'in_order') }} as status_before,
           {{ last_known("case when field = 'assignee_id' then coalesce(value, '') end", 'in_order') }} as agent_id,
           {{ last_known("case when field = 'team_id' then coalesce(value, '') end", 'in_order') }} as team_id
    from steps
    window in_order as (partition by ticket_no order by changed_at, seq, event_id)
)
select ticket_no, is_inbound, created_at, field, human_id, place, status, status_before,
       greatest(changed_at, created_at) as changed_at,
       case when next_change_at is not null then greatest(next_change_at, created_at) end as until_at,
       nullif(agent_id, '') as agent_id, nullif(team_id, '') as team_id
from in_turn

-- kind: ticket
-- needs: said, notes, doings, members, bots
-- dimensions: agent=none team=none; through: ticket_no
-- Each time a person worked on a ticket: an update with all that it wrote and changed, or a call or chat answered. Where the source
-- has no updates, all that one person did in one minute is one. `touch_no` counts them up to then, and stands until the next;
-- `is_approximate` says that one of those counted was put together by its minute.
select ticket_no, touched_at, lead(touched_at) over in_order as until_at, row_number() over in_order as touch_no,
       max(is_by_minute) over (in_order rows between unbounded preceding and current row) = 1 as is_approximate
from (
    select ticket_no, min(touched_at) as touched_at, max(case when is_approximate then 1 else 0 end) as is_by_minute
    from (
        select ticket_no, {{ whole('line_key', '1073741824') }} as touched_at, update_key, is_approximate from {{ work }}.said where kind = 1
        union all
        select ticket_no, noted_at, update_key, is_approximate from {{ work }}.notes
        union all
        select ticket_no, changed_at, update_key, is_approximate from {{ work }}.doings where is_human
    ) as worked
    group by ticket_no, update_key
    union all
    select m.ticket_no, {{ epoch('i.answered_at') }}, 0
    from {{ rows('interactions', 'ticket') }} as i
    join {{ facts }}.members as m on m.source = coalesce(i.ticket_source, i.source) and m.ticket_id = i.ticket_id
    left join {{ facts }}.bots as b on b.source = i.source and b.agent_id = i.agent_id
    where i.answered_at is not null and b.agent_id is null
) as touched
window in_order as (partition by ticket_no order by touched_at, is_by_minute)

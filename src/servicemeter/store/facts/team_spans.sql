-- kind: ticket
-- needs: members, bots
-- Which team held a ticket from when to when, in the order of its changes (see `change_key`); null where to nobody. `is_automatic`: begun
-- by a rule or bot, `next_…`: whom it went to; `is_first`: the first team the ticket had.
{% import '_macros.sql' as m with context %}
select source, ticket_no, team_id, is_automatic, change_key as from_key,
       coalesce(lead(change_key) over in_order, {{ last_key }}) as to_key,
       lead(team_id) over in_order as next_team_id, lead(is_automatic) over in_order as next_is_automatic,
       team_id is not null and count(team_id) over (in_order rows between unbounded preceding and 1 preceding) = 0 as is_first
from (select source, ticket_no, nullif(value, '') as team_id, is_automatic, change_key from {{ m.changes("e.field = 'team_id' and m.is_survivor") }} as c) as held
window in_order as (partition by ticket_no order by change_key)

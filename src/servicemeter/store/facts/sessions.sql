-- kind: ticket
-- of: interactions
-- keep: no
-- The contact (root) each leg of a call or chat belongs to, and its number.
select source, interaction_id, coalesce(root_interaction_id, interaction_id) as root_id,
       dense_rank() over (order by source, coalesce(root_interaction_id, interaction_id)) as session_no
{% if touched %}
from (
    select source, interaction_id, root_interaction_id from {{ rows('interactions', 'contact') }} as of_contacts
    union
    select source, interaction_id, root_interaction_id from {{ rows('interactions', 'ticket') }} as of_tickets
    union
    select i.source, i.interaction_id, i.root_interaction_id
    from {{ rows('interactions') }} as i
    join (
        select coalesce(interaction_source, source) as source, interaction_id from {{ rows('messages', 'ticket') }} as g where interaction_id is not null
        union
        select coalesce(interaction_source, source), interaction_id from {{ rows('survey_invitations', 'invitation') }} as v where interaction_id is not null
    ) as named on named.source = i.source and named.interaction_id = i.interaction_id
) as i
{% else %}
from {{ rows('interactions') }} as i
{% endif %}

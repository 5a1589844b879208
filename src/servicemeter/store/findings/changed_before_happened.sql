-- title: Rows last changed before they happened
-- severity: wrong
-- touches: tickets solves turns contacts answers orders
-- remedy: Two clocks of the source disagree by more than a minute. Check the time zones of both columns; if the source itself is wrong, set its clock.
{% for table, key, moment in dated %}
select source, '{{ table }}' as "table", {{ key }} as id, {{ moment }} as happened_at, source_updated_at as changed_at
from {{ table }} where {{ epoch('source_updated_at') }} + 60 < {{ epoch(moment) }}{{ ' union all' if not loop.last }}
{% endfor %}

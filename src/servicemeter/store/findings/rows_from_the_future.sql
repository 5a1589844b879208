-- title: Rows dated after they were recorded
-- severity: wrong
-- touches: tickets solves turns contacts answers
-- remedy: Nothing can be known before it happens. Check the time zone of the import (a day and month swapped is the other usual cause).
{% for table, key, moment in dated %}
select source, '{{ table }}' as "table", {{ key }} as id, {{ moment }} as happened_at, recorded_at
from {{ table }} where {{ moment }} > recorded_at{{ ' union all' if not loop.last }}
{% endfor %}

-- title: Rows dated after their source was last read
-- severity: missing
-- touches: tickets solves turns contacts answers
-- remedy: They are not counted yet. Correct the dates (a day and month swapped, a wrong time zone), or the loaded_through of the source.
select r.source, r.table_name as "table", r.id, r.happened_at, s.loaded_through
from (
    {% for table, key, moment in dated %}
    select source, '{{ table }}' as table_name, {{ key }} as id, {{ moment }} as happened_at from {{ table }}{{ ' union all' if not loop.last }}
    {% endfor %}
) as r
join sources as s on s.source = r.source and r.happened_at >= s.loaded_through

select distinct schedule_id as calendar_id, cast(unnest(generate_series(start_date, end_date, interval 1 day)) as date) as local_date
from schedule_holiday
where not coalesce(_fivetran_deleted, false)

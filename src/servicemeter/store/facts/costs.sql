-- kind: cost
-- needs: rates
-- of: costs
-- dimensions: agent=none team=team_id brand=none language=none reason=none
-- What the service cost, from which local day to before which (days since 1970), in minor units of the base currency; null
-- where there is no rate for the first day.
{% import '_money.sql' as money with context %}
with dated as (
    select c.source, c.cost_id, {{ whole(epoch('cast(c."from" as timestamp)'), '86400') }} as from_day,
           {{ whole(epoch('cast(c."to" as timestamp)'), '86400') }} as to_day, c.amount, c.currency, c.team_id, c.channel
    from {{ rows('costs') }} as c
)
select d.source, d.cost_id, d.from_day, d.to_day, d.from_day * 86400 as from_at, d.team_id, d.channel,
       case when d.channel in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when d.channel is null then null else 'asynchronous' end as channel_class,
       cast(null as varchar) as customer_source, cast(null as varchar) as customer_id,
       {{ money.base('r', 'd.currency', 'd.amount') }} as base_minor
from dated as d
{{ money.joins('r', 'd.currency', 'd.from_day') }}

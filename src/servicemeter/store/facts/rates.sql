-- kind: cost
-- of: exchange_rates
-- keep: no
-- What a minor unit of a currency is worth in minor units of the base currency, by date (days since 1970); of several sources
-- that know a date, the first by name.
with known as (
    select "date" as dated, currency, rate_to_base,
           row_number() over (partition by "date", currency order by source) as place
    from {{ rows('exchange_rates') }} as r
    where rate_to_base > 0 and currency <> {{ text(base_currency) }}
)
select {{ whole(epoch('cast(k.dated as timestamp)'), '86400') }} as day_no, k.currency,
       {{ decimal('k.rate_to_base * coalesce(d.factor, ' ~ minor_factor ~ ')', 20, 10) }} as minor_rate
from known as k
left join {{ values(minor_factors, ['currency', 'factor']) }} as d on d.currency = k.currency
where k.place = 1

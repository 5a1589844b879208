{#- Amounts in minor units of the base currency (METRICS.md section 2, Money): at the rate of the local date, rounded half away
    from zero once; null where there is no rate. An amount without a currency is in the base currency already.
    `joins` stands after FROM (the fact needs `rates`), `base` in the SELECT; `x` names the pair, `day_no` is the local date as
    days since 1970 (`local_day` of an instant). -#}
{% macro joins(x, currency, day_no) -%}
left join {{ work }}.rates as {{ x }}_rate on {{ x }}_rate.currency = {{ currency }} and {{ x }}_rate.day_no = {{ day_no }}
{%- endmacro %}
{% macro base(x, currency, amount) -%}
case when {{ currency }} is null or {{ currency }} = {{ text(base_currency) }} then cast({{ amount }} as bigint)
     else cast({{ rounded('cast(' ~ amount ~ ' as decimal(18, 0)) * ' ~ x ~ '_rate.minor_rate') }} as bigint) end
{%- endmacro %}

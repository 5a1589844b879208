-- title: Orders with an amount for which there is no exchange rate
-- severity: missing
-- touches: orders.net_minor
-- total: orders
-- remedy: Load the rate of that currency on the day of the order (exchange_rates), and as the setting base_currency the currency to count in. Until then their money is left out.
select o.source, o.order_id, o.placed_at, o.amount, o.currency
from {{ facts }}.orders as f
join orders as o on o.source = f.source and o.order_id = f.order_id
where f.net_minor is null and o.amount is not null and f.from_at = f.placed_at

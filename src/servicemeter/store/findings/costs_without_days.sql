-- title: Costs that end on or before the day they begin
-- severity: missing
-- touches: costs.base_minor
-- total: costs
-- remedy: `to` is the first day after the cost: for one day it is the day after `from`. Such costs are in no figure.
select source, cost_id, "from", "to", amount, currency, team_id, channel from costs where "to" <= "from"

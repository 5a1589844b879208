"""What is bought after asking (METRICS.md 5.7)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

Fields = dict[str, Any]

_ORDERS = Tally("orders", {}, at="f.placed_at", needs=("orders",))


def _window(p: Params) -> int:
    return int(float(p["conversion_window_days"]) * 86400)


def _rule(p: Params) -> str:
    return "replied" if p["require_reply"] else "any"


def _sold(p: Params) -> str:
    """What a ticket sold within its window: the orders credited to it that are valid at `as_of`."""
    order = ["s.placed_at", "s.order_no"]
    return f"""left join (
        select s.ticket_no, sum(o.net_minor) as net_minor, count(o.net_minor) as priced,
               count(*) - count(o.net_minor) as unpriced,
               {{{{ first_by('s.agent_id', {order}) }}}} as agent_id, {{{{ first_by('s.team_id', {order}) }}}} as team_id
        from {{{{ facts }}}}.sales as s
        join {{{{ facts }}}}.orders as o on o.order_no = s.order_no
          and o.from_at < p.as_of and (o.to_at is null or o.to_at >= p.as_of)
        where s.rule = '{_rule(p)}' and s.placed_at <= s.ticket_created_at + {_window(p)}
        group by s.ticket_no
    ) as sold on sold.ticket_no = f.ticket_no"""


def _last_repliers(p: Params) -> str:
    """Who answered a ticket last within its window: the one who would have sold, where nothing was."""
    order = ["r.replied_at", "coalesce(r.agent_id, '')"]
    return f"""left join (
        select r.ticket_no, {{{{ last_by('r.agent_id', {order}) }}}} as agent_id,
               {{{{ last_by('r.team_id', {order}) }}}} as team_id
        from {{{{ facts }}}}.replies as r
        join {{{{ facts }}}}.tickets as k on k.ticket_no = r.ticket_no and r.replied_at <= k.created_at + {_window(p)}
        group by r.ticket_no
    ) as replier on replier.ticket_no = f.ticket_no"""


def _by_creation(p: Params) -> Tally:
    """Inbound tickets created in the period, with what they sold."""
    known = "true" if p["include_anonymous"] else "f.customer_id is not null"
    mature = f"f.created_at + {_window(p)} < p.as_of"
    counts = f"{mature} and {known}"
    return Tally(
        "tickets",
        {
            "n": Agg("count(*)", counts),
            "hits": Agg("count(sold.ticket_no)", counts),
            "priced": Agg("sum(sold.priced)", counts),
            "revenue": Agg("sum(sold.net_minor)", counts),
            "unpriced": Agg("sum(sold.unpriced)", counts),
            "n_immature": Agg("count(*)", f"{known} and not ({mature})"),
            "anonymous": Agg("count(*)", f"not ({known})"),
        },
        at="f.created_at",
        where="f.is_inbound",
        joins=_sold(p),
        lookups={"replier": _last_repliers(p)},
        dimensions={
            name: f"case when sold.ticket_no is null then replier.{name}_id else sold.{name}_id end" for name in ("agent", "team")
        },
    )


def _rate(p: Params) -> Measure:
    def finish(found: Fields) -> Fields:
        row = share(found["hits"], found["n"])
        revenue = _earned(found["priced"], found["revenue"], found["unpriced"])["value"] if found["n"] else None
        return {**row, "revenue_minor": revenue, "n_immature": found["n_immature"], "n_excluded": found["anonymous"]}

    return Measure((_by_creation(p), _ORDERS), finish)


def _converted(p: Params) -> Measure:
    def finish(found: Fields) -> Fields:
        nothing_yet = not found["n"] and found["n_immature"]
        value = None if nothing_yet else found["hits"]
        return {"value": value, "n": found["hits"], "n_immature": found["n_immature"], "n_excluded": found["anonymous"]}

    return Measure((_by_creation(p), _ORDERS), finish)


def _revenue(p: Params) -> Measure:
    if p["attribution"] == "order_date":
        return _revenue_by_order(p)

    def finish(found: Fields) -> Fields:
        nothing_yet = not found["n"] and found["n_immature"]
        row = _earned(found["priced"], found["revenue"], found["unpriced"])
        return {**row, **({"value": None} if nothing_yet else {}), "n_immature": found["n_immature"]}

    return Measure((_by_creation(p), _ORDERS), finish)


def _revenue_by_order(p: Params) -> Measure:
    fields = {
        "priced": Agg("count(o.net_minor)"),
        "revenue": Agg("sum(o.net_minor)"),
        "unpriced": Agg("count(*)", "o.net_minor is null"),
    }
    joins = """join {{ facts }}.orders as o on o.order_no = f.order_no
        and o.from_at < p.as_of and (o.to_at is null or o.to_at >= p.as_of)"""
    where = f"f.rule = '{_rule(p)}' and f.placed_at <= f.ticket_created_at + {_window(p)}"

    def finish(found: Fields) -> Fields:
        return _earned(found["priced"], found["revenue"], found["unpriced"])

    return Measure((Tally("sales", fields, at="f.placed_at", where=where, joins=joins), _ORDERS), finish)


def _earned(priced: Any, revenue: Any, unpriced: Any) -> Fields:
    """The sum of the orders that have an amount in the base currency; no orders is a true zero."""
    left_out, n = int(unpriced or 0), int(priced or 0)
    value = None if left_out and not n else int(revenue or 0)
    return {"value": value, "numerator": value, "n": n, "n_excluded": left_out, "partial": left_out > 0}


_INBOUND = ("tickets", "creation", "customer_identity")
_OPTIONS = (
    Parameter("conversion_window_days", 5, (), "days after the creation of the ticket, inclusive"),
    Parameter("require_reply", False, (True, False), "only tickets that a person had answered before the order"),
)
_ANONYMOUS = Parameter("include_anonymous", False, (True, False), "tickets of nobody known are in n too")
_LEAVES_OUT = (
    "Outbound tickets, tickets of nobody known, tickets whose window is still open (n_immature), test orders, orders wholly "
    "cancelled or refunded at as_of. It shows what followed, not what caused it."
)
_PEERS = "Gorgias looks 3 days ahead (formerly 5) and credits the last created ticket, as here."

METRICS = (
    Metric(
        "ticket_conversion_rate",
        "loyalty",
        {
            "en": ("Ticket conversion rate", "conversion after contact"),
            "nl": ("Conversie na contact", "omzettingsratio van tickets"),
            "ro": ("Rata de conversie a tichetelor",),
        },
        {
            "en": "Which share of the requests is followed by a purchase?",
            "nl": "Welk deel van de vragen wordt gevolgd door een aankoop?",
            "ro": "Ce parte dintre solicitări este urmată de o achiziție?",
        },
        "mature inbound tickets to which a valid order of the customer within the window is credited / mature inbound tickets",
        "the period of creation; an order is credited to the ticket created last before it",
        "fraction",
        "higher",
        _rate,
        needs=_INBOUND,
        also_needs=("orders",),
        awaits=("orders",),
        leaves_out=_LEAVES_OUT,
        parameters=(*_OPTIONS, _ANONYMOUS),
        beside=("revenue_minor", "n_immature"),
        peers=_PEERS,
    ),
    Metric(
        "tickets_converted",
        "loyalty",
        {
            "en": ("Converted tickets", "support-driven sales"),
            "nl": ("Omgezette tickets",),
            "ro": ("Tichete convertite",),
        },
        {
            "en": "How many requests are followed by a purchase?",
            "nl": "Hoeveel vragen worden gevolgd door een aankoop?",
            "ro": "Câte solicitări sunt urmate de o achiziție?",
        },
        "count of mature inbound tickets to which a valid order of the customer within the window is credited",
        "the period of creation; an order is credited to the ticket created last before it",
        "count",
        "higher",
        _converted,
        needs=_INBOUND,
        also_needs=("orders",),
        awaits=("orders",),
        leaves_out=_LEAVES_OUT,
        parameters=(*_OPTIONS, _ANONYMOUS),
        beside=("n_immature",),
        peers=_PEERS,
    ),
    Metric(
        "revenue_from_support",
        "loyalty",
        {
            "en": ("Revenue from support", "support-driven revenue"),
            "nl": ("Omzet na contact",),
            "ro": ("Venituri din asistență",),
        },
        {
            "en": "How much is bought after a request?",
            "nl": "Voor hoeveel wordt er gekocht na een vraag?",
            "ro": "Cât se cumpără după o solicitare?",
        },
        "sum of (amount - refunds known at as_of) of the orders credited to tickets, in the base currency at the order's date",
        "the period of the ticket's creation, or of the order",
        "money",
        "higher",
        _revenue,
        needs=_INBOUND,
        also_needs=("orders",),
        awaits=("orders",),
        leaves_out=f"{_LEAVES_OUT} Orders without a rate to the base currency are counted in n_excluded.",
        parameters=(
            *_OPTIONS,
            _ANONYMOUS,
            Parameter("attribution", "created", ("created", "order_date"), "the period of the ticket, or of the order"),
        ),
        beside=("n_excluded", "n_immature"),
        peers=_PEERS,
    ),
)

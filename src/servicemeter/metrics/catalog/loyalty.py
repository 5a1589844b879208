"""Who stays and who comes back (METRICS.md 5.7)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import HOLDS, active, share
from servicemeter.model.metric import Agg, Holding, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

Fields = dict[str, Any]

_YEAR_S = 365 * 86400
_CUSTOMERS = "f.person_no is not null and not f.is_internal"
_GUESTS = "f.person_no is null"


def _kept(p: Params) -> tuple[Tally, ...]:
    """Customers of the start (`n`), those of them that are there at the end too (`hits`), and guest orders (`n_excluded`)."""
    held = f"(f.from_day is not null or {HOLDS})"
    fields = {"n": Agg("count(*)", "u.was >= 1"), "hits": Agg("count(*)", "u.was >= 1 and u.remains >= 1")}
    of = Tally("activities", fields, where=f"{held} and {_CUSTOMERS}", per="f.person_no", **_moments(p))
    guests = Tally("activities", {"n_excluded": Agg("count(*)")}, where=f"{held} and {_GUESTS}", **_moments(p) | {"units": {}})
    return of, guests


def _moments(p: Params) -> dict[str, Any]:
    """How an activity holds the start and the end of a period, by mode."""
    if p["mode"] == "point_to_point":
        return {"holding": active(p, starts=True)}
    start, end = "f.placed_at >= p.before and f.placed_at < p.p0", "f.placed_at >= p.p0 and f.placed_at < p.e"
    units = {"was": f"count(case when {start} then 1 end)", "remains": f"count(case when {end} then 1 end)"}
    return {"during": f"({start} or {end})", "units": units}


def _share(found: Fields) -> Fields:
    return {**share(found["hits"], found["n"]), "n_excluded": found["n_excluded"]}


def _lost(found: Fields) -> Fields:
    return {**share(found["n"] - found["hits"], found["n"]), "n_excluded": found["n_excluded"]}


def _repeat(_: Params) -> Measure:
    year = Holding("f.placed_at", f"f.placed_at + {_YEAR_S}", window_s=_YEAR_S)
    fields = {"n": Agg("count(*)", "u.remains >= 1"), "hits": Agg("count(*)", "u.remains >= 2")}
    of = Tally("orders", fields, where=f"{HOLDS} and {_CUSTOMERS}", per="f.person_no", holding=year)
    guests = Tally("orders", {"n_excluded": Agg("count(*)")}, where=f"{HOLDS} and {_GUESTS}", holding=year)
    return Measure((of, guests), _share)


def _returning(p: Params) -> Measure:
    of = Tally(
        "orders",
        {"n": Agg("count(*)"), "hits": Agg("count(*)", "u.returns = 1")},
        at="f.placed_at",
        where=f"{HOLDS} and {_CUSTOMERS}",
        joins=_first_bought(p),
        per="f.person_no",
        units={"returns": "max(case when again.bought_at < p.p0 then 1 else 0 end)"},
    )
    guests = Tally("orders", {"n_excluded": Agg("count(*)")}, at="f.placed_at", where=f"{HOLDS} and {_GUESTS}")
    return Measure((of, guests), _share)


def _first_bought(p: Params) -> str:
    """When the person first bought: of the same brand or source, where the question is about one."""
    apart = {"person_no": "{}.person_no", "brand": "coalesce({}.brand, '')", "source": "{}.source"}
    of = [said for name, said in apart.items() if name == "person_no" or name in p.get("asked", ())]
    chosen = ", ".join(f"{said.format('o')} as of_{i}" for i, said in enumerate(of))
    same = " and ".join(f"again.of_{i} = {said.format('f')}" for i, said in enumerate(of))
    return f"""left join (
        select {chosen}, min(o.placed_at) as bought_at
        from {{{{ facts }}}}.orders as o
        where o.person_no is not null and o.from_at < p.as_of and (o.to_at is null or o.to_at >= p.as_of)
        group by {", ".join(said.format("o") for said in of)}
    ) as again on {same}"""


_MODES = (
    Parameter("activity_window_days", 365, (), "days after a valid order during which a customer is active"),
    Parameter(
        "mode",
        "point_to_point",
        ("point_to_point", "period_over_period"),
        "active at the start and at the end, or bought in the period before and again in this one",
    ),
)
_LEAVES_OUT = "Guest orders (n_excluded), our own people, test orders, orders wholly cancelled or refunded at as_of."
_LOOKS_BACK = "Customers are persons: accounts that share an identity or were merged count once."

METRICS = (
    Metric(
        "customer_retention_rate",
        "loyalty",
        {
            "en": ("Customer retention", "CRR", "retention rate"),
            "nl": ("Klantbehoud", "retentiegraad"),
            "ro": ("Rata de retenție a clienților", "retenția clienților"),
        },
        {
            "en": "Which share of customers do we keep?",
            "nl": "Welk deel van de klanten behouden we?",
            "ro": "Ce parte dintre clienți păstrăm?",
        },
        "customers active at the start and at the end / customers active at the start",
        "the period; active by a running contract, or by a valid order in the window before",
        "fraction",
        "higher",
        lambda p: Measure(_kept(p), _share),
        needs=("orders",),
        leaves_out=f"{_LEAVES_OUT} Customers won and lost inside the period; {_LOOKS_BACK[0].lower()}{_LOOKS_BACK[1:]}",
        parameters=_MODES,
        dimensions=("country",),
        beside=("n_excluded",),
        peers="(end - new) / start gives the same when only new customers still there at the end are subtracted.",
    ),
    Metric(
        "customer_churn_rate",
        "loyalty",
        {
            "en": ("Churn", "customer churn"),
            "nl": ("Klantverloop", "churn"),
            "ro": ("Rata de pierdere a clienților", "pierderea clienților"),
        },
        {
            "en": "Which share of customers do we lose?",
            "nl": "Welk deel van de klanten verliezen we?",
            "ro": "Ce parte dintre clienți pierdem?",
        },
        "1 - customer retention",
        "the period; active by a running contract, or by a valid order in the window before",
        "fraction",
        "lower",
        lambda p: Measure(_kept(p), _lost),
        needs=("orders",),
        leaves_out=f"{_LEAVES_OUT} {_LOOKS_BACK}",
        parameters=_MODES,
        dimensions=("country",),
        beside=("n_excluded",),
        peers="The complement of retention over the same customers.",
    ),
    Metric(
        "repeat_purchase_rate",
        "loyalty",
        {
            "en": ("Repeat purchase rate", "repeat customers"),
            "nl": ("Herhaalaankopen",),
            "ro": ("Rata achizițiilor repetate",),
        },
        {
            "en": "Which share of the customers bought more than once?",
            "nl": "Welk deel van de klanten kocht vaker dan één keer?",
            "ro": "Ce parte dintre clienți a cumpărat de mai multe ori?",
        },
        "known customers with two or more valid orders in the 365 days before the end of the period / those with one or more",
        "the 365 days before the end of the period",
        "fraction",
        "higher",
        _repeat,
        needs=("orders",),
        leaves_out=f"{_LEAVES_OUT} {_LOOKS_BACK}",
        dimensions=("country",),
        beside=("n_excluded",),
        peers="Shops count over all time or over a year; this is over a rolling year.",
    ),
    Metric(
        "returning_customer_rate",
        "loyalty",
        {
            "en": ("Returning customers", "returning customer rate"),
            "nl": ("Terugkerende klanten",),
            "ro": ("Clienți recurenți",),
        },
        {
            "en": "Which share of the buyers had bought before?",
            "nl": "Welk deel van de kopers had al eerder gekocht?",
            "ro": "Ce parte dintre cumpărători mai cumpăraseră?",
        },
        "known customers ordering in the period who had a valid order before it / known customers ordering in the period",
        "the period of the order; a first and a second order in one period is new",
        "fraction",
        "higher",
        _returning,
        needs=("orders",),
        leaves_out=f"{_LEAVES_OUT} {_LOOKS_BACK}",
        dimensions=("country",),
        beside=("n_excluded",),
        peers="Shops call a customer returning from the second order on, also within the period.",
    ),
)

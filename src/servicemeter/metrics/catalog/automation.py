"""What is solved without a person (METRICS.md 5.3)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import FIRST_TEAM, share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

_LAST_SAID = """left join (
        select w.ticket_no, max(w.said_at) as said_at from {{{{ facts }}}}.{fact} as w
        join {{{{ facts }}}}.tickets as k on k.ticket_no = w.ticket_no and w.said_at <= k.created_at + {window}
        where k.first_bot_at is not null group by w.ticket_no
    ) as {alias} on {alias}.ticket_no = f.ticket_no"""
"""What was last said within the window, on tickets on which a bot spoke."""


def _automated(p: Params) -> Measure:
    """Judged at the end of the window after each ticket's creation."""
    window = int(float(p["automation_followup_hours"]) * 3600)
    judged_at = f"f.created_at + {window}"
    lookups = {
        "solved": f"""left join {{{{ facts }}}}.solves as solved on solved.ticket_no = f.ticket_no
            and solved.solved_at <= {judged_at} and (solved.reopened_at is null or solved.reopened_at > {judged_at})""",
        "r": "left join {{ facts }}.repeats as r on r.ticket_no = f.ticket_no",
    }
    is_done = "solved.ticket_no is not null"
    if p["assumed"]:
        for alias, fact in (("customer", "customer_messages"), ("bot", "bot_replies")):
            lookups[alias] = _LAST_SAID.format(alias=alias, fact=fact, window=window)
        is_done = f"({is_done} or coalesce(customer.said_at <= bot.said_at, true))"
    answered = f"coalesce(f.first_bot_at <= {judged_at}, false)"
    alone = f"not coalesce(f.first_touch_at <= {judged_at}, false) and not coalesce(r.next_handled_at <= {judged_at}, false)"
    mature = f"{judged_at} < p.as_of"
    where = "f.is_inbound"
    if p["denominator"] == "bot_involved":
        where += f" and {answered} and f.first_bot_at < p.as_of"
    fields = {
        "n": Agg("count(*)", mature),
        "hits": Agg("count(*)", f"{mature} and {answered} and {alone} and {is_done}"),
        "n_immature": Agg("count(*)", f"not ({mature})"),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return {**share(found["hits"], found["n"]), "n_immature": found["n_immature"]}

    return Measure((Tally("tickets", fields, at="f.created_at", where=where, lookups=lookups, dimensions=FIRST_TEAM),), finish)


METRICS = (
    Metric(
        "automated_resolution_rate",
        "resolution",
        {
            "en": ("Automated resolution", "automation rate", "bot resolution", "deflection"),
            "nl": ("Geautomatiseerde resolutie", "geautomatiseerde supportresolutie"),
            "ro": ("Rata de rezolvare automată", "rezolvare automată"),
        },
        {
            "en": "How much is solved without a human?",
            "nl": "Hoeveel wordt opgelost zonder een mens?",
            "ro": "Cât se rezolvă fără intervenția unui om?",
        },
        "tickets that a bot answered, no person touched, that are solved and whose customer had no contact with a person since /"
        " tickets created, each judged when the time to look ahead has passed",
        "the period of creation; mature only",
        "fraction",
        "higher",
        _automated,
        needs=("tickets", "status_history", "messages", "customer_identity", "creation"),
        leaves_out="Tickets that are still too young to judge (n_immature). A greeting is not an answer, a note is a human touch,"
        " and closing by a rule without an answer is no resolution.",
        parameters=(
            Parameter("denominator", "all", ("all", "bot_involved"), "all tickets, or those in which a bot spoke"),
            Parameter(
                "assumed", False, (True, False), "not solved counts too, when the customer said nothing after the bot's answer"
            ),
            Parameter("automation_followup_hours", 72, (), "hours after the creation, inclusive"),
        ),
        invalid=("agent",),
        beside=("n_immature",),
        peers="Intercom's resolution rate is of conversations with its bot, after 24 h; Gorgias looks 72 h ahead.",
    ),
)

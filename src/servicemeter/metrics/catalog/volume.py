"""Volume and backlog (METRICS.md 5.1)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import (
    CLOCK,
    COUNT,
    FIRST_TEAM,
    POPULATION,
    count,
    duration,
    finish_duration,
    interactions,
    population,
    share,
)
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]


def _created(p: Params) -> Tally:
    return Tally("tickets", {"n": COUNT}, at="f.created_at", where=population(p), dimensions=FIRST_TEAM)


def _add_up(fields: dict[str, Any]) -> dict[str, Any]:
    total = fields["n_written"] + fields["n_live"]
    return {"value": total, "n": total}


def _by_channel(p: Params) -> Measure:
    if p["unit"] == "interaction":
        tallies = interactions({"unit": "turn", "include_self_service": False})
        return Measure(tallies, _add_up, across=_shares, implied=("channel",))
    whole = count(_created(p))
    return Measure(whole.tallies, whole.finish, across=_shares, implied=("channel",))


def _shares(rows: list[dict[str, Any]]) -> None:
    total = sum(row["n"] or 0 for row in rows)
    for row in rows:
        if row["value"] is None:
            continue
        part = share(row["value"], total)
        row["share"] = part["value"]
        row["ci_low"], row["ci_high"], row["ci_method"] = part["ci_low"], part["ci_high"], part["ci_method"]


def _solved(p: Params) -> Measure:
    held = "" if p["unit"] == "events" else " and (f.reopened_at is null or f.reopened_at >= p.e)"
    return count(Tally("solves", {"n": COUNT}, at="f.solved_at", where=population(p) + held))


_WAITING = "t.first_contact_at < p.e and (t.first_response_at is null or t.first_response_at >= p.e)"


def _backlog(p: Params) -> Measure:
    fields = {
        "n": COUNT,
        "n_unassigned": Agg("count(*)", "assignee.agent_id is null"),
        "n_unanswered": Agg("count(*)", _WAITING),
        **{status: Agg("count(*)", f"f.status = '{status}'") for status in _UNRESOLVED},
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        beside = {name: found[name] for name in ("n_unassigned", "n_unanswered")}
        statuses = {status: found[status] for status in _UNRESOLVED}
        return {"value": found["n"], "n": found["n"], **beside, "statuses": statuses}

    return Measure((Tally("open_spans", fields, where=population(p)),), finish)


_UNRESOLVED = ("new", "open", "pending", "on_hold")
_BUCKETS = (("lt_1d", 0, 1), ("1d_3d", 1, 3), ("3d_7d", 3, 7), ("7d_14d", 7, 14), ("14d_30d", 14, 30), ("ge_30d", 30, None))


def _age(p: Params) -> Measure:
    since = "f.created_at"
    joins = ""
    if p["since"] == "last_customer_message":
        since = "coalesce(said.last_said_at, f.created_at)"
        joins = """left join (
            select ticket_no, said_at as last_said_at, lead(said_at) over (partition by ticket_no order by said_at) as next_at
            from {{ facts }}.customer_messages) as said
            on said.ticket_no = f.ticket_no and said.last_said_at < p.e and (said.next_at is null or said.next_at >= p.e)"""
    seconds = f"p.e - {since}"
    if p["clock"] == "business":
        joins += "\n{{ m.joins('w', 'f.ticket_no', '" + since + "', 'p.e') }}"
        seconds = "{{ m.between('w', '" + since + "', 'p.e') }}"
    fields = {"n_unassigned": Agg("count(*)", "assignee.agent_id is null"), "n_unanswered": Agg("count(*)", _WAITING)}
    fields["max"] = Agg(f"max({seconds})")
    for name, low, high in _BUCKETS:
        above = f"{seconds} >= {low * 86400}"
        fields[name] = Agg("count(*)", above if high is None else f"{above} and {seconds} < {high * 86400}")

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        buckets = {name: found[name] for name, _, _ in _BUCKETS}
        beside = {name: found[name] for name in ("max", "n_unassigned", "n_unanswered")}
        return {**finish_duration(found), **beside, "buckets": buckets}

    return duration(Tally("open_spans", fields, where=population(p), joins=joins), seconds, finish=finish)


def _flow(p: Params) -> Measure:
    known = "f.created_at is not null"

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        net = found["created"] + found["reopened"] - found["solved"]
        parts = {name: found[name] for name in ("created", "solved", "reopened")}
        return {"value": net, "n": sum(parts.values()), **parts}

    return Measure(
        (
            Tally("tickets", {"created": COUNT}, at="f.created_at", dimensions=FIRST_TEAM),
            Tally("solves", {"solved": COUNT}, at="f.solved_at", where=known),
            Tally("solves", {"reopened": COUNT}, at="f.reopened_at", where=known),
        ),
        finish,
    )


_MOMENT_POPULATION = Parameter("population", "all", POPULATION.options, POPULATION.about)

METRICS = (
    Metric(
        "tickets_created",
        "volume",
        {
            "en": ("Number of tickets", "ticket volume", "new tickets"),
            "nl": ("Aantal tickets", "ticketvolume"),
            "ro": ("Număr de tichete", "volum de tichete"),
        },
        {
            "en": "How many requests came in per day, week, month, quarter?",
            "nl": "Hoeveel vragen kwamen er binnen per dag, week, maand, kwartaal?",
            "ro": "Câte solicitări au sosit pe zi, săptămână, lună, trimestru?",
        },
        "count of valid inbound tickets created in the period; a merge group counts once",
        "the period of creation",
        "count",
        "neither",
        lambda p: count(_created(p)),
        needs=("tickets", "creation"),
        leaves_out="Spam, test, deleted and merged-away tickets, whenever they were marked; outbound tickets, unless population "
        "says so.",
        parameters=(POPULATION,),
        invalid=("agent",),
        peers="Zendesk counts outbound and merged tickets too; Freshdesk drops merged and spam; Intercom counts from the "
        "customer's first message.",
    ),
    Metric(
        "tickets_handled",
        "volume",
        {
            "en": ("Questions handled", "handled tickets", "questions handled per day"),
            "nl": ("Behandelde vragen",),
            "ro": ("Întrebări gestionate",),
        },
        {
            "en": "How many requests does the team work on in a day?",
            "nl": "Aan hoeveel vragen werkt het team op een dag?",
            "ro": "La câte solicitări lucrează echipa într-o zi?",
        },
        "distinct valid tickets with a public human reply, or a call or chat a person handled, in the period",
        "the period of the reply; not additive over periods",
        "count",
        "neither",
        lambda p: count(Tally("replies", {"n": Agg("count(distinct f.ticket_no)")}, at="f.replied_at")),
        needs=("messages|interactions",),
        leaves_out="Bots, automatic acknowledgements and internal notes.",
    ),
    Metric(
        "volume_by_channel",
        "volume",
        {
            "en": ("Volume per channel", "channel mix"),
            "nl": ("Volume per kanaal",),
            "ro": ("Volum pe canal",),
        },
        {
            "en": "Where do customers contact us, and how does the mix shift?",
            "nl": "Via welke kanalen nemen klanten contact op, en hoe verschuift dat?",
            "ro": "Pe ce canale ne contactează clienții și cum se schimbă proporția?",
        },
        "tickets_created by channel; share = the channel's count / the total",
        "the period of creation, the channel of the opening contact",
        "count",
        "neither",
        _by_channel,
        needs=("tickets", "creation"),
        leaves_out="As tickets_created; channel changes inside a ticket do not move it.",
        parameters=(POPULATION, Parameter("unit", "ticket", ("ticket", "interaction"), "count tickets, or interactions")),
        invalid=("agent",),
        beside=("share",),
    ),
    Metric(
        "interactions_count",
        "volume",
        {
            "en": ("Number of customer interactions", "contacts", "contact volume"),
            "nl": ("Aantal klantinteracties", "klantcontacten"),
            "ro": ("Numărul de interacțiuni",),
        },
        {
            "en": "How many times did customers contact us over all channels?",
            "nl": "Hoe vaak namen klanten contact op, over alle kanalen?",
            "ro": "De câte ori ne-au contactat clienții, pe toate canalele?",
        },
        "inbound calls, chats and visits (abandoned included) + customer turns in writing",
        "the start of the session; the first message of the turn",
        "count",
        "neither",
        lambda p: Measure(interactions(p), _add_up),
        needs=("messages|interactions",),
        leaves_out="Outbound calls, automatic replies, the transcript of a chat; self-served sessions unless asked.",
        parameters=(
            Parameter("unit", "turn", ("turn", "message"), "count customer turns, or every customer message"),
            Parameter("include_self_service", False, (True, False), "count sessions that never asked for a person"),
        ),
        dimensions=("queue",),
    ),
    Metric(
        "tickets_solved",
        "volume",
        {
            "en": ("Tickets solved", "resolved tickets", "closed tickets"),
            "nl": ("Opgeloste tickets", "gesloten tickets"),
            "ro": ("Tichete rezolvate", "tichete închise"),
        },
        {
            "en": "How many requests were finished?",
            "nl": "Hoeveel vragen werden afgehandeld?",
            "ro": "Câte solicitări au fost finalizate?",
        },
        "tickets whose status at the end of the period is solved or closed and whose last solve lies in the period",
        "the period of the last solve, state at its end; not additive over periods",
        "count",
        "neither",
        _solved,
        needs=("tickets", "status_history|last_solves"),
        leaves_out="Tickets solved and reopened before the period's end.",
        parameters=(POPULATION, Parameter("unit", "ticket", ("ticket", "events"), "count tickets, or every solve")),
        peers="Intercom and Zendesk's update data count every close; Gorgias counts tickets closed at the end of the period.",
    ),
    Metric(
        "backlog",
        "volume",
        {
            "en": ("Unresolved tickets", "open tickets", "backlog"),
            "nl": ("Onopgeloste tickets", "openstaande tickets", "werkvoorraad"),
            "ro": ("Tichete nerezolvate", "restanțe"),
        },
        {
            "en": "How many requests are unresolved at this moment?",
            "nl": "Hoeveel vragen zijn op dit moment onopgelost?",
            "ro": "Câte solicitări sunt nerezolvate în acest moment?",
        },
        "valid tickets created before the moment whose status just before it is not solved or closed",
        "the moment; in a series the end of each period",
        "count",
        "lower",
        _backlog,
        needs=("tickets", "status_history|last_solves", "creation"),
        leaves_out="Spam, test, deleted and merged-away tickets; an event exactly at the moment is not yet seen.",
        at_moment=True,
        parameters=(_MOMENT_POPULATION,),
        dimensions=("status",),
        beside=("n_unassigned", "n_unanswered", "statuses"),
        peers="Zendesk takes one snapshot a night; replaying events is exact for any moment.",
    ),
    Metric(
        "backlog_age",
        "volume",
        {
            "en": ("Age of unresolved tickets", "backlog ageing"),
            "nl": ("Ouderdom van de werkvoorraad",),
            "ro": ("Vechimea restanțelor",),
        },
        {
            "en": "How old are the requests that are unresolved?",
            "nl": "Hoe oud zijn de vragen die nog openstaan?",
            "ro": "Cât de vechi sunt solicitările nerezolvate?",
        },
        "for each unresolved ticket the time since its creation",
        "the moment; in a series the end of each period",
        "seconds",
        "lower",
        _age,
        needs=("tickets", "status_history|last_solves", "creation"),
        leaves_out="As backlog. Reopened tickets age from creation.",
        headline="median",
        at_moment=True,
        parameters=(
            CLOCK,
            _MOMENT_POPULATION,
            Parameter("since", "creation", ("creation", "last_customer_message"), "where the age starts"),
        ),
        dimensions=("status",),
        beside=("max", "buckets"),
    ),
    Metric(
        "backlog_flow",
        "volume",
        {
            "en": ("Created, solved and net change",),
            "nl": ("Aangemaakt, opgelost en nettoverandering",),
            "ro": ("Create, rezolvate și variația netă",),
        },
        {
            "en": "Does the pile grow or shrink?",
            "nl": "Groeit of krimpt de werkvoorraad?",
            "ro": "Restanțele cresc sau scad?",
        },
        "created + reopened - solved (events), all tickets: exactly the change of the backlog",
        "the period of each event",
        "count",
        "lower",
        _flow,
        needs=("tickets", "status_history", "creation"),
        leaves_out="Invalid tickets.",
        beside=("created", "solved", "reopened"),
    ),
)

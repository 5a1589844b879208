"""The canonical tables, as declarations: METRICS.md section 2.

From these the book makes its tables, imports check their rows, the documentation prints the model, and erasure knows what
to remove. A table is declared once, here.

Kinds of columns: `id` text that is never read as a number, `ts` an instant (UTC, whole seconds), `date` a local date,
`s` integer seconds, `int`, `minor` integer minor units of money, `num` a decimal number, `bool`, `word` one of a closed
list, `text` anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["BOOKKEEPING", "CONFIGURATION", "NOBODYS", "TABLES", "Column", "Kind", "Table", "table_with_columns"]

Kind = Literal["id", "ts", "date", "s", "int", "minor", "num", "bool", "word", "text"]
Privacy = Literal["keep", "identity", "words", "alias"]


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether it must be there, what it may hold and whom it points to.

    `refers` names the table whose key this is; a row of another source is meant when `<stem>_source` beside it says so
    (`ticket_source` beside `ticket_id`). `privacy` says what erasing a customer does: `keep` it, or null it because it
    is the customer's `identity` or `words`. `default` is the value of a cell left out. `words_when` closes the list of
    values only for some values of another column: (that column, its value → the words).
    """

    name: str
    kind: Kind
    about: str = ""
    required: bool = False
    words: tuple[str, ...] = ()
    refers: str | None = None
    privacy: Privacy = "keep"
    default: str | bool | int | None = None
    words_when: tuple[str, Mapping[str, tuple[str, ...]]] | None = None
    alias_when: tuple[str, str] | None = None
    counted_when: tuple[str, tuple[str, ...], str] | None = None

    @property
    def source_column(self) -> str | None:
        """The column that names the source of the row referred to, or None when nothing is referred to."""
        return None if self.refers is None else self.name.removesuffix("_id") + "_source"


@dataclass(frozen=True)
class Table:
    """One canonical table: its columns, its key within a source, and its rule for one customer's export and erasure.

    `customer` says how a row is found for a customer: a path of `column` steps (`customer_id`, or `ticket_id.customer_id`
    through the ticket), several with ` or ` between them, or None where rows belong to nobody (such tables are listed in
    `NOBODYS`). `erase` is `null` (identity and words go, counts stay) or `keep`. `moment` is when the row begins to exist.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    moment: str | None = None
    customer: str | None = None
    erase: Literal["null", "keep"] = "keep"
    capability: str | None = None

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The declared columns, the source columns of references, then the bookkeeping ones."""
        beside = [Column(c.source_column, "id", f"source of {c.name}; absent = own source")
                  for c in self.columns if c.source_column]  # fmt: skip
        return (*self.columns, *beside, *BOOKKEEPING)

    def column(self, name: str) -> Column:
        """Find a column by name; KeyError when there is none."""
        for column in self.all_columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def made_key(self) -> str | None:
        """The id that may be left out and is then made from the row itself (events, messages, answers, …)."""
        last = self.key[-1] if self.key else ""
        return last if last in {"event_id", "message_id", "answer_id", "session_id", "cost_id"} else None


BOOKKEEPING = (
    Column("source", "id", "which source the row came from", required=True),
    Column("recorded_at", "ts", "when we came to know it", required=True),
    Column("source_updated_at", "ts", "when the source last changed it"),
    Column("source_seq", "int", "the source's own order of versions"),
)

_TRUTHS = ("true", "false")
_CHANNELS = "email, chat, phone, social, messaging, web, sms, video, in_person, or any other word"


def _id(name: str, about: str = "", *, refers: str | None = None, required: bool = False) -> Column:
    privacy: Privacy = "alias" if refers == "customers" else "keep"
    return Column(name, "id", about, required=required, refers=refers, privacy=privacy)


_DIMENSIONS = (
    Table(
        "customers",
        "The people and companies who ask.",
        (
            Column("customer_id", "id", required=True, privacy="alias"),
            Column("name", "text", privacy="identity"),
            Column("first_seen_at", "ts"),
            Column("segment", "text", "dimension customer_segment"),
            Column("language", "text"),
            Column("country", "text"),
            Column("birth_year", "int", privacy="identity"),
            Column("is_internal", "bool", default=False),
            Column("merged_into_customer_id", "id", "the customer this one was merged into", privacy="alias"),
        ),
        key=("customer_id",),
        moment="first_seen_at",
        customer="customer_id",
        erase="null",
        capability="customer_identity",
    ),
    Table(
        "customer_identities",
        "What recognises a customer across sources; the same value joins customers into one person.",
        (
            Column("customer_id", "id", required=True, privacy="alias"),
            Column("kind", "word", required=True, words=("email", "phone", "account")),
            Column(
                "value_hash",
                "id",
                "keyed hash of the normalised value; made where `value` is given",
                required=True,
                privacy="alias",
            ),
            Column("value", "text", privacy="identity"),
        ),
        key=("customer_id", "kind", "value_hash"),
        customer="customer_id",
        erase="null",
        capability="customer_identity",
    ),
    Table(
        "agents",
        "Who answers: people and bots.",
        (
            Column("agent_id", "id", required=True),
            Column("name", "text"),
            Column("kind", "word", words=("human", "bot"), default="human"),
            Column("deleted_at", "ts"),
        ),
        key=("agent_id",),
    ),
    Table(
        "teams",
        "Groups of agents, with their tier and calendar.",
        (
            Column("team_id", "id", required=True),
            Column("name", "text"),
            Column("tier", "int", "1 = first line"),
            Column("calendar_id", "id"),
        ),
        key=("team_id",),
    ),
    Table(
        "agent_teams",
        "Who was in which team from when to when.",
        (
            Column("agent_id", "id", required=True),
            Column("team_id", "id", required=True),
            Column("valid_from", "ts"),
            Column("valid_to", "ts"),
        ),
        key=("agent_id", "team_id", "valid_from"),
    ),
    Table(
        "sources",
        "What is connected, from when to when it is loaded, and what it can supply.",
        (
            Column("loaded_from", "ts"),
            Column("loaded_through", "ts"),
            Column("ended_at", "ts", "when the source was switched off; it does not lag after that"),
            Column("capabilities", "text", "comma-separated; empty = all"),
        ),
        key=(),
    ),
)

_FACTS = (
    Table(
        "tickets",
        "One request each.",
        (
            Column("ticket_id", "id", required=True),
            Column("created_at", "ts", "null when the source does not know it"),
            Column("channel", "text", _CHANNELS),
            Column("initiated_by", "word", words=("customer", "agent", "system"), default="customer"),
            _id("customer_id", refers="customers"),
            Column("brand", "text"),
            Column("language", "text"),
            _id("order_id", refers="orders"),
            _id("follows_ticket_id", "the ticket this one continues"),
            Column("url", "text"),
        ),
        key=("ticket_id",),
        moment="created_at",
        customer="customer_id",
        erase="null",
        capability="tickets",
    ),
    Table(
        "ticket_tags",
        "Labels put on tickets and taken off.",
        (
            _id("ticket_id", refers="tickets", required=True),
            Column("tag", "text", required=True),
            Column("added_at", "ts"),
            Column("removed_at", "ts"),
        ),
        key=("ticket_id", "tag", "added_at"),
        moment="added_at",
        customer="ticket_id.customer_id",
    ),
    Table(
        "ticket_events",
        "Every change of a ticket's state, assignment, priority, reason and flags.",
        (
            Column("event_id", "id", required=True),
            _id("ticket_id", refers="tickets", required=True),
            Column("occurred_at", "ts", "null only when the source knows the state but not since when", required=False),
            Column("seq", "int", "order within one second"),
            Column(
                "field",
                "word",
                required=True,
                words=(
                    "status",
                    "assignee_id",
                    "team_id",
                    "priority",
                    "reason",
                    "is_complaint",
                    "is_spam",
                    "is_test",
                    "is_deleted",
                    "merged_into",
                    "calendar_id",
                ),
            ),
            Column(
                "value",
                "text",
                "pending waits for the customer, on_hold for somebody else; a priority is low, normal, high, urgent or any other "
                "word; of other fields the id or name",
                words_when=(
                    "field",
                    {
                        "status": ("new", "open", "pending", "on_hold", "solved", "closed"),
                        "is_complaint": _TRUTHS,
                        "is_spam": _TRUTHS,
                        "is_test": _TRUTHS,
                        "is_deleted": _TRUTHS,
                    },
                ),
            ),
            Column("actor_type", "word", words=("customer", "agent", "bot", "system")),
            Column("actor_id", "id", privacy="alias", alias_when=("actor_type", "customer")),
            _id("update_id", "one update of the source that may change several things"),
        ),
        key=("event_id",),
        moment="occurred_at",
        customer="ticket_id.customer_id",
        erase="null",
        capability="status_history",
    ),
    Table(
        "messages",
        "Everything said on a ticket, public or not; the words are in `texts`.",
        (
            Column("message_id", "id", required=True),
            _id("ticket_id", refers="tickets", required=True),
            Column("occurred_at", "ts", required=True),
            Column("author_type", "word", required=True, words=("customer", "agent", "bot", "system")),
            Column("author_id", "id", privacy="alias", alias_when=("author_type", "customer")),
            Column("is_public", "bool", default=True),
            Column("is_auto", "bool", "out-of-office replies, automatic acknowledgements", default=False),
            _id("interaction_id", "the live session it was said in", refers="interactions"),
            _id("update_id"),
            Column("language", "text"),
            _id("macro_id", "the standard answer used"),
        ),
        key=("message_id",),
        moment="occurred_at",
        customer="ticket_id.customer_id",
        erase="null",
        capability="messages",
    ),
    Table(
        "texts",
        "Subjects and bodies, apart from the facts so that they can be left out, redacted or erased.",
        (
            Column("of", "word", required=True, words=("ticket", "message")),
            Column("id", "id", "ticket_id or message_id", required=True),
            Column("text", "text", privacy="words"),
        ),
        key=("of", "id"),
        customer="ticket.customer_id or message.ticket_id.customer_id",
        erase="null",
    ),
    Table(
        "message_sentiment",
        "How a message sounds, by one model.",
        (
            _id("message_id", refers="messages", required=True),
            Column("model", "text", required=True),
            Column("score", "num", "-1 to 1"),
        ),
        key=("message_id", "model"),
        customer="message_id.ticket_id.customer_id",
        capability="sentiment",
    ),
    Table(
        "interactions",
        "Legs of calls and chats, linked into contacts by their root.",
        (
            Column("interaction_id", "id", required=True),
            _id("root_interaction_id", "first leg of the contact; absent = this one"),
            _id("ticket_id", refers="tickets"),
            _id("customer_id", refers="customers"),
            Column("channel", "text", "phone, chat, or another of those of tickets"),
            Column("direction", "word", words=("inbound", "outbound"), default="inbound"),
            Column("started_at", "ts", required=True),
            Column("queued_at", "ts"),
            Column("answered_at", "ts"),
            Column("ended_at", "ts"),
            Column(
                "outcome",
                "word",
                words=(
                    "answered",
                    "abandoned",
                    "callback_requested",
                    "missed",
                    "overflowed",
                    "self_served",
                    "closed_hours",
                    "failed",
                    "in_queue",
                    "in_progress",
                ),
                about="abandoned: the customer left the queue; missed: the centre ended it unanswered; overflowed: moved on to "
                "another queue, whose leg has the same root; self_served: never queued for a person",
            ),
            Column("talk_s", "s"),
            Column("hold_s", "s"),
            Column("acw_s", "s", "after-contact work"),
            _id("agent_id"),
            _id("team_id"),
            Column("reason", "text"),
            Column("queue", "text"),
            Column("brand", "text"),
            Column("language", "text"),
        ),
        key=("interaction_id",),
        moment="started_at",
        customer="customer_id",
        erase="null",
        capability="interactions",
    ),
    Table(
        "work_sessions",
        "Time an agent spent on a ticket.",
        (
            Column("session_id", "id", required=True),
            _id("ticket_id", refers="tickets", required=True),
            _id("agent_id"),
            Column("started_at", "ts", required=True),
            Column("ended_at", "ts"),
        ),
        key=("session_id",),
        moment="started_at",
        customer="ticket_id.customer_id",
        capability="work_sessions",
    ),
    Table(
        "agent_states",
        "What an agent was doing: handling, available, break, meeting, offline, …",
        (
            Column("agent_id", "id", required=True),
            Column("state", "text", required=True),
            Column("started_at", "ts", required=True),
            Column("ended_at", "ts"),
        ),
        key=("agent_id", "state", "started_at"),
        moment="started_at",
        capability="agent_states",
    ),
    Table(
        "survey_invitations",
        "Each time a customer was asked, or left a review unasked.",
        (
            Column("invitation_id", "id", required=True),
            Column("kind", "word", required=True, words=("csat", "ces", "nps", "fcr", "intent")),
            Column("scale", "text", "a usual scale, or one of survey_scales"),
            Column("scope", "word", words=("transactional", "relational", "intercept", "review"), default="transactional"),
            _id("ticket_id", refers="tickets"),
            _id("interaction_id", refers="interactions"),
            _id("order_id", refers="orders"),
            _id("customer_id", refers="customers"),
            _id("agent_id"),
            _id("team_id"),
            Column("sent_at", "ts"),
            Column("delivery", "word", words=("delivered", "bounced", "suppressed"), default="delivered"),
            Column("channel", "text"),
            Column("brand", "text"),
            Column("language", "text"),
            Column("page", "text"),
            Column("location", "text"),
        ),
        key=("invitation_id",),
        moment="sent_at",
        customer="customer_id or ticket_id.customer_id or interaction_id.customer_id or order_id.customer_id",
        erase="null",
        capability="survey_invitations",
    ),
    Table(
        "survey_answers",
        "What was answered; several versions of an answer are several rows, the latest counts.",
        (
            Column("answer_id", "id", required=True),
            _id("invitation_id", refers="survey_invitations", required=True),
            Column("question", "text", "absent = the score question"),
            Column("answered_at", "ts", required=True),
            Column("value_num", "num"),
            Column(
                "value_text",
                "text",
                privacy="words",
                counted_when=("question", ("score", "score_said", "fulfilled", "informed"), "value_num"),
            ),
        ),
        key=("answer_id",),
        moment="answered_at",
        customer="invitation_id.customer_id or invitation_id.ticket_id.customer_id or invitation_id.interaction_id.customer_id "
        "or invitation_id.order_id.customer_id",
        erase="null",
        capability="survey_answers",
    ),
    Table(
        "orders",
        "What was bought.",
        (
            Column("order_id", "id", required=True),
            _id("customer_id", refers="customers"),
            Column("placed_at", "ts", required=True),
            Column("amount", "minor"),
            Column("currency", "text"),
            Column("brand", "text"),
            Column("is_test", "bool", default=False),
        ),
        key=("order_id",),
        moment="placed_at",
        customer="customer_id",
        erase="null",
        capability="orders",
    ),
    Table(
        "order_events",
        "Cancellations and refunds.",
        (
            _id("order_id", refers="orders", required=True),
            Column("occurred_at", "ts", required=True),
            Column("kind", "word", required=True, words=("cancelled", "refunded")),
            Column("amount", "minor"),
        ),
        key=("order_id", "occurred_at", "kind", "amount"),
        moment="occurred_at",
        customer="order_id.customer_id",
        capability="orders",
    ),
    Table(
        "customer_contracts",
        "Running contracts, for retention without orders.",
        (
            Column("customer_id", "id", required=True, privacy="alias"),
            Column("started_on", "date", required=True),
            Column("ended_on", "date", "exclusive: the first day without contract"),
        ),
        key=("customer_id", "started_on"),
        customer="customer_id",
        erase="null",
        capability="orders",
    ),
    Table(
        "costs",
        "What the service cost.",
        (
            Column("cost_id", "id", required=True),
            Column("from", "date", required=True),
            Column("to", "date", "exclusive", required=True),
            Column("amount", "minor", required=True),
            Column("currency", "text"),
            _id("team_id"),
            Column("channel", "text"),
        ),
        key=("cost_id",),
        capability="costs",
    ),
    Table(
        "exchange_rates",
        "Rates to the base currency, by date.",
        (
            Column("date", "date", required=True),
            Column("currency", "text", required=True),
            Column("rate_to_base", "num", required=True),
        ),
        key=("date", "currency"),
    ),
)

_CONFIGURATION = (
    Table(
        "business_calendars",
        "Opening hours: the calendars.",
        (Column("calendar_id", "id", required=True), Column("tz", "text", required=True), Column("name", "text")),
        key=("calendar_id",),
    ),
    Table(
        "calendar_weekly_hours",
        "Opening hours: the week, from a date on; several rows a day, a night shift is two rows.",
        (
            Column("calendar_id", "id", required=True),
            Column("valid_from", "date"),
            Column("iso_weekday", "int", required=True),
            Column("open", "text", "HH:MM, 00:00 to 24:00", required=True),
            Column("close", "text", "HH:MM, 00:00 to 24:00; closed = no opening; withdrawn = no such row", required=True),
        ),
        key=("calendar_id", "valid_from", "iso_weekday", "open"),
    ),
    Table(
        "calendar_exceptions",
        "Opening hours: single dates; no hours = closed all day; replaces the weekly hours.",
        (
            Column("calendar_id", "id", required=True),
            Column("local_date", "date", required=True),
            Column("open", "text"),
            Column("close", "text", "HH:MM, 00:00 to 24:00; withdrawn = no such row"),
        ),
        key=("calendar_id", "local_date", "open"),
    ),
    Table(
        "sla_policies",
        "What was promised: policies in order of rank, a target per priority.",
        (
            Column("policy_id", "id", required=True),
            Column("rank", "int"),
            Column("metric", "word", required=True, words=("first_response", "next_response", "resolution")),
            Column("channel", "text"),
            Column("brand", "text"),
            Column("segment", "text"),
            Column("reason", "text"),
            Column("priority", "text"),
            Column("target_s", "s", required=True),
            Column("clock", "word", words=("calendar", "business"), default="calendar"),
            Column("calendar_id", "id"),
            Column("pause_states", "text"),
            Column("valid_from", "ts"),
            Column("valid_to", "ts"),
        ),
        key=("policy_id", "metric", "priority"),
    ),
    Table(
        "survey_scales",
        "Scales of survey answers and which way is good.",
        (
            Column("scale", "text", "its name, as invitations say it", required=True),
            Column("min", "num", required=True),
            Column("max", "num", required=True),
            Column("good_direction", "word", words=("up", "down")),
            Column("positive_from", "num"),
            Column("positive_to", "num"),
        ),
        key=("scale",),
    ),
    Table(
        "settings",
        "Settings that numbers depend on: report_tz, default_calendar, base_currency, brand calendars.",
        (Column("name", "text", required=True), Column("value", "text")),
        key=("name",),
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in (*_DIMENSIONS, *_FACTS, *_CONFIGURATION)}
NOBODYS = frozenset({
    "agents", "teams", "agent_teams", "sources", "agent_states", "costs", "exchange_rates", *(t.name for t in _CONFIGURATION),
})  # fmt: skip
"""The tables in which nothing of a customer stands; a table is one of these or says whose its rows are."""

CONFIGURATION: frozenset[str] = frozenset(t.name for t in _CONFIGURATION)


def table_with_columns(names: set[str]) -> Table | None:
    """Find the canonical table whose key and required columns are all among `names` and which knows every name.

    Used to recognise a canonical file by its header. The table with the most columns in common wins; None when a
    name is known to no single table.
    """
    fitting = []
    for table in TABLES.values():
        known = {c.name for c in table.all_columns}
        needed = {c.name for c in table.columns if c.required and c.name != table.made_key} | set(table.key[:1])
        needed -= {table.made_key}
        if names and needed and names <= known and needed <= names:
            fitting.append((len(needed), table))
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

"""`servicemeter survey`: who is asked and why not, sending, and what came of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

if TYPE_CHECKING:
    from servicemeter.desk.anydesk import AnyDesk
    from servicemeter.office.database import Office
    from servicemeter.surveys.forms import Form

__all__ = ["verb"]


@click.group("survey")
def verb() -> None:
    """Ask customers: decide whom, send the mails, bring the answers into the book, see what came of it.

    \b
    Examples:
      servicemeter survey forms
      servicemeter survey ask csat --dry-run
      servicemeter survey ask csat nps --send
      servicemeter survey results csat
    """


@dataclass(frozen=True)
class _Bureau:
    """What the subcommands work with."""

    home: Home
    office: Office
    forms: dict[str, Form]

    @contextmanager
    def desk(self) -> Iterator[AnyDesk]:
        """The book, in this process or in the server that holds it."""
        from servicemeter.desk.opening import open_desk

        with open_desk(self.home) as desk:
            yield desk


@contextmanager
def _bureau(home: Home, names: tuple[str, ...] = ()) -> Iterator[_Bureau]:
    """The office of a home and its forms, or those of them that were named."""
    from servicemeter.office.database import open_office
    from servicemeter.surveys.formfile import find_form, load_forms

    office = open_office(home)
    try:
        yield _Bureau(home, office, {n: find_form(n, home.surveys) for n in names} if names else load_forms(home.surveys))
    finally:
        office.close()


def _now(text: str | None) -> datetime:
    from servicemeter.ground.clock import instant

    return instant(text) if text else datetime.now(UTC)


def _print(form: str, value: Any, lines: list[str]) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str) if form == "json" else "\n".join(lines))


@verb.command("forms")
@format_option("table", "json")
@home_option()
def _forms(form: str, home: Home) -> None:
    """List the forms: ours, and those in the folder surveys/ of the data.

    \b
    Example:
      servicemeter survey forms --home shop-data
    """
    with _bureau(home) as bureau:
        rows = [
            {"name": f.name, "kind": f.kind, "scope": f.scope, "event": f.asking.event, "languages": list(f.wordings)}
            for f in sorted(bureau.forms.values(), key=lambda f: f.name)
        ]
    _print(form, rows, [f"{r['name']:<12} {r['kind']:<7} {r['event']:<14} {', '.join(r['languages'])}" for r in rows])


@verb.command("ask")
@click.argument("names", nargs=-1, required=True, metavar="FORM…")
@click.option("--dry-run", is_flag=True, help="Write nothing: list who would be asked, and of the others why not.")
@click.option("--send", "sends", is_flag=True, help="Send the mails at once.")
@click.option("--at", metavar="INSTANT", help="Decide as of this moment instead of now; only with --dry-run.")
@format_option("table", "json")
@home_option()
def _ask(names: tuple[str, ...], dry_run: bool, sends: bool, at: str | None, form: str, home: Home) -> None:
    """Decide about everything that happened and was not decided yet. Every decision is kept, with its reason.

    \b
    Examples:
      servicemeter survey ask csat --dry-run
      servicemeter survey ask csat nps --send
    """
    from servicemeter.desk.surveying import ask_customers

    if at and not dry_run:
        raise click.UsageError("--at is for --dry-run: nobody is asked in the past.")
    if sends and not dry_run:  # before anybody is decided about, which is kept
        home.mail_server(), home.survey_settings()
    with _bureau(home, names) as bureau:
        with bureau.desk() as desk:
            decisions = ask_customers(desk, bureau.office, bureau.forms, _now(at), dry_run=dry_run)
        rows = [
            {"form": d.form.name, "occasion": d.occasion.occasion_id, "customer": d.occasion.customer_id, "language": d.language,
             "asked": d.reason is None, "reason": d.reason, "probability": d.probability}
            for d in decisions
        ]  # fmt: skip
        lines = [
            f"{r['form']:<10} {r['occasion']:<50} {r['customer'] or '-':<14} {r['reason'] or 'ASK'}" for r in rows if dry_run
        ]
        counts = Counter((r["form"], r["reason"] or ("would be asked" if dry_run else "to be asked")) for r in rows)
        lines += [f"{name:<10} {reason:<16} {count}" for (name, reason), count in sorted(counts.items())]
        _print(form, rows, lines or ["Nothing happened that was not decided already."])
        if sends and not dry_run:
            _send_all(bureau)


@verb.command("send")
@home_option()
def _send(home: Home) -> None:
    """Send what is in the outbox, each mail at most once. One whose fate nobody can tell is kept as unknown.

    \b
    Example:
      servicemeter survey send
    """
    with _bureau(home) as bureau:
        _send_all(bureau)


def _send_all(bureau: _Bureau) -> None:
    from servicemeter.cli.terminal.words import remark
    from servicemeter.surveys.sending import send_mails

    server, settings = bureau.home.mail_server(), bureau.home.survey_settings()
    done = send_mails(bureau.office, bureau.forms, server, settings, lambda: datetime.now(UTC))
    remark("Mails: " + (", ".join(f"{state} {count}" for state, count in sorted(done.counts.items())) or "nothing was due") + ".")


@verb.command("take")
@home_option()
def _take(home: Home) -> None:
    """Bring what was answered into the book.

    \b
    Example:
      servicemeter survey take
    """
    from servicemeter.cli.terminal.words import remark
    from servicemeter.desk.surveying import take_answers

    with _bureau(home) as bureau, bureau.desk() as desk:
        reports = take_answers(desk, bureau.office, bureau.forms, datetime.now(UTC))
    remark(f"New rows: {sum(report.taken for report in reports)}.")


@verb.command("preview")
@click.argument("name", metavar="FORM")
@click.option("--language", help="The language; the form's own when left out.")
@click.option("--mail", is_flag=True, help="The mail instead of the page.")
@home_option()
def _preview(name: str, language: str | None, mail: bool, home: Home) -> None:
    """Print the page, or the mail, as HTML.

    \b
    Example:
      servicemeter survey preview csat --language nl > page.html
    """
    from servicemeter.desk.retaining import notice_of
    from servicemeter.surveys.mailing import compose
    from servicemeter.surveys.sending import links_of
    from servicemeter.web.surveys.page import Sheet, survey_page

    with _bureau(home, (name,)) as bureau:
        form = bureau.forms[name]
    tag = language or form.default_language
    if mail:
        now, links = datetime.now(UTC), links_of("https://survey.example.com", "preview")
        message = compose(form, tag, links, sender="you@example.com", recipient="customer@example.com", now=now)
        body = message.get_body(("html",))
        click.echo(body.get_content() if body else "")
        return
    click.echo(bytes(survey_page(Sheet(form, tag, "#", "", {}, list(form.questions), keeping=notice_of(home))).body).decode())


@verb.command("link")
@click.argument("name", metavar="FORM")
@click.option("--ticket", metavar="ID", help="The ticket that the answer belongs to.")
@click.option("--ticket-from", metavar="TEMPLATE", help="What your help desk fills in for the ticket, such as {{ticket.id}}.")
@click.option("--source", metavar="NAME", help="The source of the ticket in the book.")
@click.option("--agent", metavar="ID", help="Whose work is asked about.")
@click.option("--team", metavar="ID", help="The team.")
@click.option("--location", metavar="NAME", help="Where a printed code hangs; anybody there may answer.")
@click.option("--days", type=int, default=365, show_default=True, help="How long the link is good.")
@click.option("--block", is_flag=True, help="Print the HTML block for a reply signature instead of the address.")
@click.option("--language", help="The language; the form's own when left out.")
@home_option()
def _link(
    name: str, ticket: str | None, ticket_from: str | None, source: str | None, agent: str | None, team: str | None,
    location: str | None, days: int, block: bool, language: str | None, home: Home,
) -> None:  # fmt: skip
    """Make a signed link for a reply signature, a chat, or a printed code. Nothing is stored until somebody uses it.

    \b
    Examples:
      servicemeter survey link csat --ticket T123 --source helpdesk --agent a7
      servicemeter survey link csat --ticket-from '{{ticket.id}}' --source helpdesk --agent a7 --block
      servicemeter survey link csat --location 'Shop Utrecht' --days 730
    """
    from servicemeter.surveys.doors import make_link
    from servicemeter.surveys.mailing import Links, score_block

    settings = home.survey_settings()
    with _bureau(home, (name,)) as bureau:
        form = bureau.forms[name]
    of = {"ticket_id": ticket, "ticket_source": source, "agent_id": agent, "team_id": team, "location": location,
          "language": language, "open": "1" if ticket_from else None}  # fmt: skip
    via = "link" if location else "signature"
    ends_at = datetime.now(UTC) + timedelta(days=days)
    signed = make_link(home.survey_key(), form, via, ends_at, **{k: v for k, v in of.items() if v})
    links = Links(f"{settings.address}/r/{signed}", "", query=f"t={ticket_from}" if ticket_from else "")
    click.echo(score_block(form, language or form.default_language, links) if block else links.page)


@verb.command("key")
@home_option()
def _key(home: Home) -> None:
    """Print the key that your shop's server signs visitors with, so that the widget knows them. Keep it secret.

    \b
    Example:
      servicemeter survey key
    """
    from servicemeter.surveys.tokens import derive_key

    click.echo(derive_key(home.survey_key(), "visitor").hex())


@verb.command("wishes")
@click.argument("wish", type=click.Choice(("objected", "bounced", "consented")))
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.option("--forget", is_flag=True, help="Take the wish back.")
@click.option("--origin", default="told by hand", show_default=True, help="Where the person made it known.")
@home_option()
def _wishes(wish: Any, addresses: tuple[str, ...], forget: bool, origin: str, home: Home) -> None:
    """Note that e-mail addresses do not want to be asked, cannot be reached, or agreed to be asked.

    \b
    Examples:
      servicemeter survey wishes objected ann@example.com
      servicemeter survey wishes consented bob@example.com --origin 'order form, 3 March'
    """
    from servicemeter.cli.terminal.words import remark
    from servicemeter.office.wishes import keep_wish, take_wish_back
    from servicemeter.store.identities import hash_identity

    known = [f"email:{hash_identity(home.identity_key(), 'email', address)}" for address in addresses]
    with _bureau(home) as bureau, bureau.office.writing() as on:
        if forget:
            remark(f"Taken back: {take_wish_back(on, known, wish)}.")
        else:
            keep_wish(on, known, wish, origin, datetime.now(UTC))
            remark(f"Noted: {len(known)}.")


@verb.command("delivered")
@click.argument("orders", nargs=-1, metavar="ORDER…")
@click.option("--source", required=True, metavar="NAME", help="The source of the orders in the book.")
@click.option("--at", metavar="INSTANT", help="When they were delivered; now when left out.")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False), help="A CSV with the columns order_id and delivered_at."
)
@home_option()
def _delivered(orders: tuple[str, ...], source: str, at: str | None, path: str | None, home: Home) -> None:
    """Say that orders were delivered: forms with the event order_delivered ask about them.

    \b
    Examples:
      servicemeter survey delivered --source shop 1001 1002 --at 2026-11-20T14:00:00+01:00
      servicemeter survey delivered --source shop --file deliveries.csv
    """
    import csv

    from servicemeter.cli.terminal.words import remark
    from servicemeter.office.deliveries import note_deliveries

    told = dict.fromkeys(orders, _now(at))
    if path:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and not {"order_id", "delivered_at"} <= rows[0].keys():
            raise click.UsageError(f"{path} needs the columns order_id and delivered_at; it has {', '.join(rows[0])}.")
        told |= {row["order_id"]: _now(row["delivered_at"]) for row in rows}
    if not told:
        raise click.UsageError("Name the orders, or give --file.")
    with _bureau(home) as bureau, bureau.office.writing() as on:
        remark(f"Told: {len(told)}, new: {note_deliveries(on, source, told)}.")


@verb.command("tidy")
@click.option("--dry-run", is_flag=True, help="Change nothing: say how much would go.")
@format_option("table", "json")
@home_option()
def _tidy(dry_run: bool, form: str, home: Home) -> None:
    """Take out comments older than a year, and whom we asked after thirteen months; `[retention]` may say otherwise.

    \b
    Examples:
      servicemeter survey tidy --dry-run
      servicemeter survey tidy
    """
    from servicemeter.desk.methods.tidy_surveys import tidy_surveys
    from servicemeter.desk.opening import open_desk

    with open_desk(home) as desk:
        counts = tidy_surveys(desk, now=datetime.now(UTC), dry_run=dry_run)
    _print(form, counts, [f"{'would go' if dry_run else 'gone'}: {name} {count}" for name, count in counts.items()])


@verb.command("held")
@click.option("--release", metavar="ID", help="Take this answer after all.")
@format_option("table", "json")
@home_option()
def _held(release: str | None, form: str, home: Home) -> None:
    """List the answers that were held back because no person seems to have given them, and what was turned away.

    \b
    Examples:
      servicemeter survey held
      servicemeter survey held --release 5d0c…
    """
    from servicemeter.office.answers import count_refusals, list_held
    from servicemeter.surveys.answering import release_held

    with _bureau(home) as bureau:
        if release:
            taken = release_held(bureau.office, bureau.forms, release)
            if taken is None:
                raise click.UsageError(f"No answer called {release!r} is held back. List them: servicemeter survey held")
            click.echo(f"{release}: {taken.outcome}")
            return
        with bureau.office.reading() as on:
            held = list_held(bureau.office, on, state="held")
        refused = count_refusals(bureau.office)
    rows = [
        {"held_id": h.held_id, "reason": h.reason, "held_at": h.held_at.isoformat(), "answer": h.content["content"]} for h in held
    ]
    turned = [{"day": str(day), "reason": reason, "count": count} for (day, reason), count in sorted(refused.items())]
    lines = [f"{r['held_id']}  {r['reason']:<12} {r['held_at']}" for r in rows]
    lines += [f"{t['day']}  {t['reason']:<12} {t['count']} request{'s' * (t['count'] != 1)} turned away" for t in turned]
    _print(form, {"held": rows, "turned_away": turned}, [*lines, f"{len(rows)} answers held back: review them."])


@verb.command("results")
@click.argument("name", metavar="FORM")
@click.option("--from", "since", metavar="DATE", help="The first day (UTC) of the asks.")
@click.option("--to", "until", metavar="DATE", help="The first day after them.")
@format_option("table", "json")
@home_option()
def _results(name: str, since: str | None, until: str | None, form: str, home: Home) -> None:
    """Show what came of a survey: the funnel, who answered, the score as it is and weighted, and what was held back.

    \b
    Examples:
      servicemeter survey results csat
      servicemeter survey results intent --from 2026-10-01 --to 2027-01-01
    """
    from servicemeter.cli.terminal.surveyed import results_lines, saving_lines
    from servicemeter.desk.privacy import results_shown
    from servicemeter.desk.surveying import savings
    from servicemeter.surveys.results import survey_results

    first, last = (_day(text) for text in (since, until))
    with _bureau(home, (name,)) as bureau:
        found = results_shown(home, survey_results(bureau.office, bureau.forms[name], first, last))
        saved = []
        if found.intents:
            with bureau.desk() as desk:
                covered = desk.covered()
                days = [first or (covered[0] if covered else datetime.now(UTC)), last or datetime.now(UTC)]
                saved = (
                    savings(desk, bureau.forms[name].reasons, found.intents, days[0].date(), days[1].date()) if covered else []
                )
    value = asdict(found) | {"savings": [asdict(one) for one in saved]}
    _print(form, value, results_lines(found) + saving_lines(saved))


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date; write 2026-11-01.") from None

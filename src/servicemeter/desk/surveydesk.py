"""The surveys of an open desk, for its pages: the forms, what came of them, why visitors come, and what was held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.privacy import results_shown
from servicemeter.desk.retaining import USUAL_NOTICE, Notice, notice_of
from servicemeter.desk.surveying import Saving, known_intents, savings
from servicemeter.ground.clock import periods
from servicemeter.ground.errors import BadForm, BadQuestion, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter
from servicemeter.office.answers import Held, count_refusals, list_held
from servicemeter.office.database import Office
from servicemeter.office.deliveries import note_deliveries
from servicemeter.office.forms import known_version
from servicemeter.office.invitations import form_of
from servicemeter.surveys.answering import Taken, release_held
from servicemeter.surveys.formfile import load_forms, read_form
from servicemeter.surveys.forms import Form
from servicemeter.surveys.formtext import form_tables, toml_text
from servicemeter.surveys.results import Intent, Results, survey_results
from servicemeter.surveys.shelf import file_mark, own_file, save_form

__all__ = ["FormFile", "Intents", "SurveyDesk"]


@dataclass(frozen=True)
class Intents:
    """Why visitors came over a span, whether they managed, and which contacts a page could save."""

    intents: list[Intent]
    savings: list[Saving]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        told = [asdict(one) | {"unfulfilled_share": one.unfulfilled_share} for one in self.intents]
        return {"intents": told, "savings": [asdict(one) for one in self.savings]}


@dataclass(frozen=True)
class FormFile:
    """A form as the tables of its file, with a mark of its text; `is_own` says that the file is one of the folder."""

    tables: dict[str, Any]
    mark: str
    is_own: bool
    version: int | None


class SurveyDesk:
    """One method a question. Spans are local dates, half-open, in the zone that the desk counts days in."""

    def __init__(self, desk: AnyDesk, office: Office | None, folder: Path | None) -> None:
        self._desk, self._office, self.folder = desk, office, folder

    def forms(self) -> dict[str, Form]:
        """Every form by name, as the files are now."""
        return load_forms(self.folder)

    def form(self, name: str) -> Form:
        """One form; `UnknownName` with the nearest names when there is none."""
        forms = self.forms()
        if name not in forms:
            raise UnknownName("survey", name, forms)
        return forms[name]

    def notice(self) -> Notice:
        """What customers are told of what is kept."""
        return notice_of(Home(self.folder.parent)) if self.folder else USUAL_NOTICE

    def form_file(self, name: str) -> FormFile:
        """A form as its file has it."""
        form = self.form(name)
        version = known_version(self._office, name, form.digest) if self._office else None
        return FormFile(form_tables(form), file_mark(self.folder, name), own_file(self.folder, name) is not None, version)

    def draft(self, tables: Mapping[str, Any]) -> Form:
        """The form that these tables would be; `BadForm` says what is wrong. Nothing is stored."""
        return read_form(toml_text(tables), f"The form {tables.get('name', '')}")

    def make_form(self, name: str, like: str, now: datetime) -> Form:
        """A form of one's own, made from another; `BadForm` when there is one of this name."""
        if name in self.forms():
            raise BadForm(f"There is a form called {name!r} already. Give it another name.")
        return self.save_form({**form_tables(self.form(like)), "name": name}, "", now)[0]

    def save_form(self, tables: Mapping[str, Any], mark: str, now: datetime) -> tuple[Form, int]:
        """Write a form into the data folder, and return it with the number of its version."""
        if self._office is None or self.folder is None:
            raise BadForm("This desk has no data folder to keep forms in.")
        return save_form(self._office, self.folder, tables, mark, now)

    def note_deliveries(self, source: str, delivered: Mapping[str, datetime]) -> int:
        """Note that orders of a source were delivered; how many of them were not known to be. The first telling holds."""
        if self._office is None:
            raise BadQuestion("This desk has no data folder, so it asks nobody.")
        with self._office.writing() as on:
            return note_deliveries(on, source, delivered)

    def results(self, name: str, since: date, until: date, where: Mapping[str, str] | None = None) -> Results | None:
        """What came of the asks of a survey decided in these days; None on a desk without an office, which asks nobody."""
        form = self.form(name)
        if self._office is None:
            return None
        [span] = periods(since, until, None, self._desk.report_tz)
        begins, ends = (datetime.fromtimestamp(at, UTC) for at in (span.p0, span.p1))
        return results_shown(self._office.home, survey_results(self._office, form, begins, ends, where))

    def intents(self, since: date, until: date, where: Sequence[Filter] = ()) -> Intents:
        """Why visitors came, by all answers in the book, with what a self-service page could save."""
        known = known_intents(self._desk, since, until, where)
        reasons = {intent: of for form in self.forms().values() for intent, of in form.reasons.items()}
        return Intents(known, savings(self._desk, reasons, known, since, until) if known else [])

    def held(self, name: str | None = None) -> list[Held]:
        """The answers that wait for somebody to look at them (of one survey), the oldest first."""
        if self._office is None:
            return []
        with self._office.reading() as on:
            return [h for h in list_held(self._office, on, state="held") if name is None or form_of(on, h.invitation_id) == name]

    def turned_away(self) -> dict[tuple[date, str], int]:
        """How many requests were turned away unread, by day (UTC) and reason."""
        return count_refusals(self._office) if self._office else {}

    def release(self, held_id: str) -> Taken | None:
        """Take an answer that was held back after all; None when there is no such one."""
        return release_held(self._office, self.forms(), held_id) if self._office else None

"""Sending what is in the outbox: each mail at most once, whatever breaks in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from servicemeter.ground.settings import MailServer, SurveySettings
from servicemeter.office.database import Office
from servicemeter.office.invitations import change_invitation, identities_of, invitation_of
from servicemeter.office.mails import Mail, claim_mail, give_up_lost, settle_mail
from servicemeter.office.smtp import Outcome, PostOffice
from servicemeter.office.wishes import keep_wish, wishes
from servicemeter.surveys.answering import tell_book
from servicemeter.surveys.forms import Form
from servicemeter.surveys.mailing import Links, compose
from servicemeter.surveys.recipients import is_address
from servicemeter.surveys.replies import invitation_row
from servicemeter.surveys.tokens import hash_token, make_token

__all__ = ["Sent", "links_of", "send_mails"]

_WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=10))


@dataclass
class Sent:
    """What became of the mails of one round, by state: sent, refused, unknown, waiting (tried again later), cancelled."""

    counts: dict[str, int] = field(default_factory=dict)

    def count(self, state: str) -> None:
        """Count one."""
        self.counts[state] = self.counts.get(state, 0) + 1


def links_of(address: str, token: str) -> Links:
    """The addresses of an invitation; an answer's is at most 60 characters long where the host's name allows it."""
    return Links(f"{address}/a/{token}", f"{address}/o/{token}")


def send_mails(
    office: Office, forms: Mapping[str, Form], server: MailServer, settings: SurveySettings, clock: Callable[[], datetime]
) -> Sent:
    """Send what is due. A mail is marked before its first byte leaves; one whose sender died is `unknown` and stays so.

    Raises `BadMail` when the server cannot be reached at all; then nothing was claimed.
    """
    done = Sent()
    for _ in give_up_lost(office, clock()):
        done.count("unknown")
    with PostOffice(server) as post:
        post.connect()
        round_ = _Round(office, forms, post, server, settings, clock)
        while state := round_.send_next():
            done.count(state)
    return done


@dataclass(frozen=True)
class _Round:
    """One going through the outbox."""

    office: Office
    forms: Mapping[str, Form]
    post: PostOffice
    server: MailServer
    settings: SurveySettings
    clock: Callable[[], datetime]

    def send_next(self) -> str | None:
        """Send the next mail that is due and return what became of it; None when there is none."""
        token = make_token()
        mail = claim_mail(self.office, self.clock(), hash_token(token))
        if mail is None:
            return None
        with self.office.reading() as on:
            invitation = invitation_of(on, mail.invitation_id)
            is_unwanted = bool(set(identities_of(on, mail.invitation_id)) & wishes(on, "objected"))
        form = self.forms.get(invitation.form) if invitation else None
        if invitation is None or form is None or is_unwanted:
            return self._settle(mail, "cancelled", "objected" if is_unwanted else "the form is gone")
        if not is_address(mail.recipient):
            return self._settle(mail, "refused", "no mail can go to what stands as the address")
        message = compose(
            form,
            invitation.language or form.default_language,
            links_of(self.settings.address, token),
            sender=self.server.sender,
            recipient=mail.recipient,
            now=self.clock(),
            organisation=self.settings.organisation,
            is_reminder=mail.kind == "reminder",
        )
        outcome = self.post.post(message, self.server.sender, mail.recipient)
        return self._put_off(mail, outcome) or self._settle(mail, outcome.state, outcome.says, form)

    def _put_off(self, mail: Mail, outcome: Outcome) -> str | None:
        """Try again, less and less often; None when there is nothing to try again."""
        if outcome.state != "later" or mail.attempt_count > len(_WAITS):
            return None
        with self.office.writing() as on:
            due_at = self.clock() + _WAITS[mail.attempt_count - 1]
            settle_mail(on, mail, "waiting", error=outcome.says, due_at=due_at)
        return "waiting"

    def _settle(self, mail: Mail, state: str, says: str, form: Form | None = None) -> str:
        """Write down what became of a mail, and tell the book of an invitation."""
        now = self.clock()
        state = "refused" if state == "later" else state
        with self.office.writing() as on:
            settle_mail(on, mail, state, error=says or None)
            if state == "bounced":
                keep_wish(on, identities_of(on, mail.invitation_id), "bounced", says[:200], now)
            if mail.kind == "invitation":
                reason = {"cancelled": "objected", "refused": "refused"}.get(state)
                became = {"sent": "asked", "unknown": "unknown", "bounced": "bounced"}.get(state, "not_asked")
                expires_at = now + timedelta(days=form.expire_days) if form else None
                sent_at = now if state in ("sent", "bounced") else None
                change_invitation(on, mail.invitation_id, state=became, reason=reason, sent_at=sent_at, expires_at=expires_at)
                if form and sent_at:
                    self._tell(on, mail, form, now)
        return state

    def _tell(self, on: sa.Connection, mail: Mail, form: Form, now: datetime) -> None:
        invitation = invitation_of(on, mail.invitation_id)
        if invitation and not form.is_anonymous:
            row = invitation_row(form, invitation, now)
            tell_book(self.office, on, f"invitation {mail.invitation_id}", {"survey_invitations": [row]}, now)

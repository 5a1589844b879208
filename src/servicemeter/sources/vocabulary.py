"""What columns and states are called in exports, in English, Dutch and Romanian: for proposing a mapping."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = [
    "CHANNELS",
    "OUTCOMES",
    "PRIORITIES",
    "RATINGS",
    "ROLES",
    "STATUSES",
    "begins_with_total",
    "highest_said",
    "is_only_total",
    "plain",
    "role_of",
    "word_for",
]


def _lists(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines such as `open: open, in progress`; a line that begins with blanks goes on with the one before."""
    joined = text.strip().replace("\n    ", " ").splitlines()
    pairs = (line.split(": ", 1) for line in joined)
    return {ours: tuple(word.strip() for word in theirs.split(",")) for ours, theirs in pairs}


_SCALE = re.compile(r"\s*[(\[]\s*\d+\s*(?:-|\u2013|/|to|tot|la)\s*(\d+)\s*[)\]]\s*$")  # "(1-5)" behind a column of scores
# Role: the words a column of that role is known by, the surest first. Compared without accents, case and marks.
ROLES = _lists("""
ticket_id: ticket id, ticket number, ticket nr, ticket, case id, caseid, case number, conversation id, request
    id, ticketnummer, zaaknummer, meldingsnummer, volgnummer, numar tichet, id tichet, nr tichet, tichet, numar
    solicitare, id solicitare, number, nummer, numar, id, key
created_at: created at, created, creation date, date created, opened at, opened, open date, created on, created
    time, aangemaakt op, aangemaakt, aanmaakdatum, datum aangemaakt, geopend op, geopend, ontvangen op,
    ontvangen, binnengekomen, creat la, creat, data crearii, data creare, deschis la, data deschiderii, primit
    la, requested at, submitted at, datum en tijd, datum tijd, data si ora, data ora, date time, datum, date, data
first_reply_at: first response at, first reply at, first response, first response time, first responded at, first reply, eerste
    reactie op, eerste reactie, eerste antwoord op, eerste antwoord, eerste respons, primul raspuns la, primul
    raspuns, data primului raspuns
solved_at: solved at, resolved at, closed at, solved, resolved, resolution date, closed date, date closed,
    closed on, resolved on, opgelost op, opgelost, gesloten op, gesloten, afgehandeld op, afgesloten op,
    rezolvat la, rezolvat, inchis la, inchis, data rezolvarii, data inchiderii, solutionat la, time to
    resolution
status: status, ticket status, state, toestand, stare, starea, stadiu
channel: channel, ticket channel, via, medium, kanaal, contactkanaal, canal, canalul
priority: priority, ticket priority, urgency, severity, prioriteit, urgentie, prioritate, urgenta
reason: reason, contact reason, category, ticket type, type, topic, reden, contactreden, categorie,
    onderwerpcategorie, soort, motiv, motivul, tip, tip tichet
agent: assignee, agent, assigned to, owner, agent name, handled by, server, behandelaar, medewerker, toegewezen
    aan, eigenaar, alocat lui, atribuit lui, angajat, operator, responsabil
team: team, group, queue, department, groep, afdeling, wachtrij, echipa, grup, departament, coada, coada de
    asteptare
customer_id: customer id, requester id, client id, contact id, klantnummer, klant id, id client, cod client
customer_email: customer email, requester email, email, email address, klant email, klant emailadres, emailadres,
    emailadres klant, email klant, mailadres, email client, adresa email, adresa de email, adresa email client
customer_name: customer name, customer, requester, name, klant, klantnaam, naam, client, nume, nume client
language: language, taal, limba
brand: brand, merk, marca, brand name
rating: customer satisfaction rating, satisfaction rating, csat, csat score, rating, satisfaction, score,
    klanttevredenheid, tevredenheid, beoordeling, waardering, cijfer, satisfactie, satisfactia clientului, nota,
    evaluare
recommends: nps, nps score, net promoter score, likelihood to recommend, would recommend, recommend, aanbevelen,
    aanbeveling, zou aanbevelen, recomandare, recomandati, probabilitatea recomandarii
effort: ces, ces score, customer effort score, customer effort, effort, klantinspanning, inspanning, moeite, gemak,
    efort, efortul clientului
comment: comment, survey comment, rating comment, customer comment, feedback, opmerking, opmerkingen, toelichting,
    comentariu, comentarii, observatii
rated_at: rated at, rated on, survey date, survey completed at, survey completed, responded at, response date,
    completed at, ingevuld op, ingevuld, invuldatum, beoordeeld op, datum enquete, completat la, data completarii,
    evaluat la
subject: subject, ticket subject, title, onderwerp, titel, subiect, titlu
started_at: started at, call started, start time, start, begin, call time, gestart op, starttijd, begintijd, inceput la,
    ora inceput, data apelului, ora apelului, data si ora apelului
answered_at: answered at, call answered, answer time, opgenomen op, beantwoord op, preluat la, raspuns la
ended_at: ended at, call ended, end time, end, einde, beeindigd op, incheiat la, sfarsit
wait: wait time, waiting time, wait, queue time, time in queue, queue wait, wachttijd, tijd in wachtrij, timp asteptare, timp
    de asteptare, durata asteptare, timp in coada
talk: talk time, talk, talk seconds, conversation time, call duration, gesprekstijd, gespreksduur, durata convorbire,
    durata convorbirii, timp convorbire, timp de convorbire, durata apel, durata apelului
hold: hold time, time on hold, hold, tijd in de wacht, wachtstand, timp hold, timp retinere
wrap_up: wrap up time, wrap up, after call work, after call work time, acw, acw time, nawerktijd, nawerk, nabewerking, timp dupa
    apel, timp post apel, timp dupa convorbire, lucru dupa apel
outcome: call outcome, outcome, call result, call status, disposition, uitkomst, afloop, gespreksstatus, rezultat apel,
    rezultatul apelului, stare apel, starea apelului
call_id: call id, interaction id, contact id, gespreks id, oproep id, id apel
order_id: order id, order number, order, ordernummer, bestelnummer, bestelling, numar comanda, comanda
placed_at: placed at, ordered at, order date, besteld op, besteldatum, data comenzii, comandat la
amount: amount, total, order total, revenue, bedrag, totaal, suma, valoare, dollars
currency: currency, valuta, munteenheid, moneda
""")

# Ours: theirs.
STATUSES = _lists("""
new: new, nieuw, nou, noua
open: open, opened, in progress, assigned, active, reopened, heropend, in behandeling, lopend, deschis,
    deschisa, in lucru, in curs, redeschis, atribuit
pending: pending, waiting on customer, waiting for customer, pending customer response, snoozed, awaiting reply,
    wacht op klant, wachten op klant, in afwachting, asteptare client, asteapta clientul, in asteptare
on_hold: on hold, hold, waiting on third party, waiting, aangehouden, in de wacht, wacht op derden, suspendat
solved: solved, resolved, done, completed, opgelost, afgehandeld, gereed, rezolvat, solutionat, rezolvata
closed: closed, gesloten, afgesloten, inchis, inchisa
""")

PRIORITIES = _lists("""
low: low, laag, lage, scazuta, scazut, mica, redusa
normal: normal, medium, normaal, gemiddeld, midden, normala, medie, mediu
high: high, hoog, hoge, ridicata, ridicat, mare, inalta
urgent: urgent, critical, spoed, kritiek, dringend, urgenta, critica, critic
""")

# The five words of a satisfaction score; fewer of them, as only good and bad, are another scale.
RATINGS = _lists("""
5: very satisfied, excellent, very good, zeer tevreden, heel tevreden, uitstekend, foarte multumit, foarte satisfacut, excelent
4: satisfied, good, tevreden, goed, multumit, satisfacut, bun
3: neutral, average, neutraal, neutru, mediu
2: dissatisfied, unsatisfied, bad, poor, ontevreden, slecht, nemultumit, nesatisfacut, slab
1: very dissatisfied, very unsatisfied, very bad, very poor, zeer ontevreden, heel ontevreden, zeer slecht, heel slecht, foarte
    nemultumit, foarte nesatisfacut, foarte slab
""")

OUTCOMES = _lists("""
answered: answered, handled, completed, connected, served, beantwoord, opgenomen, aangenomen, afgehandeld, preluat, raspuns,
    gestionat, finalizat
abandoned: abandoned, abandon, hang up, hung up, lost, verlaten, opgehangen, afgehaakt, abandonat, pierdut, renuntat
callback_requested: callback, call back, callback requested, terugbelverzoek, terugbellen, apel inapoi
missed: missed, no answer, unanswered, not answered, gemist, niet beantwoord, niet opgenomen, ratat, nepreluat, fara raspuns
overflowed: overflow, overflowed, overloop, redirectionat
self_served: self service, self served, zelfbediening, autoservire
closed_hours: after hours, out of hours, closed hours, buiten openingstijd, buiten openingstijden, in afara programului
failed: failed, error, busy, mislukt, bezet, esuat, ocupat
""")

CHANNELS = _lists("""
email: email, e mail, mail, posta electronica
chat: chat, live chat, livechat, webchat
phone: phone, telephone, call, voice, telefoon, telefonisch, telefon, apel
social: social, social media, facebook, instagram, twitter, x, retele sociale
messaging: messaging, whatsapp, messenger, telegram
web: web, web form, webform, website, portal, form, formulier, webformulier, contactformulier, formular,
    formular web, formular de contact, site
sms: sms, text message
in_person: in person, store, shop, winkel, balie, magazin
""")


_TOTALS = frozenset(
    {
        *("total", "totals", "totaal", "totalen", "eindtotaal", "subtotaal", "subtotal", "totaluri", "totales", "totaux"),
        *("gesamt", "gesamtsumme", "endsumme", "zwischensumme", "insgesamt", "razem", "lacznie"),
    }
)
_SUMS = frozenset({"sum", "suma", "summe", "somme"})  # a total where it stands alone: a subject may begin with it
_BESIDE_TOTALS = frozenset({"general", "generaal", "generale", "tickets", "ticket", "rows", "calls", "count", "aantal", "anzahl"})
_LONGEST = 60


_STROKES = str.maketrans({"\u0142": "l", "\u0141": "L", "\u0111": "d", "\u00f8": "o", "\u0153": "oe", "\u00e6": "ae"})
"""Letters with a stroke or tied together, which are letters of their own to Unicode."""


def plain(text: str) -> str:
    """A name without case, accents and marks.

    >>> plain("Creat_la"), plain("Înch̦is LA"), plain("createdAt")
    ('creat la', 'inchis la', 'created at')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    bare = "".join(c for c in unicodedata.normalize("NFKD", apart.translate(_STROKES)) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare.casefold()))


def role_of(name: str) -> tuple[str, int] | None:
    """The role a column's name suggests, and how far down its list the name stands (0 = the surest)."""
    wanted = _joined(_SCALE.sub("", name))
    found = [(rank, role) for role, words in ROLES.items() for rank, word in enumerate(words) if _joined(word) == wanted]
    return (min(found)[1], min(found)[0]) if found else None


def highest_said(name: str) -> int | None:
    """The end of the scale that the name of a column of scores says.

    >>> highest_said("Tevredenheid (1-5)"), highest_said("Score")
    (5, None)
    """
    said = _SCALE.search(name)
    return int(said[1]) if said else None


def word_for(text: str, words: dict[str, tuple[str, ...]]) -> str | None:
    """The word of ours that a text of the export suggests, or None."""
    wanted = _joined(text)
    return next((ours for ours, theirs in words.items() if wanted in map(_joined, theirs)), None)


def begins_with_total(text: str) -> bool:
    """Whether a line says that it sums up others.

    >>> begins_with_total("Totaal: 403"), begins_with_total("Total general"), begins_with_total("Totally lost")
    (True, True, False)
    """
    return next(iter(_words_of_total(text)), "") in _TOTALS or is_only_total(text)


def is_only_total(text: str) -> bool:
    """Whether a number or name is nothing but a word for a total.

    >>> is_only_total("Totaal: 403"), is_only_total("Grand Total"), is_only_total("Total Support")
    (True, True, False)
    """
    words = _words_of_total(text) if len(text) <= _LONGEST else []
    return words[:1] != [] and words[0] in _TOTALS | _SUMS and all(word.isdigit() or word in _BESIDE_TOTALS for word in words[1:])


def _words_of_total(text: str) -> list[str]:
    return plain(text[:_LONGEST].removeprefix("Grand ")).split()


@lru_cache(maxsize=4_096)
def _joined(text: str) -> str:
    """A plain name without blanks: `WhatsApp`, `whats app` and `whatsapp` are one."""
    return plain(text).replace(" ", "")

"""What columns and states are called in exports, in English, Dutch, German, French, Spanish, Polish and Romanian: for proposing a
mapping."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = [
    *("CHANNELS", "COUNTS", "DIRECTIONS", "FILES", "OUTCOMES", "PRIORITIES", "RATINGS", "ROLES", "SPANS", "STATUSES"),
    *("begins_with_total", "file_says", "highest_said", "is_only_total", "plain", "role_of", "roles_of"),
    *("unit_said", "word_for", "zone_said"),
]


def _lists(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines such as `open: open, in progress`; a line that begins with blanks goes on with the one before."""
    joined = text.strip().replace("\n    ", " ").splitlines()
    pairs = (line.split(": ", 1) for line in joined)
    return {ours: tuple(word.strip() for word in theirs.split(",")) for ours, theirs in pairs}


SPANS = frozenset({"wait", "talk", "hold", "wrap_up", "first_reply_after", "solved_after"})
"""The roles that hold spans of time."""
_SCALE = re.compile(r"\s*[(\[]\s*\d+\s*(?:-|\u2013|/|to|tot|la|bis)\s*(\d+)\s*[)\]]\s*$")  # "(1-5)" behind a column of scores
_ZONE = re.compile(r"\s*[(\[]\s*([A-Za-z]+/[A-Za-z_/-]+|UTC|GMT)\s*[)\]]\s*$")  # the clock of a column of instants
_OF_WHAT = re.compile(
    r"^custom field \((.+)\)$|^(.+?)\s*(?:\((?:ticket|case|contact|billing)\)| - (?:date|timestamp))$", re.IGNORECASE
)
"""What exports write around a name: `Custom field (Satisfaction)`, `Status (Ticket)`, `Ticket created - Date`."""
_ROW = re.compile(r"^(?:ticket|case|conversation|issue|request|zgloszeni[ea]|tichet|solicitud|anfrage|gespr[ae]k)s? (.+)$")
"""A name that begins with what the row is, such as `Conversation rating`."""
_INDIRECT = 100
# Role: the words a column of that role is known by, the surest first. Compared without accents, case and marks.
ROLES = _lists("""
ticket_id: ticket id, ticket number, ticket nr, ticket, case id, caseid, case number, conversation id, request id, issue
    key, ticketnummer, zaaknummer, meldingsnummer, volgnummer, numar tichet, id tichet, nr tichet, tichet, numar solicitare,
    id solicitare, vorgangsnummer, fallnummer, anfragenummer, numero de ticket, numero du ticket, no ticket, id du ticket,
    numer zgloszenia, nr zgloszenia, id zgloszenia, zgloszenie, numer sprawy, id de ticket, numero de caso, numero de
    solicitud, conversation, number, nummer, numar, numer, numero, nr, id, key
created_at: created at, created, creation date, date created, opened at, opened, open date, created on, created time, create
    date, aangemaakt op, aangemaakt, aanmaakdatum, datum aangemaakt, geopend op, geopend, ontvangen op, ontvangen,
    binnengekomen op, binnengekomen, datum binnenkomst, gemeld op, creat la, creat, data crearii, data creare, deschis la,
    data deschiderii, primit la, erstellt am, erstellt, erstellungsdatum, eroffnet am, angelegt am, eingegangen am, eingang,
    cree le, date de creation, ouvert le, date d ouverture, recu le, utworzono, data utworzenia, data zgloszenia, otwarto,
    data otwarcia, creado el, creado, fecha de creacion, abierto el, fecha de apertura, recibido el, requested at,
    requested, submitted at, received at, received, datum en tijd, datum tijd, data si ora, data ora, date time, datum,
    date, data, fecha
first_reply_at: first response at, first reply at, initial response time, first response, first response time, first
    response date, first responded at, first reply, first reply time, first reply date, first agent reply, first agent reply
    date, first agent email response date, first admin reply at, first teammate reply at, eerste reactie op, eerste reactie,
    eerste antwoord op, eerste antwoord, eerste respons, primul raspuns la, primul raspuns, data primului raspuns, erste
    antwort am, erste antwort, erstantwort am, erstantwort, premiere reponse le, premiere reponse, date de premiere reponse,
    pierwsza odpowiedz, data pierwszej odpowiedzi, primera respuesta el, primera respuesta, fecha de primera respuesta
first_reply_after: first response time, first reply time, time to first response, time to first reply, time to first agent
    email reply, first response, reactietijd, eerste reactietijd, tijd tot eerste reactie, timp pana la primul raspuns, timp
    primul raspuns, timpul primului raspuns, zeit bis zur ersten antwort, erstreaktionszeit, erste antwortzeit, temps de
    premiere reponse, delai de premiere reponse, czas pierwszej odpowiedzi, czas do pierwszej odpowiedzi, tiempo de primera
    respuesta, tiempo hasta la primera respuesta
solved_at: solved at, resolved at, resolved time, closed at, closed time, ticket closed time, solved, resolved, resolution
    date, close date, closed date, date closed, closed on, closed, resolved on, last closed at, first closed at, resolved date,
    opgelost op, opgelost, gesloten op, gesloten, afgehandeld op, afgesloten op, datum opgelost, datum afgehandeld, rezolvat
    la, rezolvat, inchis la, inchis, data rezolvarii, data inchiderii, solutionat la, gelost am, gelost, geschlossen am,
    abgeschlossen am, erledigt am, losungsdatum, resolu le, date de resolution, ferme le, date de fermeture, clos le, date
    de cloture, rozwiazano, data rozwiazania, zamknieto, data zamkniecia, resuelto el, resuelto, fecha de resolucion,
    cerrado el, fecha de cierre, time to resolution
solved_after: resolution time, full resolution time, time to resolution, time to resolve, time to close, oplostijd,
    doorlooptijd, timp de rezolvare, timp rezolvare, losungszeit, bearbeitungsdauer bis losung, temps de resolution, delai
    de resolution, czas rozwiazania, tiempo de resolucion
status: status, ticket status, state, toestand, stare, starea, stadiu, zustand, statut, etat, stan, estado
channel: channel, ticket channel, via, medium, initial channel, kanaal, contactkanaal, kanal, kontaktkanal, canal, canalul,
    canal de contact, kanal kontaktu, source, bron, herkomst, quelle, zrodlo, origen, sursa
priority: priority, ticket priority, urgency, severity, prioriteit, urgentie, prioritate, urgenta, prioritat, dringlichkeit,
    priorite, urgence, priorytet, prioridad, urgencia
reason: reason, contact reason, category, ticket type, request type, customer request type, issue type, type, topic, reden,
    contactreden, categorie, onderwerpcategorie, soort, motiv, motivul, tip, tip tichet, grund, kontaktgrund, kategorie,
    motif, motif de contact, powod, powod kontaktu, kategoria, typ, motivo, motivo de contacto, categoria, tipo
agent: assignee, agent, assigned to, owner, ticket owner, agent name, assignee name, handled by, teammate assigned,
    teammate, server, behandelaar, medewerker, toegewezen aan, eigenaar, alocat lui, atribuit lui, angajat, operator,
    responsabil, bearbeiter, mitarbeiter, zugewiesen an, zustandig, agent assigne, assigne a, responsable, conseiller,
    konsultant, przypisano do, przypisany do, pracownik, asignado a, agente, user, utilizator
team: team, group, queue, department, team assigned, assignee team, groep, afdeling, wachtrij, echipa, grup, departament,
    coada, coada de asteptare, gruppe, abteilung, warteschlange, equipe, groupe, file d attente, zespol, grupa, dzial,
    kolejka, equipo, grupo, departamento, cola, assignment group
customer_id: customer id, requester id, client id, contact id, customer number, klantnummer, klant id, id client, cod
    client, kundennummer, kunden id, numero client, id klienta, numer klienta, nr klienta, id de cliente, id cliente, numero
    de cliente
customer_email: customer email, requester email, contact email, email, email address, klant email, klant emailadres,
    emailadres, emailadres klant, email klant, mailadres, email client, adresa email, adresa de email, adresa email client,
    email kunde, kunden email, email adresse, adresse email, adresse mail, email du client, courriel, email klienta, adres
    email, correo electronico, correo, email del cliente
customer_name: customer name, customer, requester, requester name, contact name, reporter, full name, name, klant,
    klantnaam, naam, client, nume, nume client, kunde, kundenname, nom du client, nom, klient, imie i nazwisko, nazwa
    klienta, cliente, nombre, nombre del cliente
segment: segment, customer segment, customer group, klantsegment, klantgroep, kundensegment, kundengruppe, segment client,
    segment klienta, grupa klientow, segmento, grup client
country: country, country code, land, landcode, pays, kraj, tara, pais
birth_year: birth year, year of birth, geboortejaar, geburtsjahr, annee de naissance, rok urodzenia, anul nasterii, ano de
    nacimiento
first_seen_at: first seen at, first seen, customer since, signed up at, signed up, sign up date, signup date, registered at,
    registration date, klant sinds, ingeschreven op, geregistreerd op, kunde seit, registriert am, client depuis, inscrit
    le, klient od, data rejestracji, cliente desde, fecha de registro, client din, client de la, data inregistrarii
language: language, taal, limba, sprache, langue, jezyk, idioma
brand: brand, merk, marca, brand name, marke, marque, marka
rating: customer satisfaction rating, satisfaction rating, csat, csat score, rating, satisfaction, satisfaction score,
    survey score, survey results, survey result, happiness rating, score, klanttevredenheid, tevredenheid, beoordeling,
    waardering, cijfer, satisfactie, satisfactia clientului, nota, evaluare, zufriedenheit, kundenzufriedenheit, bewertung,
    note de satisfaction, satisfaction client, ocena, ocena satysfakcji, zadowolenie, satysfakcja, satisfaccion, valoracion,
    calificacion
recommends: nps, nps score, net promoter score, likelihood to recommend, would recommend, recommend, aanbevelen,
    aanbeveling, zou aanbevelen, recomandare, recomandati, probabilitatea recomandarii, weiterempfehlung, recommandation,
    polecenie, recomendacion
effort: ces, ces score, customer effort score, customer effort, effort, klantinspanning, inspanning, moeite, gemak, efort,
    efortul clientului, aufwand, wysilek, esfuerzo
comment: comment, survey comment, rating comment, customer comment, feedback, conversation remark, opmerking, opmerkingen,
    toelichting, comentariu, comentarii, observatii, kommentar, bemerkung, commentaire, komentarz, comentario
rated_at: rated at, rated on, survey date, survey completed at, survey completed, responded at, response date, completed at,
    ingevuld op, ingevuld, invuldatum, beoordeeld op, datum enquete, completat la, data completarii, evaluat la, bewertet
    am, beantwortet am, note le, repondu le, oceniono, data oceny, data ankiety, valorado el, respondido el
subject: subject, ticket subject, title, ticket name, summary, onderwerp, titel, subiect, titlu, betreff, objet, sujet,
    temat, tytul, asunto, titulo
started_at: started at, call started, start time, start, begin, call time, call start, call date, gestart op, starttijd,
    begintijd, inceput la, ora inceput, data apelului, ora apelului, data si ora apelului, beginn, anrufbeginn, anrufzeit,
    debut, debut de l appel, date de l appel, poczatek, czas rozpoczecia, data rozmowy, inicio, hora de inicio, fecha de
    llamada
answered_at: answered at, call answered, answer time, opgenomen op, beantwoord op, preluat la, raspuns la, angenommen am,
    angenommen, decroche le, repondu a, odebrano, contestada a
ended_at: ended at, call ended, end time, end, call end, einde, beeindigd op, incheiat la, sfarsit, ende, anrufende, fin,
    fin de l appel, koniec, zakonczono, hora de fin
wait: wait time, waiting time, wait, queue time, time in queue, queue wait, wachttijd, tijd in wachtrij, timp asteptare,
    timp de asteptare, durata asteptare, timp in coada, wartezeit, temps d attente, duree d attente, czas oczekiwania,
    tiempo de espera
talk: talk time, talk, talk seconds, conversation time, call duration, gesprekstijd, gespreksduur, durata convorbire, durata
    convorbirii, timp convorbire, timp de convorbire, durata apel, durata apelului, gesprachsdauer, gesprachszeit, duree de
    conversation, temps de conversation, czas rozmowy, tiempo de conversacion
hold: hold time, time on hold, hold, tijd in de wacht, wachtstand, timp hold, timp retinere, haltezeit, temps de mise en
    attente
wrap_up: wrap up time, wrap up, after call work, after call work time, acw, acw time, nawerktijd, nawerk, nabewerking, timp
    dupa apel, timp post apel, timp dupa convorbire, lucru dupa apel, nachbearbeitung, nachbearbeitungszeit, post appel,
    praca po rozmowie
outcome: call outcome, outcome, call result, call status, disposition, uitkomst, afloop, gespreksstatus, rezultat apel,
    rezultatul apelului, stare apel, starea apelului, ergebnis, anrufergebnis, resultat, resultat de l appel, wynik, wynik
    rozmowy, resultado
direction: direction, call direction, richting, richtung, sens, kierunek, directie, sens apel, direccion, sentido
call_id: call id, interaction id, call, gespreks id, oproep id, id apel, anruf id, id de l appel, id appel, id rozmowy, id
    polaczenia, id de llamada, contact id
leg: leg id, leg, leg number, leg nr, leg no, leg index, call leg, call leg id, segment id, segment number
order_id: order id, order number, order, order no, order nr, ordernummer, bestelnummer, bestelling, numar comanda, comanda,
    bestellnummer, bestellung, auftragsnummer, numero de commande, commande, numer zamowienia, nr zamowienia, zamowienie,
    numero de pedido, pedido
placed_at: placed at, placed, placed on, ordered at, ordered on, ordered, order date, order placed, purchase date, besteld
    op, besteldatum, data comenzii, comandat la, plasata la, bestellt am, bestelldatum, commande le, date de commande,
    zamowiono, data zamowienia, pedido el, fecha de pedido
amount: amount, total, order total, order total amount, total amount, total price, grand total, revenue, bedrag, totaal,
    totaalbedrag, orderbedrag, suma, valoare, valoare totala, dollars, betrag, gesamtbetrag, summe, montant, montant total,
    kwota, wartosc, kwota zamowienia, importe, importe total, subtotal
currency: currency, valuta, munteenheid, moneda, wahrung, devise, waluta, divisa
agent_id: agent id, assignee id, agent number, medewerkernummer, personeelsnummer, personalnummer, id agent, id agenta, id
    agente
team_id: team id, group id, team number, teamnummer, id echipa, id equipe, id zespolu, id equipo
tier: tier, support tier, support level, lijn
started_on: contract start, contract start date, contract started, subscription start, start date, startdatum, ingangsdatum,
    vertragsbeginn, date de debut, data rozpoczecia, fecha de inicio, data inceput, data inceperii
ended_on: contract end, contract end date, contract ended, subscription end, end date, einddatum, vertragsende, date de fin,
    data zakonczenia, fecha de fin, data incheierii, data sfarsit
""")
FILES = _lists("""
customer: customers, customer, contacts, clients, klanten, klantenlijst, klantenbestand, relaties, kunden, kundenliste,
    klienci, clientes, clienti
agent: agents, agenten, medewerkers, employees, mitarbeiter, conseillers, konsultanci, pracownicy, agentes, agenti,
    operatori, angajati
team: teams, groups, departments, groepen, afdelingen, gruppen, abteilungen, equipes, groupes, zespoly, grupy, equipos,
    echipe
contract: contracts, subscriptions, contracten, abonnementen, vertrage, abonnements, umowy, contratos, contracte, abonamente
order: orders, bestellingen, bestellungen, commandes, zamowienia, pedidos, comenzi
""")
"""What a row is in files of these names, where the columns leave it open."""
COUNTS = frozenset({"tickets", "calls", "conversations", "count", "aantal", "anzahl", "nombre", "liczba", "numar", "cantidad"})
"""Names of columns that count things: whatever they hold tells no row from another."""
_UNITS = _lists("""
milliseconds: ms, millis, milliseconds
seconds: s, sec, secs, second, seconds, seconde, seconden, sek, sekunden, secondes, sekundy, segundos, secunde
minutes: min, mins, minute, minutes, minuten, minuut, minuty, minutos
hours: h, hr, hrs, hour, hours, u, uur, uren, std, stunden, heures, godz, godziny, horas, ore
days: d, day, days, dagen, tage, jours, dni, dias, zile
h:m: h mm, hh mm
m:s: m ss, mm ss
: h mm ss, hh mm ss
""")
"""What spans of time are counted in, as the end of a name says; of hours, minutes and seconds together nothing has to be said."""

# Ours: theirs.
STATUSES = _lists("""
new: new, nieuw, nou, noua, neu, nouveau, nowe, nowy, nuevo
open: open, opened, in progress, assigned, active, reopened, heropend, in behandeling, lopend, deschis, deschisa, in lucru,
    in curs, redeschis, atribuit, offen, in bearbeitung, zugewiesen, wieder geoffnet, ouvert, en cours, rouvert, otwarte,
    otwarty, w toku, w trakcie, w realizacji, przypisane, abierto, en curso, en progreso, reabierto, to do, waiting for
    support, waiting on us, being processed, work in progress, escalated
pending: pending, waiting on customer, waiting for customer, pending customer response, snoozed, awaiting reply, wacht op
    klant, wachten op klant, in afwachting, asteptare client, asteapta clientul, in asteptare, waiting on contact, wartend,
    wartet auf kunden, warten auf kunden, wartet auf kunde, ausstehend, en attente, en attente du client, attente client,
    oczekuje na klienta, oczekujace, czeka na klienta, pendiente, esperando al cliente
on_hold: on hold, hold, waiting on third party, waiting, aangehouden, in de wacht, wacht op derden, suspendat,
    zuruckgestellt, angehalten, suspendu, mis en attente, wstrzymane, zawieszone, en espera, waiting for third party
solved: solved, resolved, done, completed, opgelost, afgehandeld, gereed, rezolvat, solutionat, rezolvata, gelost, erledigt,
    resolu, rozwiazane, rozwiazany, resuelto, zrobione
closed: closed, gesloten, afgesloten, inchis, inchisa, geschlossen, abgeschlossen, ferme, clos, cloture, zamkniete,
    zamkniety, cerrado
""")

PRIORITIES = _lists("""
low: low, lowest, laag, lage, scazuta, scazut, mica, redusa, niedrig, gering, basse, faible, niski, niska, baja, bajo
normal: normal, medium, normaal, gemiddeld, midden, normala, medie, mediu, mittel, normale, moyenne, sredni, srednia,
    normalny, normalna, media
high: high, hoog, hoge, ridicata, ridicat, mare, inalta, hoch, haute, elevee, wysoki, wysoka, alta, alto
urgent: urgent, critical, highest, spoed, kritiek, dringend, urgenta, critica, critic, urgente, kritisch, critique, pilne,
    pilny, pilna, krytyczny
""")

# The five words of a satisfaction score; fewer of them, as only good and bad, are another scale.
RATINGS = _lists("""
5: very satisfied, excellent, amazing, very good, zeer tevreden, heel tevreden, uitstekend, foarte multumit, foarte
    satisfacut, excelent, sehr zufrieden, tres satisfait, bardzo zadowolony, muy satisfecho
4: satisfied, good, great, good with comment, tevreden, goed, multumit, satisfacut, bun, zufrieden, satisfait, zadowolony,
    satisfecho
3: neutral, average, okay, ok, neutraal, neutru, mediu, neutre, neutralny
2: dissatisfied, unsatisfied, bad, not good, bad with comment, poor, ontevreden, slecht, nemultumit, nesatisfacut, slab,
    unzufrieden, insatisfait, niezadowolony, insatisfecho
1: very dissatisfied, terrible, very unsatisfied, very bad, very poor, zeer ontevreden, heel ontevreden, zeer slecht, heel
    slecht, foarte nemultumit, foarte nesatisfacut, foarte slab, sehr unzufrieden, tres insatisfait, bardzo niezadowolony,
    muy insatisfecho
""")

OUTCOMES = _lists("""
answered: answered, handled, completed, connected, served, beantwoord, opgenomen, aangenomen, afgehandeld, preluat, raspuns,
    gestionat, finalizat, angenommen, beantwortet, decroche, repondu, traite, odebrane, odebrano, obsluzone, atendida,
    contestada
abandoned: abandoned, abandon, hang up, hung up, lost, verlaten, opgehangen, afgehaakt, abandonat, pierdut, renuntat,
    aufgelegt, abgebrochen, verloren, abandonne, raccroche, porzucone, rozlaczone, abandonada, colgada
callback_requested: callback, call back, callback requested, terugbelverzoek, terugbellen, apel inapoi, ruckruf, rappel,
    oddzwonienie
missed: missed, no answer, unanswered, not answered, gemist, niet beantwoord, niet opgenomen, ratat, nepreluat, fara
    raspuns, verpasst, nicht angenommen, manque, nieodebrane, perdida, no atendida
overflowed: overflow, overflowed, overloop, redirectionat
self_served: self service, self served, zelfbediening, autoservire
closed_hours: after hours, out of hours, closed hours, buiten openingstijd, buiten openingstijden, in afara programului
failed: failed, error, busy, mislukt, bezet, esuat, ocupat
""")

DIRECTIONS = _lists("""
inbound: inbound, in, incoming, inkomend, binnenkomend, eingehend, entrant, przychodzace, przychodzaca, intrare, intrat,
    primit, entrante
outbound: outbound, out, outgoing, uitgaand, ausgehend, sortant, wychodzace, wychodzaca, iesire, iesit, efectuat, saliente
""")

CHANNELS = _lists("""
email: email, e mail, mail, posta electronica, courriel, correo electronico, correo
chat: chat, live chat, livechat, webchat, czat
phone: phone, telephone, call, voice, telefoon, telefonisch, telefon, apel, anruf, appel, telefono, llamada
social: social, social media, facebook, instagram, twitter, x, retele sociale
messaging: messaging, whatsapp, messenger, telegram
web: web, web form, webform, website, portal, form, formulier, webformulier, contactformulier, formular, formular web,
    formular de contact, site, kontaktformular, formulaire, formulaire de contact, formularz, formularz kontaktowy,
    formulario, formulario web
sms: sms, text message
in_person: in person, store, shop, winkel, balie, magazin, geschaft, filiale, boutique, magasin, sklep, tienda
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


def roles_of(name: str) -> list[tuple[str, int]]:
    """The roles that a column's name suggests, the surest first, each with how far down its list the name stands (from 0).

    A name can suggest several: under `First response time` stands an instant in one export and a span of time in another.

    >>> roles_of("Conversation created at (Europe/Dublin)"), [role for role, _ in roles_of("First response time (in hrs)")]
    ([('created_at', 100)], ['first_reply_after'])
    """
    direct = _SCALE.sub("", _ZONE.sub("", name))
    bare = next((found[1] or found[2] for found in [_OF_WHAT.match(direct)] if found), direct)
    of_row = _ROW.match(plain(bare))
    best: dict[str, int] = {}
    for penalty, text in ((0, direct), (_INDIRECT, bare), (_INDIRECT, of_row[1] if of_row else "")):
        for role, rank in _ranks().get(_joined(text), ()):
            best.setdefault(role, rank + penalty)
    without, unit = _without_unit(direct)
    for role, rank in _ranks().get(_joined(without), ()) if unit is not None else ():
        if role in SPANS:
            best.setdefault(role, rank)
    return sorted(best.items(), key=lambda pair: (pair[1], pair[0]))


def role_of(name: str) -> tuple[str, int] | None:
    """The role a column's name suggests most, and how far down its list the name stands."""
    return next(iter(roles_of(name)), None)


@lru_cache(maxsize=1)
def _ranks() -> dict[str, list[tuple[str, int]]]:
    """The roles that each name is known by, with its place in their lists."""
    found: dict[str, list[tuple[str, int]]] = {}
    for role, words in ROLES.items():
        for rank, word in enumerate(words):
            found.setdefault(_joined(word), []).append((role, rank))
    return found


def zone_said(name: str) -> str | None:
    """The clock that the name of a column of instants says.

    >>> zone_said("Created at (Europe/Dublin)"), zone_said("Created at")
    ('Europe/Dublin', None)
    """
    found = _ZONE.search(name)
    return found[1] if found else None


def unit_said(name: str) -> str | None:
    """What the name of a column of spans says that they are counted in; "" for hours, minutes and seconds together.

    >>> unit_said("First response time (in hrs)"), unit_said("Talk time (hh:mm:ss)"), unit_said("Talk time")
    ('hours', '', None)
    """
    return _without_unit(name)[1]


def _without_unit(name: str) -> tuple[str, str | None]:
    words = plain(name).split()
    for length in (3, 2, 1):
        said = " ".join(words[-length:])
        unit = next((unit for unit, texts in _UNITS.items() if said in texts), None) if len(words) > length else None
        if unit is not None:
            rest = words[:-length]
            return " ".join(rest[:-1] if rest[-1] in ("in", "en", "w") else rest), unit
    return name, None


def file_says(file_name: str) -> str | None:
    """What a row probably is, by the name of the file: one of `FILES`, or None.

    >>> file_says("Klanten export 2026.xlsx"), file_says("tickets.csv")
    ('customer', None)
    """
    words = set(plain(file_name.split(".")[0]).split())
    return next((kind for kind, texts in FILES.items() if words & set(texts)), None)


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
    words = plain(text[:_LONGEST]).split()
    return words[1:] if words[:1] in (["grand"], ["sous"], ["sub"]) else words


@lru_cache(maxsize=4_096)
def _joined(text: str) -> str:
    """A plain name without blanks: `WhatsApp`, `whats app` and `whatsapp` are one."""
    return plain(text).replace(" ", "")

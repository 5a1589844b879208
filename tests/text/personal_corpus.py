"""Generated messages with and without what identifies a person, per language; numbers are random, checksums are worked out.

Look-alikes are honest: their digits are drawn at random, so that one in ten or eleven passes a checksum by chance. Where
words say what a number is, some are words that no rule knows.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["Sample", "clean_messages", "messages_with"]

_PLAIN = {
    "en": ("Hello, {} Could you look into this?", "{} I have been waiting since Monday.", "Hi there. {} Thanks, Sam"),
    "nl": ("Hallo, {} Kunt u hier naar kijken?", "{} Ik wacht al sinds maandag.", "Goedemiddag. {} Alvast bedankt, Sam"),
    "ro": ("Bună ziua, {} Puteți verifica?", "{} Aștept de luni.", "Salut. {} Mulțumesc, Sam"),
}
_TELLING = {
    "en": {
        "iban": ("Please refund to {}.", "My account is {} at the bank.", "{} is where the money should go."),
        "card": ("I paid with card {}.", "My Visa is {} and it was charged twice.", "The payment was from {}, last week.",
                 "For my order I used {} at the checkout."),
        "bsn": ("My BSN is {}.", "You asked for my citizen service number: {}.", "The number you wanted is {}."),
        "cnp": ("My CNP is {}.", "You asked who I am: {}.", "Personal number {} as asked."),
        "email": ("Write to {} please.", "My address is {}.", "Mail me ({}) today."),
        "phone": ("Call me on {}.", "My number is {}, after five.", "{} is my mobile."),
        "address": ("I live at {}.", "Send it to {}, please.", "It went to the neighbours of {} again."),
    },
    "nl": {
        "iban": ("Stort het terug op {}.", "Mijn rekening is {} bij de bank.", "{} is mijn rekeningnummer."),
        "card": ("Ik heb betaald met kaart {}.", "Mijn creditcard {} is twee keer belast.",
                 "Er is afgeschreven van {}, vorige week.",
                 "Voor mijn bestelling gebruikte ik {} bij het afrekenen."),
        "bsn": ("Mijn BSN is {}.", "Mijn burgerservicenummer: {}.", "Het nummer dat u vroeg is {}."),
        "cnp": ("Mijn CNP is {}.", "U vroeg wie ik ben: {}.", "Persoonlijk nummer {} zoals gevraagd."),
        "email": ("Mail naar {} graag.", "Mijn adres is {}.", "Stuur het (naar {}) vandaag."),
        "phone": ("Bel me op {}.", "Mijn nummer is {}, na vijven.", "{} is mijn mobiel."),
        "address": ("Ik woon op {}.", "Stuur het naar {} alstublieft.", "Het ging weer naar de buren van {} deze week."),
    },
    "ro": {
        "iban": ("Returnați banii în {}.", "Contul meu este {} la bancă.", "{} este contul meu."),
        "card": ("Am plătit cu cardul {}.", "Cardul meu Visa {} a fost debitat de două ori.",
                 "Plata a plecat din {}, luna trecută.",
                 "Pentru comanda mea am folosit {} la plată."),
        "bsn": ("BSN-ul meu este {}.", "BSN: {}.", "Numărul cerut este {}."),
        "cnp": ("CNP-ul meu este {}.", "Codul numeric personal: {}.", "Mi-ați cerut datele: {}."),
        "email": ("Scrieți la {} vă rog.", "Adresa mea este {}.", "Trimiteți (la {}) azi."),
        "phone": ("Sunați-mă la {}.", "Numărul meu este {}, după cinci.", "{} este mobilul meu."),
        "address": ("Locuiesc pe {}.", "Trimiteți la {}, vă rog.", "Coletul a ajuns iar la vecinii din {} săptămâna asta."),
    },
}  # fmt: skip
_CLEAN = {
    "en": (
        "My order {9} is late.", "Order #{13} never came.", "The tracking number is {16}.", "Product {9} is broken.",
        "EAN {13} on the box.", "Article code {16} was wrong.", "I ordered on {date} for {amount}.", "It runs version {version}.",
        "Reference {9}, invoice {13}.", "Parcel {track} stands still.", "It has 1024 MB and weighs 1500 KG.",
        "I paid {amount} for 3 items at 10:30.", "Case SR-{9} is still open.", "The serial number says {13}.",
        "My wishlist {9} is empty.", "I called 3 times on {date}, each time 20 minutes.",
        "See https://shop.example/o/{16}?x={9}.",
        "We walked down the long road for 2 hours.", "Room 12, row 4, seat 118.", "Customer {9} here.",
    ),
    "nl": (
        "Mijn bestelling {9} is te laat.", "Ordernummer {13} kwam nooit.", "De track en trace is {16}.", "Product {9} is stuk.",
        "EAN {13} op de doos.", "Artikelcode {16} klopt niet.", "Ik bestelde op {date} voor {amount}.",
        "Versie {version} draait.",
        "Kenmerk {9}, factuur {13}.", "Pakket {track} staat stil.", "Ik was onderweg 20 minuten, op weg 5 km verder.",
        "Ik betaalde {amount} voor 3 stuks om 10:30.", "Zaak SR-{9} staat nog open.", "Het serienummer is {13}.",
        "Mijn verlanglijst {9} is leeg.", "Ik belde op {date}, 3 keer.", "Zie https://winkel.example/o/{16}?x={9}.",
        "In het park 3 keer geprobeerd.", "Sinds 2024 IS het zo, met 1500 MB.", "Klantnummer {9} hier.",
    ),
    "ro": (
        "Comanda {9} întârzie.", "Comanda nr. {13} nu a ajuns.", "AWB {16} nu se mișcă.", "Produsul {9} este stricat.",
        "EAN {13} pe cutie.", "Codul de produs {16} este greșit.", "Am comandat pe {date} de {amount}.",
        "Are versiunea {version}.",
        "Referința {9}, factura {13}.", "Coletul {track} stă pe loc.", "Am așteptat pe strada 3 ore.",
        "Am plătit {amount} pentru 3 bucăți la 10:30.", "Dosarul SR-{9} este deschis.", "Seria este {13}.",
        "Lista mea {9} este goală.", "Am sunat pe {date} de 3 ori.", "Vedeți https://magazin.example/o/{16}?x={9}.",
        "Garanția {9} a expirat.", "Sectorul 3 e departe, 25 km.", "Clientul {9} aici.",
    ),
}  # fmt: skip
_TOWNS = {"en": ("London", "Leeds", "York"), "nl": ("Utrecht", "Den Haag", "Zwolle"), "ro": ("Cluj-Napoca", "Iași", "Brașov")}


@dataclass(frozen=True)
class Sample:
    """A message, the language it is in, and the words in it that identify somebody (empty in a clean one)."""

    language: str
    text: str
    secret: str = ""


def messages_with(kind: str, count: int, seed: int) -> list[Sample]:
    """So many messages that hold one thing of a kind, in three languages by turns."""
    chance = random.Random(f"{kind} {seed}")
    made = []
    for i in range(count):
        language = ("en", "nl", "ro")[i % 3]
        secret = _MAKERS[kind](chance, language)
        said = chance.choice(_TELLING[language][kind]).format(secret)
        made.append(Sample(language, chance.choice(_PLAIN[language]).format(said), secret))
    return made


def clean_messages(count: int, seed: int) -> list[Sample]:
    """So many messages that identify nobody, full of numbers that look as if they did."""
    chance = random.Random(f"clean {seed}")
    made = []
    for i in range(count):
        language = ("en", "nl", "ro")[i % 3]
        said = chance.choice(_CLEAN[language])
        for length in (9, 13, 16):
            said = said.replace(f"{{{length}}}", _digits(chance, length))
        said = said.replace("{date}", _date(chance)).replace("{amount}", _amount(chance))
        said = said.replace("{version}", ".".join(str(chance.randrange(40)) for _ in range(4)))
        said = said.replace("{track}", f"3S{chance.choice('ABCDE')}XYZ{_digits(chance, 9)}")
        made.append(Sample(language, chance.choice(_PLAIN[language]).format(said)))
    return made


def _digits(chance: random.Random, n: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(n))


def _date(chance: random.Random) -> str:
    day, month, year = chance.randrange(1, 29), chance.randrange(1, 13), chance.randrange(2019, 2027)
    return chance.choice(
        (f"{day:02}-{month:02}-{year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}", f"{day}/{month}/{year}")
    )


def _amount(chance: random.Random) -> str:
    whole, cents = chance.randrange(1000, 9_999_999), chance.randrange(100)
    return chance.choice(
        (f"€ {whole:,}.{cents:02}", f"{whole:,}".replace(",", ".") + f",{cents:02} euro", f"{whole} lei", f"EUR {whole}")
    )


def _iban(chance: random.Random, language: str) -> str:
    country, body = chance.choice((("NL", "INGB" + _digits(chance, 10)), ("RO", "BTRL" + _digits(chance, 16)),
                                   ("DE", _digits(chance, 18)), ("GB", "BARC" + _digits(chance, 14))))  # fmt: skip
    value = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00"))
    whole = f"{country}{98 - value % 97:02}{body}"
    spaced = " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))
    return chance.choice((whole, spaced, whole.lower()))


def _card(chance: random.Random, language: str) -> str:
    start, length = chance.choice((("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("34", 15)))
    body = start + _digits(chance, length - len(start) - 1)
    total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(body)))
    whole = body + str(-total % 10)
    cuts = (4, 10, 15) if length == 15 else (4, 8, 12, 16)
    parts = [whole[a:b] for a, b in zip((0, *cuts), cuts, strict=False)]
    return chance.choice((whole, " ".join(parts), "-".join(parts)))


def _bsn(chance: random.Random, language: str) -> str:
    while True:
        body = str(chance.randrange(10_000_000, 99_999_999))
        last = sum((9 - i) * int(d) for i, d in enumerate(body)) % 11
        if last < 10:
            whole = f"{body}{last}"
            return chance.choice((whole, whole, f"{whole[:4]}.{whole[4:6]}.{whole[6:]}"))


def _cnp(chance: random.Random, language: str) -> str:
    century = chance.choice("1256")
    year = chance.randrange(40, 100) if century in "12" else chance.randrange(0, 9)
    day = f"{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    body = f"{century}{year:02}{day}{chance.randrange(1, 47):02}{_digits(chance, 3)}"
    rest = sum(int(w) * int(d) for w, d in zip("279146358279", body, strict=True)) % 11
    return f"{body}{1 if rest == 10 else rest}"


def _email(chance: random.Random, language: str) -> str:
    name = chance.choice(("jan", "ioana.pop", "s.o'neil", "anna_k", "j.de-vries+shop", "x99"))
    return f"{name}@{chance.choice(('example.com', 'mail.example.nl', 'post.example.co.uk', 'EXAMPLE.RO'))}"


def _phone(chance: random.Random, language: str) -> str:
    n = _digits(chance, 8)
    forms = {
        "en": (f"+44 20 {n[:4]} {n[4:]}", f"020 {n[:4]} {n[4:]}", f"(212) 5{n[:2]}-{n[2:6]}", f"07{n[:3]} 9{n[3:]}", f"+447{n}9"),
        "nl": (f"06-{n}", f"06{n}", f"+31 6 {n}", f"0031 6 {n[:4]} {n[4:]}", f"020-7{n[:6]}", f"+31 (0)6 {n[:4]} {n[4:]}"),
        "ro": (
            f"07{n}",
            f"07{n[:2]} {n[2:5]} {n[5:]}",
            f"+40 7{n[:2]} {n[2:5]} {n[5:]}",
            f"021 3{n[:2]} {n[2:4]} {n[4:6]}",
            f"+407{n}",
        ),
    }
    return chance.choice(forms[language])


def _address(chance: random.Random, language: str) -> str:
    number, town = chance.randrange(1, 300), chance.choice(_TOWNS[language])
    forms = {
        "en": (f"{number} Baker Street, {town} NW1 6XE", f"{number} High Road", f"{number} Maple Avenue, Springfield, IL 62704",
               f"Flat 3, {number} Mill Lane, {town}", f"{number} Acacia Close, {town}"),
        "nl": (f"Keizersgracht {number}", f"Dorpsstraat {number}b, 1234 AB {town}", f"3511 LX {number}",
               f"Lange Nieuwstraat {number}-2",
               f"Plein {number}, 1234AB {town}"),
        "ro": (f"str. Mihai Eminescu nr. {number}, bl. A3, sc. 2, ap. 14", f"Bulevardul Unirii {number}, {town}",
               f"Strada Lungă nr. {number}", f"Calea Victoriei {number}, sector 1, București",
               f"Aleea Rozelor nr. {number}, {town}"),
    }  # fmt: skip
    return chance.choice(forms[language])


_MAKERS = {"iban": _iban, "card": _card, "bsn": _bsn, "cnp": _cnp, "email": _email, "phone": _phone, "address": _address}

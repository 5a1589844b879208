"""Postal addresses as people write them in English, Dutch and Romanian: a street with its number, and what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["find_addresses"]

_NAME = r"[^\W\d_][\w'’.-]*"
_TOWN = r"[A-ZÀ-ÖØ-ÞȘȚĂÂÎŞŢ][a-zà-öø-ÿșțăâîşţ'’]+(?:[ -][A-ZÀ-ÖØ-ÞȘȚĂÂÎŞŢ][a-zà-öø-ÿșțăâîşţ'’]+)?"
_COUNTED = (
    r"(?![ ]?(?:%|€|\$|£|x\b|st\.|keer|uur|minu\w*|min\b|dag\w*|we[eg]k\w*|maand\w*|jaar\w*|kilo\w*|k[gm]\b|m\b|stuk\w*|euro?\b"
    r"|pers\w*|hours?|days?|minutes?|weeks?|times?|lei\b|ron\b|ore\b|or[ăa]\b|zile?\b|or[iî]\b|luni?\b|buc\w*))"
)
_HOUSE = rf"\d{{1,5}}(?!\d)(?:[ ]?[-/]?[ ]?[A-Za-z]{{1,2}}(?![\w'])|[-/]\d{{1,4}})?(?![.,:]?\d){_COUNTED}"

_NL_UNITS = "MB|GB|KB|TB|ML|CL|MM|CM|KM|KG|KW|MG|EU|PM|AM|UK|EN|OF|IN|OP|DE|SA|SD|SS|TV|PC|HZ|MS|IS|ER"
_NL_CODE = rf"[1-9]\d{{3}}[ ]?(?!(?:{_NL_UNITS})\b)[A-Z]{{2}}\b"
_NL_KIND = r"straat|str\.|laan|weg|plein|gracht|kade|singel|dijk|steeg|dreef|plantsoen|hof|burgwal|markt|boulevard|pad|park|baan"
_NL_STREET = (
    rf"\b(?:(?:[A-ZÀ-Ö][\w'’.-]*[ ]){{0,3}}[A-ZÀ-Ö][\w'’-]*(?:[ ](?:van|de|der|den)){{0,2}}[ ]?(?:{_NL_KIND})"
    r"|(?!onderweg|snelweg|loopbaan|rijbaan|tijdpad|wagenpark|supermarkt|bouwmarkt|vakantiepark)"
    rf"[a-zà-ÿ]{{3,}}(?:{_NL_KIND})"
    r"|(?:Markt|Plein|Weg|Dijk|Kade|Singel|Dreef|Laan))"
)
_NL = (
    rf"{_NL_STREET},?[ ](?:(?:nr|nummer|huisnummer)[ .:]{{1,2}})?{_HOUSE}"
    rf"(?:[ ,;\n]{{1,3}}{_NL_CODE}(?:[ ,]{{1,2}}{_TOWN})?|,[ ]{_TOWN})?"
    rf"|\b{_NL_CODE}(?:[ ,]{{1,2}}(?:{_TOWN}[ ,]{{1,2}})?(?:(?:nr|huisnummer|nummer)[ .:]{{0,2}})?{_HOUSE}|[ ,]{{1,2}}{_TOWN})"
    rf"|(?i:\b(?:postcode|adres|address)[ :]{{1,2}}(?:is[ ])?)(?P<code>{_NL_CODE})"
)

_EN_SURE = r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Boulevard|Blvd|Crescent|Terrace)\b\.?(?:[ ][NS]?[EW]?\b)?"
_EN_OTHER = r"(?:Drive|Dr|Close|Court|Ct|Way|Place|Pl|Square|Sq|Gardens|Grove|Mews|Parade|Hill)\b\.?"
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[ABD-HJLNP-UW-Z]{2}\b"
_EN_CODE = rf"(?:{_UK_CODE}|[A-Z]{{2}},?[ ]\d{{5}}(?:-\d{{4}})?\b)"
_EN_REST = rf"(?:,?[ ](?i:apt|flat|unit|suite)\.?[ ]\w{{1,5}})?(?:[,\n][ ]?{_TOWN}){{0,2}}(?:[ ,\n]{{1,3}}{_EN_CODE})?"
_EN_NAMED = r"\b\d{1,5}[A-Za-z]?,?[ ](?:[A-Z][\w'’-]*[ ]){1,4}"
_EN_NO_STREET = "on|in|the|of|down|my|your|people|times|minutes|days|hours|metres|meters|miles|long|main|more|other|items|per"
_EN = (
    rf"(?:(?i:\b(?:flat|apt\.?|apartment|unit)[ ]\w{{1,4}},?[ ]))?{_EN_NAMED}"
    rf"(?:{_EN_SURE}|{_EN_OTHER}(?=[ ]?[,\n][ ]?(?:{_TOWN}|{_EN_CODE})|[ ]{_UK_CODE})){_EN_REST}"
    rf"|\b\d{{1,4}}[a-z]?[ ](?!(?:{_EN_NO_STREET})\b)[a-z]{{3,}}[ ](?:street|road|avenue|lane|boulevard)\b"
    rf"(?:[ ,\n]{{1,3}}{_EN_CODE})?"
    rf"|(?i:\b(?:post ?code|zip(?: code)?|address)[ :]{{1,2}}(?:is[ ])?)(?P<uk>{_UK_CODE}|\d{{5}}(?:-\d{{4}})?\b)"
)

_RO_PART = (
    r"(?:[ ,;\n]{1,3}(?:(?:bl|bloc|blocul|sc|scara|et|etaj|etajul|ap|apt|apartament|apartamentul|interfon|sector|sectorul|cam)"
    r"[ .]{1,2}(?:nr[ .]{1,2})?\w{1,5}\b"
    r"|(?:jud|jude[tțţ]|jude[tțţ]ul|loc|localitatea|ora[sșş]|com|comuna|sat)[ .]{1,2}[^\W\d_][\w-]*"
    r"|(?:cod po[sșş]tal|c\.?p\.?)[ .:]{1,2}\d{6}|\d{6}\b))"
)
_RO_KIND = (
    r"\b(?:str\.?|strada|bd\.?|b-dul|bdul\.?|bulevardul|calea|aleea|al\.|[sșş]os\.?|[sșş]oseaua|pia[tțţ]a|intrarea|splaiul"
    r"|prelungirea|fund[aă]tura)"
)
_RO = (
    rf"(?i:{_RO_KIND})[ ]{{0,2}}(?:{_NAME}[ ]){{0,4}}{_NAME},?[ ]{{1,2}}"
    rf"(?i:(?:nr|num[aă]rul|no)[ .:]{{0,2}})?\d{{1,4}}(?!\d){_COUNTED}"
    rf"(?:[ ]?[A-Z]\b)?(?i:{_RO_PART}){{0,8}}(?:,?[ ]{_TOWN}(?:,?[ ]\d{{6}}\b)?)?"
    rf"|(?i:\bbl[ .]{{1,2}}\w{{1,5}}{_RO_PART}{{1,8}})"
    r"|(?i:\bcod(?:ul)? po[sșş]tal[ :]{1,2}(?:este[ ])?)(?P<ro>\d{6})\b"
)
_FORMS = tuple(re.compile(form) for form in (_NL, _EN, _RO))
_HOLDS_NUMBER = re.compile(r"\d")


def find_addresses(text: str) -> Iterator[tuple[str, int, int]]:
    """`address`, start and end of each postal address; those of one form do not overlap.

    >>> text = "Send it to 12 Baker Street, London NW1 6XE please"
    >>> [text[start:end] for _, start, end in find_addresses(text)]
    ['12 Baker Street, London NW1 6XE']
    """
    if not _HOLDS_NUMBER.search(text):
        return
    for form in _FORMS:
        for found in form.finditer(text):
            name = found.lastgroup
            yield "address", found.start(name or 0), found.end(name or 0)

"""What a model's sentence may hold: only figures, ids, addresses and links that stand in what it was given, in the right language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from knowledge.types import Lang

_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.,:/@#%+-]*[A-Za-z0-9])?")
_LINK = re.compile(r"(?:https?://|www\.)[^\s)\]>\"'，。；、]+|\]\(([^)]*)\)", re.IGNORECASE)
_EMAIL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NUMBER = re.compile(r"(?<![A-Za-z0-9])\d+(?:,\d{3})*(?:\.\d+)?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_SPACES = re.compile(r"\s+")
REPEATED: dict[Lang, int] = {"zh": 14, "en": 40}
"""Characters without spaces that nobody says by chance as they stand in a prompt."""
COUNTED = 5
"""Numbers up to here may be counts of what was given: "these 3 lamps"."""


def unsupported(text: str, given: Iterable[str], *, addresses_in: Iterable[str]) -> tuple[str, ...]:
    """Return the figures, codes, e-mail addresses and links of a text that stand in nothing that was given.

    Args:
        text: what a model would say.
        given: the person's words and the results of tools, as text. A number may stand there in hundredths.
        addresses_in: what links and e-mail addresses may come from: not from prose, where anybody may have put them.
    """
    whole = "\n".join(given)
    low = whole.casefold()
    known = "\n".join(addresses_in).casefold()
    numbers = {number for match in _NUMBER.finditer(whole) if (number := _decimal(match[0])) is not None}
    tokens = [match[0] for match in _TOKEN.finditer(text) if any(map(str.isdigit, match[0]))]
    return (
        *(address for address in addresses(text) if address.casefold() not in known),
        *(token for token in tokens if not _supported(token, low, numbers)),
    )


def addresses(text: str) -> tuple[str, ...]:
    """Return the links, targets of Markdown links and pictures, and e-mail addresses of a text."""
    found = (match[0].strip("](").rstrip(").") for match in (*_LINK.finditer(text), *_EMAIL.finditer(text)))
    return tuple(dict.fromkeys(filter(None, found)))


def repeats(text: str, secret: str, lang: Lang) -> bool:
    """Whether a text holds a long piece of another, but for case and spaces: what a model was told is not for the person."""
    said, told = (_SPACES.sub("", each.casefold()) for each in (text, secret))
    length = REPEATED[lang]
    return any(said[place : place + length] in told for place in range(len(said) - length + 1))


def figures(text: str) -> frozenset[str]:
    """Return everything in a text that holds a digit, and its addresses and links: what no rewording may change."""
    tokens = {match[0].replace(",", "") for match in _TOKEN.finditer(text) if any(map(str.isdigit, match[0]))}
    return frozenset(tokens | {match[0] for match in (*_LINK.finditer(text), *_EMAIL.finditer(text))})


def speaks(text: str, lang: Lang) -> bool:
    """Whether a text is in a language; one without words is in any."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if not han and not latin:
        return True
    return han * 2 >= latin if lang == "zh" else latin > han


def _supported(token: str, low: str, numbers: set[Decimal]) -> bool:
    number = _decimal(token)
    if number is None:
        parts = [part for part in re.split(r"[-:/%+]", token) if part != token and any(map(str.isdigit, part))]
        return token.casefold() in low or (bool(parts) and all(_supported(part, low, numbers) for part in parts))
    if number <= COUNTED and number == number.to_integral_value():
        return True
    return number in numbers or number * 100 in numbers


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None

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
COUNTED = 5
"""Numbers up to here may be counts of what was given: "these 3 lamps"."""


def unsupported(text: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return the figures, codes, e-mail addresses and links of a text that stand in nothing that was given.

    Args:
        text: what a model would say.
        given: the person's words and the results of tools, as text. A number may stand there in hundredths.
    """
    whole = "\n".join(given)
    low = whole.casefold()
    numbers = {number for match in _NUMBER.finditer(whole) if (number := _decimal(match[0])) is not None}
    addresses = [match[0] for match in (*_LINK.finditer(text), *_EMAIL.finditer(text))]
    tokens = [match[0] for match in _TOKEN.finditer(text) if any(map(str.isdigit, match[0]))]
    return (
        *(address for address in addresses if address.strip("](").rstrip(")").casefold() not in low),
        *(token for token in tokens if not _supported(token, low, numbers)),
    )


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

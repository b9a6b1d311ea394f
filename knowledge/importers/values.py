"""From the text of a cell to the value of a column: amounts, times, whole numbers, yes and no, lists and options."""

from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from decimal import Decimal, InvalidOperation

from knowledge.importers.base import BadValueError
from knowledge.money import Money, exponent
from knowledge.types import JsonObject

_SIGNS = re.compile(r"^(?:R\$|HK\$|US\$|CN¥|JP¥|[$¥￥€£])\s*|\s*(?:元|[A-Z]{3})$")
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_TRUE = {"true", "yes", "y", "1", "t", "是", "有", "on"}
_FALSE = {"false", "no", "n", "0", "f", "否", "无", "off", ""}
_FORMATS = ("%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d")


def amount(text: str | int | Decimal, currency: str, column: str) -> int:
    """Return an amount in minor units: ``"¥1,299.00"`` of CNY is 129900.

    Raises:
        BadValueError: not a plain decimal number, or with more decimals than the currency has.
    """
    plain = _SIGNS.sub("", text.strip()) if isinstance(text, str) else str(text)
    if not _AMOUNT.fullmatch(plain):
        raise BadValueError(column, f"expected an amount such as 1299.00, got {text!r:.60}")
    value = Decimal(plain.replace(",", ""))
    if value != round(value, exponent(currency)):
        raise BadValueError(column, f"expected at most {exponent(currency)} decimals for {currency}, got {text!r:.60}")
    return Money.of(value, currency).minor


def whole(text: str, column: str) -> int:
    """Return a whole number; ``"2.0"`` counts as one, as spreadsheets write it so."""
    try:
        value = Decimal(text.strip().replace(",", ""))
        if value == value.to_integral_value():
            return int(value)
    except (InvalidOperation, ValueError, OverflowError):
        value = None
    raise BadValueError(column, f"expected a whole number, got {text!r:.60}")


def number(text: str, column: str) -> float:
    """Return a number; ``"95%"`` is 0.95."""
    plain = text.strip()
    try:
        value = Decimal(plain.rstrip("%"))
    except InvalidOperation:
        raise BadValueError(column, f"expected a number, got {text!r:.60}") from None
    if not value.is_finite():
        raise BadValueError(column, f"expected a number, got {text!r:.60}")
    return float(value / 100 if plain.endswith("%") else value)


def flag(text: str, column: str) -> bool:
    """Return true or false; an empty cell is false."""
    plain = text.strip().lower()
    if plain in _TRUE or plain in _FALSE:
        return plain in _TRUE
    raise BadValueError(column, f"expected yes or no, got {text!r:.60}")


def time(text: str, column: str, *, zone: dt.tzinfo = dt.UTC, form: str | None = None) -> dt.datetime:
    """Return an aware UTC time; one without a zone is taken in `zone`. A date alone is its midnight.

    Raises:
        BadValueError: in none of the known forms (ISO 8601, ``2026-11-03 10:14:00 -0400``, ``2026/11/3``, 2026年11月3日).
    """
    value = _parsed_time(text.strip(), form)
    if value is None:
        wanted = form or "2026-11-03 10:14:00"
        raise BadValueError(column, f"expected a time such as {wanted}, got {text!r:.60}")
    try:
        return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        raise BadValueError(column, f"is no time of this world: {text!r:.60}") from None


def _parsed_time(plain: str, form: str | None) -> dt.datetime | None:
    forms = (form,) if form else _FORMATS
    if form is None:
        try:
            return dt.datetime.fromisoformat(plain)
        except ValueError:
            pass  # one of the other forms, then
    for candidate in forms:
        try:
            return dt.datetime.strptime(plain, candidate)  # noqa: DTZ007  (the caller adds the zone)
        except ValueError:
            continue
    return None


def zone(name: str, file: str) -> dt.tzinfo:
    """Return a time zone by its name, such as ``Asia/Shanghai``."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise BadValueError("timezone", f"{file}: there is no time zone {name!r:.60}") from None


def options(text: str, column: str) -> dict[str, str]:
    """Return ``color=red; size=M``, or a JSON object, as options."""
    plain = text.strip()
    if plain.startswith("{"):
        return {str(name): str(value) for name, value in json_object(plain, column).items()}
    found = {}
    for part in filter(None, (part.strip() for part in re.split("[;；]", plain))):
        name, sign, value = re.sub("[：＝]", "=", part).partition("=")
        if not sign or not name.strip():
            raise BadValueError(column, f"expected options such as color=red; size=M, got {text!r:.60}")
        found[name.strip()] = value.strip()
    return found


def names(text: str, column: str) -> list[str]:
    """Return ``a; b``, or a JSON list, as a list of texts."""
    plain = text.strip()
    if plain.startswith("["):
        try:
            found = json.loads(plain)
        except ValueError:
            raise BadValueError(column, f"expected a JSON list, got {text!r:.60}") from None
        return [str(entry) for entry in found]
    return [part.strip() for part in re.split("[;；]", plain) if part.strip()]


def json_object(text: str, column: str) -> JsonObject:
    """Return a JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadValueError(column, f"expected a JSON object, got {text!r:.60}") from None
    if not isinstance(found, dict):
        raise BadValueError(column, f"expected a JSON object, got {text!r:.60}")
    return found


def phone(text: str) -> str:
    """Return the digits of a telephone number, with a leading ``+`` if there is one."""
    digits = re.sub(r"\D", "", text)
    return f"+{digits}" if digits and text.strip().lstrip("'").startswith(("+", "＋")) else digits


def has_chinese(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return re.search("[\u4e00-\u9fff]", text) is not None

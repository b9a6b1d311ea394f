"""What a tool call was about, in few words of both languages: goods, money, address, whatever its result holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dialogue.replies.templates import Templates
from dialogue.tickets.case import LANGS
from knowledge.types import Lang
from tools.evidence import LocalText

_MOST = 240
_TEMPLATES: tuple[tuple[str, str], ...] = (
    ("order", "{{ value }}"),
    ("lines", "{{ value|items }}"),
    ("swaps", "{% for each in value %}{{ each.line|item }} → {{ each.new_options|options or each.new_sku }}{{ '' if loop.last else ', ' }}{% endfor %}"),
    ("reason", "{{ value|reason }}"),
    ("refunds", "{{ value|refunds }}"),
    ("charged", "{{ value|method }}"),
    ("after", "{{ value|address }}"),
    ("title", "{{ value }}"),
    ("tax_id", "{{ value }}"),
    ("email", "{{ value }}"),
    ("code", "{{ value }}"),
    ("coupon_code", "{{ value }}"),
    ("parcels", "{% for each in value %}{{ each.carrier|own }} {{ each.tracking_number }}{{ '' if loop.last else ', ' }}{% endfor %}"),
)  # fmt: skip


def about(result: Mapping[str, Any], arguments: Mapping[str, Any], templates: Templates) -> LocalText:
    """Return what a call was about, as far as its result or else its arguments tell."""
    facts = dict(_facts(result, arguments))
    found: dict[Lang, str] = {}
    for lang in LANGS:
        parts = [templates.render(text, lang, {"value": facts[name]}) for name, text in _TEMPLATES if facts.get(name)]
        joined = ("，" if lang == "zh" else "; ").join(dict.fromkeys(filter(None, parts)))
        found[lang] = joined[:_MOST]
    return LocalText(**found)


def _facts(result: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    order = result.get("order")
    yield "order", (order or {}).get("order_id") or result.get("order_id") or arguments.get("order_id")
    lines = result.get("lines")
    if isinstance(lines, list) and lines and all(isinstance(line, dict) for line in lines):
        yield "lines", [line.get("line") or line for line in lines if line.get("line") or line.get("title")]
    elif isinstance(order, dict) and not result.get("swaps"):
        yield "lines", order.get("lines")
    yield "swaps", result.get("swaps")
    reason = result.get("reason") or arguments.get("reason")
    yield "reason", reason if isinstance(reason, str) else None
    refund = result.get("refund")
    yield "refunds", result.get("refunds") if _parts(result.get("refunds")) else [refund] if _parts([refund]) else None
    yield "charged", result.get("charged") or result.get("method")
    after = result.get("after") or arguments.get("address")
    yield "after", after if isinstance(after, dict) and "line1" in after else None
    for name in ("tax_id", "email", "code"):
        value = result.get(name) or arguments.get(name)
        yield name, value if isinstance(value, str) and not (name == "code" and "code" not in arguments) else None
    coupon = result.get("coupon_code")
    yield "coupon_code", coupon if isinstance(coupon, str) else None
    title = arguments.get("title")
    yield "title", title if isinstance(title, str) else None
    yield "parcels", result.get("parcels")


def _parts(value: Any) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "within_days" in one for one in value)
    )

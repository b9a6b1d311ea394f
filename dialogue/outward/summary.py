"""A case in words, for people who read it elsewhere: what is known, and what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.schema import ConversationEvent, Ticket
from knowledge.types import Lang

LONGEST = 20_000
"""Characters of a transcript; of a longer one the end is kept."""
_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "ticket": "小二工单", "reason": "转人工原因", "priority": "优先级", "queue": "队列", "wants": "诉求", "order": "订单", "tried": "已尝试",
        "said": "对话记录", "shopper": "顾客", "merchant": "商家", "bot": "小二", "agent": "客服", "shop": "小店", "attachments": "附件 {n} 个",
        "claimed": "{who} 在小二工作台领取了这张工单。", "said_by": "{who} 在小二工作台对顾客说：",
        "elsewhere": "没有转给顾客：这张工单由 {who} 在小二工作台处理。", "closed": "没有转给顾客：这张工单已经结案。", "refused": "没有转给顾客：{why}",
    },
    "en": {
        "ticket": "xiaoer ticket", "reason": "Handed over because", "priority": "Priority", "queue": "Queue", "wants": "Wants", "order": "Order",
        "tried": "Tried", "said": "Transcript", "shopper": "Shopper", "merchant": "Merchant", "bot": "Bot", "agent": "Agent", "shop": "Shop",
        "attachments": "{n} attachment(s)", "claimed": "{who} took this ticket at the xiaoer desk.", "said_by": "{who} said to the shopper at the xiaoer desk:",
        "elsewhere": "Not passed on to the shopper: {who} works on this ticket at the xiaoer desk.",
        "closed": "Not passed on to the shopper: this ticket is closed.", "refused": "Not passed on to the shopper: {why}",
    },
}  # fmt: skip


def word(name: str, lang: Lang, **facts: object) -> str:
    """Return a word or sentence of this module's."""
    return _WORDS[lang][name].format(**facts)


def case_text(ticket: Ticket, events: Sequence[ConversationEvent]) -> str:
    """Return summary and transcript of a ticket, in its language."""
    lang: Lang = "en" if ticket.lang == "en" else "zh"
    lines = [f"{word('ticket', lang)} {ticket.id}"]
    lines += [f"{word(name, lang)}: {value}" for name, value in _facts(ticket, lang) if value]
    said = "\n".join(transcript(events, lang))
    kept = said if len(said) <= LONGEST else "…" + said[-LONGEST:]
    return "\n".join([*lines, "", f"{word('said', lang)}:", kept])


def _facts(ticket: Ticket, lang: Lang) -> list[tuple[str, str]]:
    """Return what a ticket says of itself. The one place that looks into its body."""
    body: Mapping[str, Any] = ticket.body
    wants = [str((each.get("title") or {}).get(lang) or each.get("flow") or "") for each in _dicts(body.get("wants"))]
    tried = [f"{each.get('tool')} ({each.get('code') or each.get('status')})" for each in _dicts(body.get("tried"))]
    order = body.get("order")
    return [
        ("reason", ticket.reason),
        ("priority", ticket.priority),
        ("queue", ticket.queue),
        ("wants", ", ".join(filter(None, wants))),
        ("order", order if isinstance(order, str) else ""),
        ("tried", ", ".join(tried)),
    ]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list | tuple) else []


def transcript(events: Sequence[ConversationEvent], lang: Lang) -> list[str]:
    """Return what was said, a line each."""
    lines = []
    for event in events:
        payload = event.payload
        files = word("attachments", lang, n=len(payload["attachments"])) if payload.get("attachments") else ""
        if event.type == "message_received":
            lines.append(f"{word(payload['author'], lang)}: {' '.join(filter(None, (payload['text'], files)))}")
        elif event.type == "replied":
            text = " ".join(filter(None, (each.get("text", "") for each in payload["replies"])))
            lines.append(f"{word(payload['author'], lang)}: {' '.join(filter(None, (text, files)))}")
    return lines

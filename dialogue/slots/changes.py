"""Slot of a staged change that waits: which of several is meant, or all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dialogue.commands import place_of
from dialogue.flows.model import walk
from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from knowledge.words import tokens
from tools.changes.types import ChangeList
from tools.proposals import ProposalView

OFFERED = 8
_SHOWN = 70
_ALL = re.compile(
    r"\b(?:all|every(?:thing)?|both)\b(?! right)|全部|全都|所有|都(?:批|通过|同意|驳|拒|否)|一起批|统统|两个都"
)
_NEWEST = re.compile(r"\b(?:latest|newest|last|most recent)\b|最新|最近|最后|刚才|刚刚")
_OLDEST = re.compile(r"\b(?:oldest|earliest)\b|最早|最先|最老")
_FIRST = re.compile(
    r"\b(?:(?P<en>first|second|third|fourth|fifth)|(?:number|no\.?|#)\s?(?P<n>\d))\b|第(?P<zh>[一二三四五12345])[个条项]?"
)
_NUMBERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_KINDS: Mapping[str, re.Pattern[str]] = {
    "coupon": re.compile(r"\b(?:coupon|voucher)s?\b|券"),
    "price": re.compile(r"\b(?:prices?|repric\w+)\b|价"),
    "stock": re.compile(r"\bstock\b|库存|预警"),
    "risk": re.compile(r"\brisk\b|风险|阈值"),
    "document": re.compile(r"\b(?:documents?|articles?|help page)\b|文档|文章"),
    "text": re.compile(r"\b(?:wording|words|bot|what you say|text)\b|话术|说法|欢迎语"),
}


async def fill_open_change(context: SlotContext) -> Filling:
    """Take the change that is named by its place, its kind or its words, or every one; where several may be meant, ask.

    The value is a list of ids.
    """
    deed = next((step.decide.deed for step in walk(context.flow.steps) if step.decide is not None), "approve")
    found = await context.reader.read("list_changes", {"state": "waiting", "latest_to": deed})
    every = found.changes if isinstance(found, ChangeList) else ()
    mine = [each for each in every if deed in each.can]
    if not mine:
        return DeadEnd(f"nothing_to_{deed}", {"others": len(every)})
    low = context.frame.text.lower()
    meant = _meant(low, mine)
    if _ALL.search(low) or len(meant) == 1:
        return Filled([each.id for each in (meant or mine)])
    choices: list[tuple[str, object]] = [(_shown(each, context), [each.id]) for each in (meant or mine)[:OFFERED]]
    every_one = {"zh": f"全部（{len(meant or mine)} 项）", "en": f"All of them ({len(meant or mine)})"}[context.lang]
    choices.append((every_one, [each.id for each in (meant or mine)]))
    return Question(context.question("ask.choice"), tuple(choices))


def _meant(low: str, waiting: Sequence[ProposalView]) -> list[ProposalView]:
    """Return those that the words fit: newest first, as they are shown."""
    if len(waiting) == 1:
        return list(waiting)
    kinds = [kind for kind, words in _KINDS.items() if words.search(low)]
    fitting = [each for each in waiting if any(kind in each.tool for kind in kinds)] if kinds else []
    said = set(tokens(low)) - set(tokens("approve reject change proposal waiting 批准 通过 驳回 改动"))
    shared = {each.id: len(said & set(tokens(_words(each)))) for each in fitting or waiting}
    most = max(shared.values())
    best = [each for each in fitting or waiting if shared[each.id] == most > 0]
    fitting = best if best and len(best) < len(fitting or waiting) else fitting
    ranked = fitting or list(waiting)
    if (place := _FIRST.search(low)) is not None:
        number = int(place["n"] or 0) or _NUMBERS.get(place["en"] or place["zh"] or "", 0) or int(place["zh"] or 0)
        at = place_of(number, len(ranked))
        return [ranked[at]] if at is not None else []
    if _OLDEST.search(low):
        return [ranked[-1]]
    if _NEWEST.search(low):
        return [ranked[0]]
    return fitting


def _words(change: ProposalView) -> str:
    told = " ".join(f"{each.what.zh} {each.what.en} {each.before} {each.after}" for each in change.changes)
    return f"{told} {' '.join(map(str, change.arguments.values()))}"


def _shown(change: ProposalView, context: SlotContext) -> str:
    lines = [
        f"{each.what.zh if context.lang == 'zh' else each.what.en}: {each.before or '–'} → {each.after or '–'}"
        for each in change.changes
    ]
    line = "; ".join(lines)
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"

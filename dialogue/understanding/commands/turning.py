"""The turn from one procedure to another for the same goods, and back: "swap them for a 27 rather", 不换，退，支付宝.

A return, an exchange and a cancellation of the same goods exclude one another. Who runs one of them turns to another by asking for it
in a clause of its own, where another clause lets go of what runs, or the words say that it comes in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialogue.commands import Affirm, Choose, Command, Provide, StartFlow
from dialogue.understanding import phrases, polarity
from dialogue.understanding.commands.as_before import pointed_back
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.reading import Reading

GENERIC = 0.3
"""Score of a word for anything at all."""
_RATHER = re.compile(
    r"\b(?:rather|instead|after all|actually|nah|on second thoughts?|better|back to|still)\b|还是|仍|依[然旧]|算了|想想|改回|改(?:[为成办]|走)?(?=[换退取])|不如|要不|干脆|直接|那就|按原来|^\W*(?:or|或者|要么)\b"
)
"""By which somebody turns from one to the other."""
_STILL = re.compile(r"\bstill (?:want|need|like|going|wish)\b|还是(?:想|要|得|[按办退换])|仍|依[然旧]")
_FAMILIES: dict[str, tuple[frozenset[str], re.Pattern[str]]] = {
    "return_items": (
        frozenset({"return_items"}),
        re.compile(
            r"\breturn(?!ed)\w*|\b(?:send|give|sending|giving|ship)\b[^,.;]{0,24}\bback\b|\b(?:want|need|have|get|give me|prefer|rather)\b[^,.;]{0,12}\b(?:my|the) (?:money|cash)\b|\brefund(?:ed|s)?\b(?! (?:to|on|goes|should|method|way|details?)\b)|\bmoney back\b|\b(?:go|goes|going) back(?! to)"
            r"|退(?:货|掉|款(?!的?(?:方式|渠道|账户))|了|回去|吧|钱(?=[吧了算得好]|\W*$))|寄回|(?<![钱款价])退(?![到回去给我]{0,3}(?:原|支付宝|微信|信用|礼品|银行|卡|我的))(?!钱|差|补|换|款)"
        ),
    ),
    "exchange_items": (
        frozenset({"exchange_items", "change_items"}),
        re.compile(
            r"\b(?:exchang|swap)\w*|\btrade\b|\breplace(?:ment|d)?\b|\b(?:have|get|take) (?:it|them|those|these|one|the \w+)\b[^,.;]{0,16}\bin (?:an? |size )?(?=\w)|换货?"
        ),
    ),
    "cancel_order": (frozenset({"cancel_order"}), re.compile(r"(?<!noise[ -])\bcancel\w*|取消|撤单")),
}  # fmt: skip
"""A procedure -> those that count as it, and the words that ask for it."""
_LETS_GO = re.compile(
    r"\b(?:no|not|never|nvm|without|forget|leave(?= (?:the|that|this|my|exchang\w+|swap\w*|return\w*|refund\w*)\b)|scrap|skip|drop|cancel|stop|nix|rather than|instead of|(?<=\s)than(?= (?:my|the|a|any|get|getting|have|having|return|returning|send|sending)\b))\b|n't\b|就算了|(?<!要)不(?![如然变])|别(?![的处家人款种])|甭|免了|取消"
    r"|\b(?:hassle|bother|faff|complicated)\b|太?麻烦(?!你|您|帮|给|把|一下|请|取消|退|换|改|撤|停|办|查)|太?折腾|([退换])(?:什么|啥)(?:\1)"
)
"""By which a clause lets go of what it names: it refuses it, or finds it too much trouble."""
_OPENING_NO = re.compile(
    r"^\W*(?:(?:ugh|oh|ah|hm+|wait|actually|sorry|ok|okay|well)\b\W*)*(?:no+|nah|nope)\b(?:\W*(?:hang on|hold on|wait|sorry|actually)\b)*(?=\W*(?:i|i'm|we|just|please|pls|let|you|go|give|can|it)\b)"
)
"""A no to what went before, not to what the clause asks for: "ugh no i want my money back"."""
_AS_PLANNED = re.compile(r"\bas (?:i said|planned)\b|\blike i said\b|\bthe original\b|按(?:照)?(?:刚才|之前|原来|前面)")
_CLAUSE = re.compile(r"[,，。.;；!！?？…\n]+\s*|\s+(?:but|so|and|then)\s+|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def turned(reading: Reading) -> StartFlow | Provide | Affirm | None:
    """Return the rival of what runs that is wanted in its place; what runs itself where it is a rival that is let go of."""
    low, active = reading.text.low, reading.view.active_flow or ""
    mine = next((flow for flow, (flows, _) in _FAMILIES.items() if active in flows), None)
    asks = phrases.is_question(low.strip()) and not phrases.asks_for_it(re.sub(r"^\W*or\b", "", low))
    if (
        mine is None or asks or polarity.read(low).sense in {"yes", "yes_but"}
    ):  # what follows puts right what is agreed to
        return None
    reading = _without_refused_versions(reading)
    low = reading.text.low
    wanted, let_go = _clauses(low)
    if mine == "return_items" and _wants_a_version(reading):
        wanted = wanted | {"exchange_items"}
    others = wanted - let_go
    given_up = reading.view.given_up or ""
    if not others and mine in let_go and given_up in _FAMILIES and given_up != mine and _goes_on(reading):
        others = {given_up}
    if others == {mine} and not _names_others(reading) and (let_go - {mine} or _STILL.search(low)):
        # "Never mind the exchange, just return the jeans", said while the return runs.
        if reading.view.pending is not None and reading.view.pending.slot == "@repair" and not reading.told():
            return Affirm(text=reading.words(), score=0.85, source="pattern")  # asked what shall be different
        return Provide(entities=reading.told(), text=reading.words(), score=0.85, source="pattern")
    if len(others) != 1 or mine in others or _names_others(reading):
        return None
    flow = next(iter(others))
    if (
        mine not in let_go
        and not _wants_a_version(reading)
        and not _RATHER.search(low)
        and reading.view.given_up != flow
    ):
        return None
    return StartFlow(flow=flow, entities=reading.told(), text=reading.words(), score=0.85, source="pattern")


def chosen(reading: Reading) -> list[Command] | None:
    """Return the one choice that says to do what a clause asks for, and none lets go of: 换货就算了，直接退吧, asked what shall be done."""
    question, low = reading.view.pending, reading.text.low
    if (
        question is None
        or question.kind in {"confirm", "offer"}
        or question.multiple
        or phrases.is_question(low.strip())
    ):
        return None
    does = [_clauses(label.lower())[0] for label in question.choices]
    if sum(map(bool, does)) < 2 or _names_others(reading):
        return None
    wanted, let_go = _clauses(low)
    left = wanted - let_go
    places = [place for place, flows in enumerate(does) if flows & left]
    if len(places) != 1 or not left <= does[places[0]]:
        return None
    choice = Choose(indexes=(places[0],), text=reading.words(), score=0.9, source="choice")
    beside = tuple(item for item in reading.told() if item.type in {"option", "payment_method"})
    return [choice, Provide(entities=beside, text=reading.words(), source="pending")] if beside else [choice]


def lets_go(low: str, label: str) -> bool:
    """Whether words refuse what a choice says to do, and ask for it nowhere: 不退不换 picks neither."""
    wanted, let_go = _clauses(low)
    does = _clauses(label.lower())[0]
    return bool(does & let_go) and not does & (wanted - let_go)


_NEAR = 2
"""Characters from another refusal to what it is said of: 不退不换 refuses both."""


def is_rival(one: str | None, other: str) -> bool:
    """Whether two procedures exclude one another for the same goods."""
    families = [next((name for name, (flows, _) in _FAMILIES.items() if flow in flows), None) for flow in (one, other)]
    return None not in families and families[0] != families[1]


def lets_go_of_what_runs(low: str, flow: str) -> bool:
    """Whether a clause lets go of the procedure that runs by its name: 不换了."""
    mine = next((name for name, (flows, _) in _FAMILIES.items() if flow in flows), None)
    return mine in _clauses(low)[1]


_WANTS_ONE = re.compile(
    r"\b(?:have|get|take|want|prefer|like|try|give me|send me|swap|switch)\b(?: (?:it|them|these|those|to|for|in|an?|one|the|size|it in|just|rather|instead))*\W*$|(?:要|拿|给我|来|换)(?:一?[双件个条])?$"
)


_MAY_FIT = re.compile(
    r"\W*(?:one )?(?:would|might|could|should|may) (?:fit|suit|do|work|be (?:better|fine|ok|okay|right|good))\b|[号码]?的?(?:应该|可能|也许|没准|估计|大概)(?:就|更|会)?(?:合适|能穿|可以|行|刚好|好)"
)


def _wants_a_version(reading: Reading) -> bool:
    """Whether another version of the goods is asked for where they were to be sent back: "I'd sooner have a 27"."""
    low, options = reading.text.low, [item for item in reading.told() if item.type == "option"]
    told = any(same(item, one) for item in options for one in reading.view.said)
    wanted = any(
        not item.value.get("negated") and (_WANTS_ONE.search(low[: item.start]) or _MAY_FIT.match(low[item.end :]))
        for item in options
    )
    return wanted and not told and not {"swaps", "options"} & set(reading.view.flow_slots.values())


_REFUSES_ONE = re.compile(
    r"\b(?:forget|never ?mind|nvm|scrap|skip|drop|ditch|no|not|leave)\b(?: about)?(?: (?:the|that|this|an?|size|in|for))*\s*$|(?:不要|别要?|不用)(?:那?[个双条件])?$"
)


def _without_refused_versions(reading: Reading) -> Reading:
    """Leave out versions that are let go of, with what lets go of them: "forget the 27 I want the refund" refuses no refund."""
    low, gone = reading.text.low, list[tuple[int, int]]()
    for item in reading.told():
        refused = _REFUSES_ONE.search(low[: item.start]) if item.type == "option" else None
        if refused is not None:
            gone.append((refused.start(), item.end))
    return reading.without(gone)


def _goes_on(reading: Reading) -> bool:
    """Whether the message says how the money shall go, or that it shall be as before: 不换了，按刚才说的退到支付宝."""
    paid = any(item.type == "payment_method" for item in reading.told())
    return paid or _AS_PLANNED.search(reading.text.low) is not None or pointed_back(reading.text.low) is not None


def _clauses(low: str) -> tuple[set[str], set[str]]:
    """Return the procedures that clauses ask for, and those that they let go of."""
    wanted: set[str] = set()
    let_go: set[str] = set()
    for clause in (_OPENING_NO.sub("", one) for one in _CLAUSE.split(low)):
        found = {flow: match.start() for flow, (_, words) in _FAMILIES.items() if (match := words.search(clause))}
        refusals = list(_LETS_GO.finditer(clause))
        if refusals and all(one[0] in {"cancel", "取消"} for one in refusals):
            # 退货先取消 cancels the return
            refusals = refusals if found.keys() - {"cancel_order"} else []
            found.pop("cancel_order" if refusals else "", None)
        refused = _refused(found, refusals[0].end()) if refusals else set()
        refused |= {flow for flow, place in found.items() for one in refusals[1:] if 0 <= place - one.end() <= _NEAR}
        let_go |= refused
        wanted |= found.keys() - refused
    return wanted, let_go


def _refused(found: Mapping[str, int], after: int) -> set[str]:
    """Return what a refusal that ends at a place is said of: of several procedures the first behind it, 能换41码我就不退了."""
    behind = {flow: place for flow, place in found.items() if place >= after}
    return {min(behind, key=lambda flow: behind[flow])} if len(found) > 1 and behind else set(found)


def _names_others(reading: Reading) -> bool:
    """Whether other goods, or another order, are named than those that were told before."""
    told = [item for item in reading.told() if item.type in {"product", "order_ref", "sku"} and item.score > GENERIC]
    return any(not any(same(item, before) for before in reading.view.said) for item in told)

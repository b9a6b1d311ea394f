"""Corrections that are known by what is settled: a value that holds beside another for the same thing, or another one alone.

"The 30 was for someone else, we need 27": of two sizes the one that was told before gives way, whatever the words around it are.
Which of them does is for `dialogue.replaced` to say, which sees the records.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from dialogue.commands import Correct, Entity
from dialogue.understanding import pending, phrases, polarity, segments
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.declined import declined
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.stances import Situation, Span

LONGEST = 160
"""Characters from which a message tells a story."""
_GENERIC = 0.3
_SLOTS: dict[str, frozenset[str]] = {
    "product": frozenset({"order", "order_optional", "order_lines", "product"}),
    "order_ref": frozenset({"order", "order_optional"}),
    "option": frozenset({"swaps", "options"}),
    "payment_method": frozenset({"payment_method"}),
    "reason": frozenset({"reason"}),
    "email": frozenset({"email"}),
    "tax_id": frozenset({"tax_id"}),
    "address": frozenset({"address"}),
}
"""What is told -> the slots that it is a value for."""
_GOODS = frozenset({"product", "order_ref"})
_OF_NO_GOODS = frozenset({"payment_method", "address", "email", "tax_id", "reason"})
_WRITTEN = frozenset({"email", "tax_id"})
"""What is told letter by letter."""
_FAMILY: dict[str, frozenset[str]] = {
    "return_items": frozenset({"return"}),
    "exchange_items": frozenset({"exchange", "change", "make"}),
    "change_items": frozenset({"exchange", "change", "make"}),
    "cancel_order": frozenset({"cancel"}),
    "request_invoice": frozenset({"invoice"}),
    "price_protection": frozenset({"price"}),
}
_OTHER_WISHES = frozenset({"cancel", "return", "exchange", "invoice", "price", "coupon", "compare"})
"""Families of verbs by which another procedure is asked for."""
_ADDS = re.compile(
    r"\b(?:also|too(?=\W*$|\s*[,.;!?])|as well|in addition|plus|both|and then)\b|还有|还要(?![用穿戴留住]|是)|也|另外(?![一那]|的)|再加|一起|一块儿|都|顺便|同时"
)
_TOGETHER = re.compile(r"^\W*(?:and|or|&|\+|和|跟|与|或|以及|、)\W*(?:the|my|a|an)?\W*$|^\W*$")
"""Between two values that are wanted together, or one of which would do."""
_KEEPS = re.compile(r"留着?|\bkeep(?:ing)?\b|\bhold(?:ing)? on to\b")
"""Before what goods are now, this calls a change off; before a value that was told, it goes back to that."""
_POINTS = re.compile(r"^(?: order| one)\b(?! (?:to|for|into)\b)|^(?:的?那[一个]?[单个件笔]|的?那?个?订单)")
"""Behind goods by which an order is meant: "switch to the keyboard order"."""
_OF_KINDS = re.compile(r"(?:新的?)?(?:颜色|尺码|尺寸|码|号|款|别的|其他|问题|事)")
"""What is counted that are no goods: 换一个颜色."""
_DO = re.compile(r"^\W*do (?:the|it|that|this|my|those|these)\b")
"""A request that begins as a question does."""
_CLAUSE = re.compile(r"(?:[,，。;；!！\n]|\.(?!\w))+\s*|(?<=[?？])\s*(?=\w)|(?<=[\u3400-\u9fff])\s+(?=\w)")
_TOO = re.compile(
    r"^\W*(?:[号码]|is|are|was|'s|runs?|feels?|有点|有些|稍微|确实|真的|的)*\W*(?:a (?:bit|little) |far |way )?(?:too\b|太|偏|不合|小了|大了|紧|松了|won't|will never|would(?! (?:you|i|it|that)\b))"
)


def replaced(reading: Reading) -> Correct | None:
    """Return the correction of a value that holds; None where the message does nothing of the kind."""
    low, view = reading.text.low, reading.view
    if view.active_flow is None or len(low.strip()) > LONGEST or (_asks(low) and not _suggests(reading)):
        return None
    reading = _no_and_a_value(reading)
    told = [item for item in reading.told() if _fits(item, reading)]
    contrasted = {kind for kind in _SLOTS if _is_contrasted(kind, told, reading)}
    adds = _ADDS.search(low) is not None
    if adds or view.active_flow in view.waiting or _wants_something_else(reading):
        contrasted -= _GOODS
    if polarity.read(low).sense == "yes" and not contrasted:
        return None
    if not contrasted and not adds and (counts := _another_count(reading) or _other_lines(reading)):
        return Correct(entities=counts, text=reading.words(), score=0.9, source="pattern")
    if not (contrasted or _is_another_value(reading, told) or _only_refuses(reading, told)):
        return None
    gone = [item for kind in contrasted for item in _taken_back(kind, told, reading)]
    gone += declined(reading) if contrasted & _GOODS else ()
    if contrasted and contrasted <= _OF_NO_GOODS:
        # "Alipay needs a top-up, so PayPal" names no tops.
        gone += [
            item for item in reading.told() if item.type == "product" and not any(same(item, one) for one in view.said)
        ]
    slot = phrases.slot_named(low)
    kept = tuple(
        item
        for item in reading.told()
        if item not in gone
        and (
            item.type != "reason" or "reason" in contrasted or slot == "reason" or _puts_the_reason_right(reading, told)
        )
        and not (item.type == "quantity" and _HAS.search(low[: item.start]))
    )
    return Correct(entities=kept, slot=slot, text=reading.words(), score=0.9, source="pattern")


_HAS = re.compile(r"(?<!没)有$|\b(?:have|got|own)\s$")
"""Before what one has already: 黑的我都有两件了."""


def _asks(low: str) -> bool:
    """Whether the last clause asks something, and not for the correction to be made."""
    last = [one for one in _CLAUSE.split(low) if one.strip()][-1:]
    asked = any(phrases.is_question(one.strip()) and not _DO.match(one) for one in last)
    return asked and not any(phrases.asks_for_it(one) for one in (low, *last))


_PERHAPS = re.compile(
    r"(?:\b(?:hm+|um+|oh|ok|so|or|and|can|could|would|be|possible|doable|lah|ah|eh|maybe|perhaps|possibly|better|rather|actually|instead|what about|how about|what if it(?:'s| is| was)|would it be|could it be|can it be|should it be|make it|why not|then|an?|the|in|for|size|one)\b"
    r"|要不然?|还是|或者|不如|能不能|可不可以|[能可]以?(?=[换改给帮])|给我|帮我|麻烦|[换改退用付走]|[成到]|[的呢吗码号吧那不么]|怎么样|如何|好[点些]|更好|会不会|是不是|是|可以|行|[嗯唉诶哎呃])"
)
"""All that stands around a value that is suggested: "hmm, maybe better a 29?", 43号的能换不."""


def _suggests(reading: Reading) -> bool:
    """Whether a question is nothing but another value; what stands before its clause may be why, and asks nothing itself."""
    low = reading.text.low
    for item in reading.told():
        low = low[: item.start] + " " * (item.end - item.start) + low[item.end :]
    starts = [0, *(match.end() for match in _CLAUSE.finditer(reading.text.low))]
    last = next(start for start in reversed(starts) if re.search(r"\w", reading.text.low[start:]) or not start)
    asked = any(phrases.is_question(one.strip()) for one in _CLAUSE.split(reading.text.low[:last]))
    place = 0 if asked else last
    return any(item.start >= place for item in reading.told()) and not re.search(r"\w", _PERHAPS.sub(" ", low[place:]))


def _no_and_a_value(reading: Reading) -> Reading:
    """Read "no black", said of what is to be green now, as a no and a value: it refuses nothing that is settled."""
    told = reading.told()
    if len(told) != 1 or not told[0].value.get("negated") or not _NO_ALONE.fullmatch(reading.text.low[: told[0].start]):
        return reading
    only = told[0]
    before = [one for one in reading.view.said if one.type == only.type]
    if not _POLITELY.fullmatch(reading.text.low[only.end :]) or any(same(only, one) for one in _holding(before, only)):
        return reading
    wanted = only.model_copy(update={"value": {key: one for key, one in only.value.items() if key != "negated"}})
    return dataclasses.replace(reading, entities=[wanted if item is only else item for item in reading.entities])


_NO_ALONE = re.compile(
    r"\W*(?:(?!(?:is|are|was|got|have|has|had|want|need|with|do|but|say|said|there)\b)[a-z]{1,8}\W+){0,2}(?:no+|nah|nope)\W+(?:the )?"
)
"""A no behind what one cries out: "ew no black"."""
_POLITELY = re.compile(r"\W*(?:(?:final(?:ly)?|pls|please|thanks|thx|then|instead|after all|lol|sorry)\b\W*)*")


def _fits(item: Entity, reading: Reading) -> bool:
    """Whether a mention is a value of a slot of the running procedure, which is not what it asks for just now."""
    slots = _SLOTS.get(item.type, frozenset()) & set(reading.view.flow_slots.values())
    question = reading.view.pending
    asked = question is not None and item.type in pending.ANSWERS.get(question.slot_type, frozenset())
    return bool(slots) and not asked and item.score > _GENERIC


def _is_contrasted(kind: str, told: Sequence[Entity], reading: Reading) -> bool:
    """Whether a value that was told before stands beside another one that was not, or that was replaced since."""
    held, new = _parted(kind, told, reading)
    return any(not _TOGETHER.match(_between(reading, one, other)) for one in held for other in new)


def _parted(kind: str, told: Sequence[Entity], reading: Reading) -> tuple[list[Entity], list[Entity]]:
    """Return the values of a kind that were told before, and the others."""
    values = [item for item in told if item.type == kind]
    before = [item for item in reading.view.said if item.type == kind]
    held = [item for item in values if any(same(item, one) for one in _holding(before, item))]
    new = [item for item in values if item not in held and not item.value.get("negated")]
    return held, [item for item in new if kind != "option" or any(_of_one_key(item, one) for one in held)]


_STAYS_WITH = re.compile(
    r"(?:还是|保持|照旧|[换改退]回|\b(?:stay(?:ing)?|stick(?:ing)?|go(?:ing)?) (?:with|to|for)|\b(?:keep|leave|put) (?:it|them)(?: (?:on|at|in|to))?|\bback to)\W*(?:(?:用|要|给我|帮我|换|改|退|选|[成到]|the|my|a|an|size)\W*)*$"
)
_IT_IS = re.compile(r"^\W*(?:(?:one|card|[号码]) )?(?:it is|it stays|stays|after all|is (?:fine|ok|okay|good))\b")
_THINKS_BETTER = re.compile(
    r"(?:^|[,.;:!?…–—-]|\s)\s*(?:(?:oh|ah|er+m?|eh|hm+|um+|uh|ugh|well|and|but)\W+)*(?:no+|nah|nope|wait|hang on|hold on|actually|sorry|soz|on (?:second thoughts?|reflection)|correction|rather|(?:scrap|scratch|forget|ignore|strike|never ?mind) (?:that|it|i said)|after all)\b"
    r"|(?:^|[,，。;；!！?？…\s吧呢吗])(?:[啊哦唉哎呃额嗯诶哈]*)(?:不了?(?=[,，。!！…\s]|$)|不对|算了|等等|等下|更正|改口|收回|说错|还是|想了想|想想)"
)
"""At the head of a clause between two values, it takes the first back: "green ... no, black", 43码，更正一下，41."""
_NOT_WANTED = re.compile(
    r"(?:n't|\bnot\b|\bnever\b|\bhate\b|\binstead of\b|\bthan\b|\b(?:said|wrote|typed|put|picked|asked for)\b|不喜欢|不要|别|不想|不是|[写说点选填]的|怎么会)[^,.;!?，。；！？]{0,16}$"
)
_PAST = re.compile(
    r"^\W*(?:(?:one|card|order)\b\W*)?(?:was|were|isn't|doesn't|won't|looks?|seems?|is (?:for|what i (?:said|wrote|typed)))\b|^[号码色的]*(?:是我?(?:写|说|点|选|填)错|不)"
)
"""Said around a value, it is not the one that is wanted after all."""
_LAST_WORD = re.compile(
    r"^\W*(?:(?:one|order|please|pls|plz|after all|then|instead|it is|thanks|thx)\b\W*|那?[个件条双单]|订单|[吧呢啊好了的就]|谢谢)*\W*$"
)


def _thinks_better_of_it(kind: str, low: str, new: Entity, last: Entity) -> bool:
    """Whether a new value is taken back before the one that holds is named, which nothing speaks against.

    Goods that are named in passing may be told of: of them it is only said so where the message ends with them.
    """
    if not _THINKS_BETTER.search(low[new.end : last.start]):
        return False
    behind = low[last.end :]
    refused = last.value.get("negated") or _NOT_WANTED.search(low[: last.start]) or _PAST.match(behind)
    if refused or _TOO.match(behind):
        return False
    return kind not in _GOODS or _LAST_WORD.match(behind) is not None


def _taken_back(kind: str, told: Sequence[Entity], reading: Reading) -> list[Entity]:
    """Return new values that the message itself takes back for the one that holds: "make it green, hmm no hang on, I'll stay with black"."""
    low = reading.text.low
    held, new = _parted(kind, told, reading)
    if not held or not new or held[-1].start < new[0].start:
        return []
    last, anew = held[-1], phrases.said_anew(low)
    returned = kind not in _GOODS and (_STAYS_WITH.search(low[: last.start]) or _IT_IS.match(low[last.end :]))
    after = anew is not None and last.start >= anew > max(item.start for item in new)
    if _refused_since(told, new, last) or _only_once_thought(low, new, last):
        return new
    if returned or after or (new[-1].end <= last.start and _thinks_better_of_it(kind, low, new[0], last)):
        return new
    disliked = [item for item in new if _DISLIKED.match(low[item.end :])]
    return [item for item in new if any(same(item, one) for one in disliked)]


def _refused_since(told: Sequence[Entity], new: Sequence[Entity], last: Entity) -> bool:
    """Whether the new value is refused itself before the one that holds is named again: "not black but green... not green, I do mean black"."""
    refused = [item for item in told if item.type == last.type and item.value.get("negated") and item.end <= last.start]
    again = any(same(item, one) and item.start > one.end for item in refused for one in new)
    return again and not last.value.get("negated")


_ONCE = re.compile(
    r"(?:本来|原本|本想|原想|原先|一开始|起初|刚开始|差点)[^，。,;；]{0,8}$|\b(?:was|were) (?:going|about|tempted|planning|thinking) (?:to|of)\b[^,.;]{0,20}$|\b(?:nearly|almost|first) (?:said|went|asked|took|thought)\b[^,.;]{0,16}$"
)
"""Before what somebody thought of first: 本来想说43的."""


def _only_once_thought(low: str, new: Sequence[Entity], last: Entity) -> bool:
    """Whether the new value was only thought of before the one that holds: 本来想说43的，一琢磨还是41."""
    between = low[new[-1].end : last.start]
    amiss = re.search(r"[打写说选点填看]?错|\b(?:typed|wrote|said|put|picked)\b", between)
    kept = not amiss and not last.value.get("negated") and not _PAST.match(low[last.end :])
    return bool(kept and last.start > new[-1].end and _ONCE.search(low[: new[0].start]))


_DISLIKED = re.compile(
    r"^(?:[色码号]的?|的)?\W*(?:(?:one|is|'s|looks?|it)\W+)*(?:not (?:so |that |very )?(?:nice|good|great|right|for me|my)|ugly|awful|不好看|难看|不行|太丑|丑|还?是?(?:不[要换用]|算|免)了)"
)
"""Said behind a value that is not to be had."""


def _holding(before: Sequence[Entity], item: Entity) -> Sequence[Entity]:
    """Return what was told before that still holds: of the values of an option, a way of paying or a reason the last."""
    if item.type in _GOODS:
        return before
    told = [one for one in before if not one.value.get("negated") and (item.type != "option" or _of_one_key(one, item))]
    return told[-1:]


def _of_one_key(one: Entity, other: Entity) -> bool:
    keys = [{str(item.value.get("key") or ""), *map(str, item.value.get("keys", ()))} - {""} for item in (one, other)]
    return not keys[0] or not keys[1] or bool(keys[0] & keys[1])


def _between(reading: Reading, one: Entity, other: Entity) -> str:
    first, second = sorted((one, other), key=lambda item: item.start)
    return reading.text.low[first.end : second.start]


def _wants_something_else(reading: Reading) -> bool:
    """Whether a clause asks for another procedure than the one that runs."""
    mine = _FAMILY.get(reading.view.active_flow or "", frozenset())
    families = {segments.cue(clause) for clause in _CLAUSE.split(reading.text.low)}
    others = families & (_OTHER_WISHES - mine)
    return bool(others) and not (families & mine and phrases.corrects(reading.text.low))


def _is_another_value(reading: Reading, told: Sequence[Entity]) -> bool:
    """Whether another value than the one that waits for a yes is named: "27.", 裙子还是合身的好看，M码, "e-mail: emma@brightside.studio"."""
    question, low = reading.view.pending, reading.text.low
    if question is None or question.kind != "confirm":
        return False
    if _says_how_or_why(reading, told):
        return True
    if segments.cue(low) in {"return", "cancel"}:
        return False
    for item in told:
        if (
            item.type == "option"
            and item.value.get("value")
            and not item.value.get("negated")
            and not _TOO.match(low[item.end :])
        ):
            before = [one for one in reading.view.said if one.type == "option" and one.value.get("value")]
            held = _holding(before, item)
            stays = _KEEPS.search(low[: item.start]) and not any(same(item, one) for one in before)
            if held and not stays and not any(same(item, one) for one in held):
                return True
        if item.type in _GOODS and _is_another_order(reading, item):
            return True
        if item.type == "address" and ("said_before" in item.value or _is_elsewhere(reading, item)):
            return True
        if item.type in _WRITTEN and str(item.value.get("text", "")).lower() not in _settled(reading, item.type):
            return True
    return False


def _says_how_or_why(reading: Reading, told: Sequence[Entity]) -> bool:
    """Whether another way of paying is named, also with the verb of what runs, or the reason is put right: 那退礼品卡, 原因应该写质量问题."""
    named = phrases.slot_named(reading.text.low) == "reason" or _puts_the_reason_right(reading, told)
    before = [one for one in reading.view.said if one.type == "payment_method"]
    paid = [one for one in told if one.type == "payment_method" and not one.value.get("negated")]
    another = bool(before) and any(not any(same(item, one) for one in before[-1:]) for item in paid)
    return another or (named and any(item.type == "reason" for item in told))


def _puts_the_reason_right(reading: Reading, told: Sequence[Entity]) -> bool:
    """Whether another reason than the one that was told is put in its place: 我不是不喜欢，是背带开线了."""
    before = [one for one in reading.view.said if one.type == "reason"][-1:]
    new = [one for one in told if one.type == "reason" and not one.value.get("negated")]
    others = bool(before) and any(not any(same(item, one) for one in before) for item in new)
    return others and phrases.corrects(reading.text.low)


def _is_another_order(reading: Reading, item: Entity) -> bool:
    """Whether goods are pointed to whose order shall be meant instead: "switch to the keyboard order", "ugh no dress", 还是取消灰色卫衣订单."""
    low, view = reading.text.low, reading.view
    if "order" not in view.flow_slots.values() or any(same(item, one) for one in view.said) or _ADDS.search(low):
        return False
    cue, mine = segments.cue(low), _FAMILY.get(view.active_flow or "", frozenset())
    switches = _SWITCHES.search(low[: item.start]) is not None
    instead = switches and cue == "exchange" and "swaps" not in view.flow_slots.values()
    points = _POINTS.match(low[item.end :]) is not None and (cue in {None, "change", "make"} or instead)
    no = _NO.search(low[: item.start]) is not None and cue is None
    return points or no or (cue in mine and phrases.corrects(low))


_SWITCHES = re.compile(r"换成?(?:取消)?$|\bswap (?:it )?(?:to|for) (?:the )?$")
"""Before another order, it names that one instead: 换成键盘那单, said while an order is cancelled."""
_NO = re.compile(r"^\W*(?:\w{2,4}\W+)?(?:no+|nope|nah|不|不对|不是)\W+(?:the |it's |my )*$")
_REFUSED = re.compile(r"(?:\bnot|n't|不是|并非|非)\W*(?:the |my |that )?$")


def _only_refuses(reading: Reading, told: Sequence[Entity]) -> bool:
    """Whether the goods of an order that waits for a yes are said not to be the ones: 是别的，不是卫衣."""
    question, low, view = reading.view.pending, reading.text.low, reading.view
    goods = [item for item in told if item.type in _GOODS]
    if question is None or question.kind != "confirm" or "order_lines" in view.flow_slots.values() or view.waiting:
        return False
    refused = [_REFUSED.search(low[: item.start]) and any(same(item, one) for one in view.said) for item in goods]
    return bool(refused) and all(refused)


def _is_elsewhere(reading: Reading, item: Entity) -> bool:
    """Whether a street is named that the settled address does not have."""
    if not item.value.get("line1"):
        return False
    names = [name for name, kind in reading.view.flow_slots.items() if kind == "address"]
    settled = [value for name in names if isinstance(value := reading.view.settled.get(name), dict)]
    return any(str(one.get("line1", "")).lower() != str(item.value["line1"]).lower() for one in settled)


def _settled(reading: Reading, kind: str) -> list[str]:
    slots = reading.view.flow_slots.items()
    return [str(reading.view.settled.get(name, "")).lower() for name, slot_type in slots if slot_type == kind]


def _another_count(reading: Reading) -> tuple[Entity, ...]:
    """Return how many pieces are meant after all, where that is all that is said of the goods: 只退一件，另一件我留着."""
    question = reading.view.pending
    names = [name for name, kind in reading.view.flow_slots.items() if kind == "order_lines"]
    lines = next((value for name in names if isinstance(value := reading.view.settled.get(name), list)), [])
    if not lines or question is None or question.kind != "confirm" or _wants_something_else(reading):
        return ()
    told = [item for item in reading.told() if item.score > _GENERIC]
    goods = [item for item in told if item.type in {"product", "order_ref", "sku"}]
    if any(not any(same(item, one) for one in reading.view.said) for item in goods):
        return ()
    low = reading.text.low
    counts = tuple(item for item in told if item.type == "quantity" and not _OF_KINDS.match(low[item.end :]))
    settled = lines[0].get("quantity") if len(lines) == 1 else None
    return counts if any(item.value.get("n") != settled for item in counts) else ()


_NOT_ALL = re.compile(
    r"\b(?:only|just|alone)\b|\bnot (?:all|both|the (?:whole|lot)|everything)\b|[只光单仅就](?!不|价|号)|不是[^,，。]{0,4}(?:都|全)|(?:不|别)(?:用|要)?(?:全|都)"
)


def _other_lines(reading: Reading) -> tuple[Entity, ...]:
    """Return what points to some of the goods that wait for a yes, where only these are wanted: 退前面两样就行, "only the cream one"."""
    question, low = reading.view.pending, reading.text.low
    types = set(reading.view.flow_slots.values())
    if question is None or question.kind != "confirm" or "order_lines" not in types or "swaps" in types:
        return ()
    if not _NOT_ALL.search(low) or _wants_something_else(reading):
        return ()
    told = [item for item in reading.told() if not item.value.get("all") and not item.value.get("rest")]
    pointing = [item for item in told if item.type in {"ordinal", "option"} and not item.value.get("negated")]
    goods = [item for item in told if item.type in {"product", "order_ref", "sku"} and item.score > _GENERIC]
    situation = Situation(reading.view.active_flow, reading.view.waiting)
    taken = reading.stances(low, [Span(item.start, item.end) for item in pointing], situation)
    refused = any(one.off >= _SURE for one in taken if one.subject.thing is not None)
    return () if goods or refused else tuple(pointing)


_SURE = 0.5
"""Chance from which a stance counts."""

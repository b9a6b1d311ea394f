"""What a message takes back and keeps, by clause and by thing, as the modules beside this one see it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from dialogue.commands import Cancel, Entity
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.revoked import revokes
from dialogue.understanding.stances import Situation, Span, Taken

SURE = 0.5
"""Chance from which a stance counts."""
BEYOND_DOUBT = 0.9
"""Chance from which it counts although the message could be something else."""
SAID, BY_NAME = 0.9, 0.95
"""How sure it is that something is called off, and where the running procedure is named, or all said to be right: "no exchange please"."""
TAKES_PARTS = frozenset({"return_items", "exchange_items", "change_items"})
_OF_FREE_WORDS = 0.85
"""The same where words of one's own were asked for, which may well be a refusal: 不想要了, asked for the reason."""
_FREE_WORDS = frozenset({"reason", "text"})
_NO_FAULTS = frozenset({"changed_mind", "no_longer_needed", "found_cheaper", "other"})
_THINGS = frozenset({"product", "sku", "ordinal", "order_ref"})
VALUES = frozenset({"option", "address", "email", "payment_method", "quantity"})
IDLE = frozenset({None, "know", "look", "make", "find"})
"""Families of verbs that stand in many a sentence that asks for nothing."""
FAMILY: dict[str, str] = {
    "cancel_order": "cancel", "return_items": "return", "exchange_items": "exchange", "change_items": "change",
    "change_order_address": "address", "change_default_address": "address", "change_payment": "pay",
    "request_invoice": "invoice", "price_protection": "price", "claim_coupon": "coupon",
}  # fmt: skip
AS_IT_IS = re.compile(
    r"\b(?:fits?|(?:is|are) (?:fine|ok|okay|good|all ?right|right|perfect))\b|合适|能穿|刚好|正好|可以穿|没问题|没错"
)
"""Said of a version, it is the one that one has: 42其实能穿."""
_RIGHT = re.compile(
    r"\b(?:is|are|was|stays?|looks?)(?: (?:still|all|absolutely|perfectly|totally))? (?:correct|right|on|good to go)\b|(?:没错|没问题|照旧|照办|照常|是对的|对的)\W*$"
)
_NOT = re.compile(r"\bnot\b|n't\b|\bno\b|不(?!变)")
_AS_BEFORE = re.compile(
    r"[按照回]|(?:刚才|刚刚|之前|前面|一开始|最初|最早|原先|开头|先前)(?:说|讲|选|要)?的|\b(?:before|earlier|first|back to|originally|initially)\b"
)
"""By which a value that was told and replaced is taken again."""
_GOES_ON_TO = re.compile(
    r"\b(?:go|going|move|moving|skip|jump|get|pass|proceed|straight|carry)\b[^,.;]{0,20}\b(?:to|with) (?:the |my |that )?$|(?:直接|接着|跳到|转到|直奔)(?:去|就|来|先)?(?:取消|撤|办|弄|处理|做|到|看)*掉?(?:了|那个)?$"
)
"""Before what is to be done next, and so is wanted: "skip this one and go straight on to the keyboard"."""
ONLY = re.compile(r"\b(?:only|just|alone)\b|[只光单就仅](?!价|号)")


@dataclasses.dataclass(frozen=True)
class Thing:
    """Something that is mentioned, with the stance towards it."""

    entity: Entity
    taken: Taken

    @property
    def rest(self) -> bool:
        """Whether it is all that is left over, however many things that are."""
        return self.entity.type == "ordinal" and bool(self.entity.value.get("rest"))


@dataclasses.dataclass(frozen=True)
class TakenStances:
    """What was read of a message, sorted by what it is said of."""

    reading: Reading
    situation: Situation
    taken: tuple[Taken, ...]
    things: tuple[Thing, ...]

    @property
    def refused(self) -> tuple[Taken, ...]:
        """The clauses that call something off: not those that say of a procedure that it is right."""
        pending = self.reading.view.pending
        sure = _OF_FREE_WORDS if pending is not None and pending.slot_type in _FREE_WORDS else SURE
        return tuple(
            one
            for one in self.taken
            if one.off >= sure
            and not self._gives_anew(one.subject.clause)
            and not self.approves(one)
            and not self._says_what_is_wrong(one)
        )

    def approves(self, one: Taken) -> bool:
        """Whether a procedure is said to be right: "cancellation part is correct"."""
        words = self.words(one)
        named = one.subject.thing is None and bool(one.subject.kinds)
        return named and _RIGHT.search(words) is not None and not _NOT.search(words)

    def _says_what_is_wrong(self, one: Taken) -> bool:
        """Whether a clause that may call off tells what is wrong with the goods: 其实是背带断了才退的."""
        takes = "reason" in self.reading.view.flow_slots.values() and one.off < BEYOND_DOUBT
        told = self.reading.within(one.subject.clause.start, one.subject.clause.end) if takes else ()
        return any(item.type == "reason" and item.value.get("code") not in _NO_FAULTS for item in told)

    def _gives_anew(self, clause: Span) -> bool:
        """Whether a clause gives a value that was said before: "the address that I said before", 按刚才的41换 are other values."""
        inside = self.reading.within(clause.start, clause.end)
        low = self.reading.text.low[clause.start : clause.end]
        back = _AS_BEFORE.search(low) is not None and any(
            item.type == "option" and not item.value.get("negated") and self._gave_way(item) for item in inside
        )
        return back or any("said_before" in item.value for item in inside)

    def _gave_way(self, item: Entity) -> bool:
        """Whether a value was told and replaced since."""
        told = [one for one in self.reading.view.said if one.type == item.type and not one.value.get("negated")]
        return any(same(item, one) for one in told) and not same(item, told[-1])

    @property
    def doubtful(self) -> bool:
        """Whether something is called off, but not beyond doubt."""
        return bool(self.refused) and max(one.off for one in self.refused) < BEYOND_DOUBT

    @property
    def refuses_what_runs(self) -> bool:
        """Whether a clause calls off what runs by its name."""
        return any(self.situation.kinds[0] in one.subject.kinds for one in self.refused)

    @property
    def revoked(self) -> bool:
        """Whether a clause calls off the whole of what runs in so many words: "please withdraw the request". Values behind it are those that one has."""
        clauses = [one.subject.clause for one in self.refused if one.subject.thing is None]
        return any(revokes(self.reading, one.start, one.end) for one in clauses)

    @property
    def off(self) -> tuple[Thing, ...]:
        """The things that are called off."""
        return tuple(thing for thing in self.things if thing.taken.off >= SURE)

    @property
    def on(self) -> tuple[Thing, ...]:
        """The things that are wanted, or stay as they are."""
        return tuple(thing for thing in self.things if thing.taken.on >= SURE)

    def asks(self, clause: Span) -> bool:
        """Tell whether a clause ends with a question mark."""
        return self.reading.text.low[clause.start : clause.end].rstrip().endswith(("?", "？"))

    def words(self, taken: Taken) -> str:
        """Return the clause that a stance was read in, in small letters."""
        return self.reading.text.low[taken.subject.clause.start : taken.subject.clause.end]


def stances_of(reading: Reading) -> TakenStances:
    """Read what a message calls off and keeps."""
    situation = Situation(reading.view.active_flow, reading.view.waiting)
    named = _named(reading)
    taken = reading.stances(reading.text.low, [span for _, span in named], situation)
    by_span = {span: entity for entity, span in named}
    taken = [_by_its_form(reading, one) for one in _alike(reading, taken)]
    things = [Thing(by_span[one.subject.thing], one) for one in taken if one.subject.thing in by_span]
    return TakenStances(reading, situation, tuple(taken), tuple(things))


def _by_its_form(reading: Reading, one: Taken) -> Taken:
    """Return the stance towards a thing, where its words leave no doubt: "no on the dress", 短袖我不退, "and cancel the dress"."""
    thing, low = one.subject.thing, reading.text.low
    if thing is None:
        return one
    if (answer := _answered(low, thing)) is not None:
        return dataclasses.replace(one, off=0.0 if answer else 1.0, on=1.0 if answer else 0.0)
    verbs = _VERBS.get(FAMILY.get(reading.view.active_flow or "", ""))
    needed = _NEEDS.search(low[: thing.start]) is not None and _DONE_TO.match(low[thing.end :]) is None
    if verbs is not None and (needed or re.match(verbs[0], low[thing.end :])):
        return dataclasses.replace(one, off=1.0, on=0.0)
    if verbs is not None and re.search(verbs[1], low[one.subject.clause.start : thing.start]):
        return dataclasses.replace(one, off=0.0, on=1.0)
    follows = reading.view.waiting and _GOES_ON_TO.search(low[: thing.start])
    meant = _IS_WHAT.match(low[thing.end :]) or _WHAT_IS.search(low[: thing.start])
    return dataclasses.replace(one, off=0.0, on=1.0) if follows or meant else one


def _said_of(chinese: str, english: str) -> tuple[str, str]:
    """Return what refuses to do something to a thing, behind it, and what bids to do it, before it in its clause."""
    refused = rf"^(?:我|就|也|都|先)*不{chinese}(?:了|的)*(?=\W|$)"
    bidden = rf"^(?!.*(?:\b(?:not|no|never|without|instead|rather|why)\b|n't\b)).*(?:^\W*|\b(?:and|please|just|then|so|but) )(?:{english}) (?:the |my |that )?$"
    return refused, bidden


_VERBS = {
    "cancel": _said_of("(?:取消|撤)", "cancel"),
    "return": _said_of("退", "return|send back|refund"),
    "exchange": _said_of("换", "exchange|swap"),
}
"""Family of the procedure that runs -> what is said of one thing for or against it."""
_NEEDS = re.compile(r"\bi (?:do|still|really do|do still|do actually) (?:need|use|like|love) (?:the |my |that )?$")
_DONE_TO = re.compile(r"^(?: order| one)? (?:to |gone|out|back|cancel|return|refund|exchang|swap|chang)")
"""Before and behind a thing: "I do need the keyboard", but not "I do need the keyboard cancelled"."""
_TOGETHER = re.compile(r"\W*(?:and|or|nor|&|\+|和|跟|与|或|还有|以及|、)\W*(?:the|my|a|an)?\W*")


def _alike(reading: Reading, taken: Sequence[Taken]) -> list[Taken]:
    """Return stances of which those towards things that "and" joins are one: "only the jumper and the bedding are going"."""
    groups: list[list[Taken]] = []
    for one in taken:
        before = groups[-1][-1].subject.thing if groups else None
        thing = one.subject.thing
        if before and thing and _TOGETHER.fullmatch(reading.text.low[before.end : thing.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [
        dataclasses.replace(
            one, off=sum(each.off for each in group) / len(group), on=sum(each.on for each in group) / len(group)
        )
        for group in groups
        for one in group
    ]


def _answered(low: str, thing: Span) -> bool | None:
    """Whether yes or no is said of a thing: "no on the dress. keyboard yes"; None where neither is."""
    answer = _SAYS_TO.search(low[: thing.start]) or _SAYS_OF.match(low[thing.end :])
    return None if answer is None else answer["yes"] is not None


_SAYS_TO = re.compile(
    r"(?:^|[,.;:!?/&]|\b(?:and|but|so|a)\b)\s*(?:(?P<yes>yes|yep|yeah|ya|ok|okay)|no+|nope|nah) (?:on|to|for|with) (?:(?:the|my|that|those|these) )?$"
)
_SAYS_OF = re.compile(
    r"^(?: order| one)?(?:\s*[:=-]\s*|\s+)(?:is a |a )?(?:(?P<yes>yes|yep|yeah)|no|nope|nah)(?=\s*(?:$|[,.;:!/&]|(?:and|but)\b))"
)
"""A yes or a no said of one thing, before it or behind it."""
_IS_WHAT = re.compile(
    r"^(?: order| one)?(?: is|'s| are) (?:what|the (?:ones?|things?|orders?)(?: that| which)?) i(?:'d| would|'m| am)?(?! not\b)\b"
)
_WHAT_IS = re.compile(
    r"(?:^|[,，。.;；!！\s])(?:我?(?:真正|其实|实际)?(?:要|想|该|打算)(?:退|换|取消|改)的?(?:其实|应该|才|单子?|订单)*是(?:那|这)?[个件条双套单]?的?|what (?:i|has|needs|should|must)\b[^,.;!?]*(?: is| are)(?: the| my| that| those)?) ?$"
)
"""By which goods are said to be the ones that are meant: "bedding set is what I want to return", 要退的是被套."""


def _named(reading: Reading) -> list[tuple[Entity, Span]]:
    """Return what is mentioned, and where: of what overlaps the first."""
    found: list[tuple[Entity, Span]] = []
    for item in sorted(reading.entities, key=lambda item: (item.start, -item.end)):
        generic = item.type == "product" and item.score <= GUESSED
        if item.type not in _THINGS or generic or (item.type == "ordinal" and item.value.get("all")):
            continue
        if not found or item.start >= found[-1][1].end:
            found.append((item, Span(item.start, item.end)))
    return found


def cancel(stances: TakenStances, **how: object) -> Cancel:
    """Return the command that calls off what `how` says: its other fields."""
    return Cancel.model_validate({"text": stances.reading.words(), "score": SAID, "source": "classifier", **how})


def is_new(stances: TakenStances, item: Entity) -> bool:
    """Whether a value is another one than what was said: 钱还是退信用卡 only says once more how the rest is paid back."""
    refused = item.value.get("negated") or DENIED.search(stances.reading.text.low[: item.start])
    return item.type in VALUES and not refused and not any(same(item, one) for one in stances.reading.view.said)


def with_kinds(stances: TakenStances, things: Sequence[Thing]) -> tuple[Entity, ...]:
    """Return things with the colour or size that stands right before them: 灰卫衣 is no black one."""
    options = [item for item in stances.reading.entities if item.type == "option" and not item.value.get("negated")]
    kinds = [item for thing in things for item in options if 0 <= thing.entity.start - item.end <= _NEXT_TO]
    return (*kinds, *(thing.entity for thing in things))


_NEXT_TO = 2
DENIED = re.compile(
    r"(?:\bnot(?: (?:to|on|onto|in|for))?|\brather than|不是|并非|而非)\s*(?:the |my |that |那?[个件条双副台]?)?$"
)
"""Right before goods, it says of them only that they are not those that were meant."""

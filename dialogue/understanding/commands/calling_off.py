"""Wishes that are called off: all of them, one that is named, one of several, a part of one, or what runs as it is.

A model says which clauses, and which things in them, are called off or stay as they are, and which are wanted
(`dialogue.understanding.stances`); here the state says what that means. Where the model is not sure, nothing is called off here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from dialogue.commands import Cancel, Command, Correct, Entity, View
from dialogue.understanding import pending, phrases, polarity, segments
from dialogue.understanding.commands.corrections import gives_reason, same
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.revoked import revokes
from dialogue.understanding.stances import Situation, Span, Taken

SURE = 0.5
"""Chance from which a stance counts."""
_BEYOND_DOUBT = 0.9
"""Chance from which it counts although the message could be something else."""
_ANOTHER_WISH = 0.8
"""Chance of another intent that casts doubt on it."""
_SAID, BY_NAME = 0.9, 0.95
"""How sure it is that something is called off, and where the running procedure is named, or all said to be right: "no exchange please"."""
_LONGEST = 160
_TAKES_PARTS = frozenset({"return_items", "exchange_items", "change_items"})
_OF_FREE_WORDS = 0.85
"""The same where words of one's own were asked for, which may well be a refusal: 不想要了, asked for the reason."""
_FREE_WORDS = frozenset({"reason", "text"})
_OTHER_ONE = re.compile(r"是别的|是另[外一]|\b(?:it's|its|i mean(?:t)?) (?:the|an)other\b")
"""Said of what is meant, not of whether it is wanted."""
_FOR_THE_COURIER = re.compile(
    r"\b(?:leave|put|drop) (?:it|them|the (?:parcel|package|box)) (?:with|at|by|behind|in|on|near) (?:a |the |my )?(?:neighbou?r|(?:front |back )?door|porch|concierge|reception|bins?|locker|gate|shed|garage|safe|mailbox|desk)"
    r"|放(?:在|到)?(?:门口|驿站|前台|快递柜|物业|保安|门卫)"
)
"""What is to be done with the parcel: "leave it with the neighbour" leaves nothing be."""
_NOD = re.compile(r"^\W*(?:好的?|行|嗯+|ok(?:ay)?|yes|sure|alright|fine)\W*")
"""A yes that may only be polite."""
_OF_AN_ORDER = re.compile(r"\b(?:orders?|purchase)\b|订单|单子|[那这]单|下单|整单")
_NONE = re.compile(r"\W*(?:neither|none)(?: of (?:them|these|those|the two))?\W*|\W*(?:一个)?都不(?:是|要|对|行)\W*")
"""Said to choices that were offered, it says that none is meant."""
_THINGS = frozenset({"product", "sku", "ordinal", "order_ref"})
_VALUES = frozenset({"option", "address", "email", "payment_method", "quantity"})
_IDLE = frozenset({None, "know", "look", "make", "find"})
"""Families of verbs that stand in many a sentence that asks for nothing."""
_FAMILY: dict[str, str] = {
    "cancel_order": "cancel", "return_items": "return", "exchange_items": "exchange", "change_items": "change",
    "change_order_address": "address", "change_default_address": "address", "change_payment": "pay",
    "request_invoice": "invoice", "price_protection": "price", "claim_coupon": "coupon",
}  # fmt: skip
_AS_IT_IS = re.compile(
    r"\b(?:fits?|(?:is|are) (?:fine|ok|okay|good|all ?right|right|perfect))\b|合适|能穿|刚好|正好|可以穿|没问题|没错"
)
"""Said of a version, it is the one that one has: 42其实能穿."""
_RIGHT = re.compile(
    r"\b(?:is|are|was|stays?|looks?)(?: (?:still|all|absolutely|perfectly|totally))? (?:correct|right|on|good to go)\b|(?:没错|没问题|照旧|照办|照常|是对的|对的)\W*$"
)
_NOT = re.compile(r"\bnot\b|n't\b|\bno\b|不(?!变)")
_CANNOT = re.compile(
    r"\b(?:(?:ca|could|may|wo|do|does)n't|(?:can|could|may|will|do|does) ?not|cant)\b|不能|没法|不可以|不让|不给"
)
"""Said with what is no wish: "we can't claim trousers"."""
_HENCE = re.compile(r"\b(?:so|hence|therefore)\b(?! (?:that|far|much|many|long)\b)|所以|因此|那就")
"""Before what all that was weighed comes to."""
_GOES_ON_TO = re.compile(
    r"\b(?:go|going|move|moving|skip|jump|get|pass|proceed|straight|carry)\b[^,.;]{0,20}\b(?:to|with) (?:the |my |that )?$|(?:直接|接着|跳到|转到|直奔)(?:去|就|来|先)?(?:取消|撤|办|弄|处理|做|到|看)*掉?(?:了|那个)?$"
)
"""Before what is to be done next, and so is wanted: "skip this one and go straight on to the keyboard"."""
_LOOKS_FOR_GOODS = frozenset({"find_products", "product_details", "check_stock"})
_UNDOES = frozenset({"cancel", "return"})
"""Families of verbs that are one where orders are to be cancelled."""
_REST = re.compile(r"\b(?:others?|rest|remaining)\b|其[他它余]|别的|剩|另一|另外那")
"""What is left over, however many that is."""
_BUT_THOSE = re.compile(
    r"\b(?:apart from|except(?:ing)?(?: for)?|but(?: not)?|bar|other than|save|without|minus) (?:those|them|that(?: one)?|these|it|this(?: one)?)\b(?! \w+ed\b)"
    r"|除(?:了|去|开)?(?:它们?|[这那][个件些条双]?)(?!么|样|里|边)|(?:它们?|[这那][个件些条双])(?:除外|不算|不在内)"
)
"""An exception that points to what was named before."""
_DREADS = re.compile(r"懒得|嫌|怕|省得|免得|\b(?:hassle|faff|bother(?:ed)?|fuss)\b")
"""Said of what is too much trouble, which nobody asks for."""
_ONLY = re.compile(r"\b(?:only|just|alone)\b|[只光单就仅](?!价|号)")


@dataclasses.dataclass(frozen=True)
class _Thing:
    """Something that is mentioned, with the stance towards it."""

    entity: Entity
    taken: Taken

    @property
    def rest(self) -> bool:
        return self.entity.type == "ordinal" and bool(self.entity.value.get("rest"))


@dataclasses.dataclass(frozen=True)
class _Stances:
    """What was read of a message, sorted by what it is said of."""

    reading: Reading
    situation: Situation
    taken: tuple[Taken, ...]
    things: tuple[_Thing, ...]

    @property
    def refused(self) -> tuple[Taken, ...]:
        """The clauses that call something off: not those that say of a procedure that it is right."""
        pending = self.reading.view.pending
        sure = _OF_FREE_WORDS if pending is not None and pending.slot_type in _FREE_WORDS else SURE
        return tuple(
            one
            for one in self.taken
            if one.off >= sure and not self._gives_anew(one.subject.clause) and not self.approves(one)
        )

    def approves(self, one: Taken) -> bool:
        """Whether a procedure is said to be right: "cancellation part is correct"."""
        words = self.words(one)
        named = one.subject.thing is None and bool(one.subject.kinds)
        return named and _RIGHT.search(words) is not None and not _NOT.search(words)

    def _gives_anew(self, clause: Span) -> bool:
        """Whether a clause gives a value that was said before: "the address that I said before" is another value."""
        return any("said_before" in item.value for item in self.reading.within(clause.start, clause.end))

    @property
    def doubtful(self) -> bool:
        return bool(self.refused) and max(one.off for one in self.refused) < _BEYOND_DOUBT

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
    def off(self) -> tuple[_Thing, ...]:
        return tuple(thing for thing in self.things if thing.taken.off >= SURE)

    @property
    def on(self) -> tuple[_Thing, ...]:
        return tuple(thing for thing in self.things if thing.taken.on >= SURE)

    def asks(self, clause: Span) -> bool:
        return self.reading.text.low[clause.start : clause.end].rstrip().endswith(("?", "？"))

    def words(self, taken: Taken) -> str:
        return self.reading.text.low[taken.subject.clause.start : taken.subject.clause.end]


def called_off(reading: Reading) -> list[Command] | None:
    """Read what is called off; None when nothing is."""
    low, view = reading.text.low, reading.view
    if view.active_flow not in _FAMILY and not view.waiting:
        return None
    if len(low.strip()) > _LONGEST or phrases.asks_again(low) or gives_reason(reading):
        return None
    said = polarity.read(low)
    if _OTHER_ONE.search(low) or _FOR_THE_COURIER.search(low) or _only_asks_first(low):
        return None  # 是别的那单，不是卫衣 puts right what is meant.
    if view.pending is not None and view.pending.kind == "confirm" and _only_answers(low):
        return None
    bare = said.sense is not None and not re.search(r"\w", low[said.rest :])
    if bare and (said.sense == "yes" or (view.pending is not None and view.pending.kind == "offer")):
        return None
    if view.pending is not None and view.pending.choices and _NONE.fullmatch(low):
        return None
    stances = _stances(reading)
    if _asks_for_more(stances) or (stances.doubtful and not _only_stops(stances) and _is_something_else(reading)):
        return None
    found: Cancel | Correct | None = _all_but_those(stances)
    if found is None and stances.refused:
        found = _everything(stances) or _waiting(stances) or _only_what_runs(stances)
        found = found or _some(stances) or _running(stances)
    elif found is None:
        found = _only_some(stances) or _only_what_runs(stances)
    return [found] if found is not None else None


_PAUSES = re.compile(
    r"\W*(?:(?:ok|oh|hm+|well|wait|hold on|hang on|one sec\w*|(?:just )?a (?:sec\w*|minute|moment))\W+)+|\W*[嗯哦诶哎]*(?:等等|等一?下|慢着|稍等)\W*"
)


def _only_asks_first(low: str) -> bool:
    """Whether a pause is asked for only to ask something: "hang on, my speaker, is that on its way"."""
    pause = _PAUSES.match(low)
    asked = low[pause.end() :].strip() if pause is not None else ""
    return phrases.is_question(asked) and not phrases.asks_for_it(asked) and segments.cue(asked) in _IDLE


def _only_stops(stances: _Stances) -> bool:
    """Whether a message begins with set words that stop, and all behind them stays too: "nvm, keeping the jeans as is"."""
    return phrases.stops(stances.reading.text.low) is not None and all(one.off >= SURE for one in stances.taken)


def _is_something_else(reading: Reading) -> bool:
    """Whether a message reads as well as a choice that was offered, as a wish or a question of another kind, or as idle talk."""
    view, question = reading.view, reading.view.pending
    values = [item for item in reading.told() if item.type in _VALUES]
    refused = bool(values) and all(_DENIED.search(reading.text.low[: item.start]) for item in values)
    offered = question if question is not None and question.kind != "confirm" else None  # "The first one" is no yes.
    if offered and not refused and pending.choose(reading.text, reading.entities, offered, reading.lexicon):
        return True
    best, chance = reading.classify(reading.masked())[0]
    mine = {view.active_flow, *view.waiting}
    whole = view.active_flow in _TAKES_PARTS and any(item.value.get("all") for item in view.said)
    of_others = _names_goods(reading) and not _names_only_known(reading) and not whole
    if view.active_flow and not _OF_AN_ORDER.search(reading.text.low) and not of_others:
        mine.add("cancel_order")  # 撤了吧 is said of whatever runs
    if _names_only_known(reading):
        mine |= _LOOKS_FOR_GOODS | ({"return_items"} if _cancels_several(view) else set())
    others = reading.flows | {"ask_knowledge", "out_of_scope"}
    return chance >= _ANOTHER_WISH and best not in mine and best in others


def _names_goods(reading: Reading) -> bool:
    return any(item.type in {"product", "sku", "order_ref"} and item.score > GUESSED for item in reading.entities)


def _cancels_several(view: View) -> bool:
    """Whether several orders are to be cancelled, so that 只退掉键盘那单 says which of them is."""
    return view.active_flow == "cancel_order" and view.active_flow in view.waiting


def _names_only_known(reading: Reading) -> bool:
    """Whether all goods in a message were spoken of before: what else sounds like a search says which of them are meant."""
    goods = [item for item in reading.entities if item.type in {"product", "sku"} and item.score > GUESSED]
    return bool(goods) and all(any(same(item, one) for one in reading.view.said) for item in goods)


def _only_answers(low: str) -> bool:
    """Whether a message begins with a yes and is nothing but one, or a no behind it: 好的就这样, 好的，先不要了."""
    nod = _NOD.match(low)
    if nod is None:
        return False
    rest = low[nod.end() :]
    more = polarity.read(rest)
    return not rest or (more.sense in {"yes", "no"} and not re.search(r"\w", rest[more.rest :]))


def _stances(reading: Reading) -> _Stances:
    situation = Situation(reading.view.active_flow, reading.view.waiting)
    named = _named(reading)
    taken = reading.stances(reading.text.low, [span for _, span in named], situation)
    by_span = {span: entity for entity, span in named}
    taken = [_by_its_form(reading, one) for one in taken]
    things = [_Thing(by_span[one.subject.thing], one) for one in taken if one.subject.thing in by_span]
    return _Stances(reading, situation, tuple(taken), tuple(things))


def _by_its_form(reading: Reading, one: Taken) -> Taken:
    """Return the stance towards a thing: what is to be done next, and what is said to be the one, is wanted whatever goes before."""
    thing, low = one.subject.thing, reading.text.low
    if thing is None:
        return one
    follows = reading.view.waiting and _GOES_ON_TO.search(low[: thing.start])
    meant = _IS_WHAT.match(low[thing.end :]) or _WHAT_IS.search(low[: thing.start])
    return dataclasses.replace(one, off=0.0, on=1.0) if follows or meant else one


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


def _cancel(stances: _Stances, **how: object) -> Cancel:
    return Cancel.model_validate({"text": stances.reading.words(), "score": _SAID, "source": "classifier", **how})


def _asks_for_more(stances: _Stances) -> bool:
    """Whether a clause that calls nothing off asks for what neither runs nor waits, or gives another value."""
    view = stances.reading.view
    mine = {_FAMILY.get(flow) for flow in (*view.waiting, view.active_flow or "")}
    if _cancels_several(view) and _names_only_known(stances.reading):
        mine |= _UNDOES
    runs = stances.situation.kinds[0]
    refusals = [
        one.subject.clause.start for one in stances.taken if one.off >= _BEYOND_DOUBT and runs in one.subject.kinds
    ]
    last = max((match.start() for match in _HENCE.finditer(stances.reading.text.low)), default=0)
    concluded = any(one.off >= SURE and one.subject.clause.end > last for one in stances.taken) if last else False
    clauses: dict[Span, list[Taken]] = {}
    for one in stances.taken:
        clauses.setdefault(one.subject.clause, []).append(one)
    for span, several in clauses.items():
        if any(one.off >= SURE for one in several) or (concluded and span.start < last):
            continue
        values = any(_is_new(stances, item) for item in stances.reading.within(span.start, span.end))
        values = values and not any(one.subject.thing for one in several) and not stances.asks(span)
        words = stances.words(several[0])
        values = values and not _REST.search(words) and not _AS_IT_IS.search(words)
        values = values and not any(span.start < place for place in refusals)  # 大点好 莫换了: it only says why
        values = values and not (stances.revoked and segments.cue(words) is None)  # "withdraw it, red is fine"
        if values or (segments.cue(words) not in _IDLE | mine and not (_DREADS.search(words) or _CANNOT.search(words))):
            return True
    return False


def _is_new(stances: _Stances, item: Entity) -> bool:
    """Whether a value is another one than what was said: 钱还是退信用卡 only says once more how the rest is paid back."""
    refused = item.value.get("negated") or _DENIED.search(stances.reading.text.low[: item.start])
    return item.type in _VALUES and not refused and not any(same(item, one) for one in stances.reading.view.said)


def _everything(stances: _Stances) -> Cancel | None:
    """All that runs and waits: 都别弄了, or one clause for each."""
    view = stances.reading.view
    if not view.waiting:
        return None
    runs, waits = stances.situation.kinds
    off = stances.refused
    if any(one.on >= SURE and one.subject.kinds for one in stances.taken) or stances.on:
        return None
    of_all = any(phrases.means_all(stances.words(one)) for one in off)
    kinds = {kind for one in off for kind in one.subject.kinds}
    of_each = bool(waits and {runs, *waits} <= kinds) or _keeps_goods_of_each(stances)
    return _cancel(stances, scope="all") if of_all or of_each else None


def _keeps_goods_of_each(stances: _Stances) -> bool:
    """Whether goods of what runs and others, which then belong to what waits, are named and stay: 键盘也要双肩包也要."""
    before = [item for item in stances.reading.view.said if item.type == "product" and item.score > GUESSED]
    of_the_running = [any(same(thing.entity, item) for item in before) for thing in stances.off]
    return any(of_the_running) and not all(of_the_running)


def _waiting(stances: _Stances) -> Cancel | None:
    """The procedure that waits for its turn and is named."""
    runs, waits = stances.situation.kinds
    for one in stances.refused:
        if set(one.subject.kinds) & set(waits) and runs not in one.subject.kinds:
            flow = next(flow for flow in stances.reading.view.waiting if Situation(flow).kinds[0] in one.subject.kinds)
            return _cancel(stances, flow=flow)
    runs_on = any(one.on >= SURE and runs in one.subject.kinds for one in stances.taken)
    if len(waits) == 1 and waits[0] != runs and runs_on and _ONLY.search(stances.reading.text.low):
        return _cancel(stances, flow=stances.reading.view.waiting[0])  # "no bill needed, only cancel the keyboard"
    return None


def _only_what_runs(stances: _Stances) -> Cancel | None:
    """The one procedure that waits, where only what runs is to be done: 只要把键盘取消就好了."""
    runs, waits = stances.situation.kinds
    if (
        len(waits) != 1
        or waits[0] == runs
        or any(one.on >= SURE and waits[0] in one.subject.kinds for one in stances.taken)
    ):
        return None
    only = [one for one in stances.taken if runs in one.subject.kinds and waits[0] not in one.subject.kinds]
    said = any(_NOTHING_MORE.search(stances.words(one)) and one.off < SURE for one in only)
    return _cancel(stances, flow=stances.reading.view.waiting[0]) if said else None


_NOTHING_MORE = re.compile(r"\bonly\b|\bjust\b[^,.;]*\b(?:nothing|that's it|that is all)\b|[只光单仅](?!价|号)")


def _some(stances: _Stances) -> Cancel | Correct | None:
    """Goods that are taken out of what runs, or some of several requests of one procedure."""
    view, off, on = stances.reading.view, stances.off, stances.on
    flow = view.active_flow
    if flow is None or not stances.things:
        return None
    if any(thing.rest for thing in off) and on:
        return Correct(entities=_with_kinds(stances, on), text=stances.reading.words(), score=0.85, source="classifier")
    dropped = tuple(thing.entity for thing in off if not thing.rest and _is_spoken_of(stances, thing))
    if flow in _TAKES_PARTS:
        dropped = dropped or _spoken_of_before(stances)
        parts = bool(dropped) and not _names_another(stances)
        by_name = stances.refuses_what_runs and not on and not _versions(stances)
        score = BY_NAME if by_name else _SAID
        return _cancel(stances, scope="part", entities=dropped, score=score) if parts else None
    if flow in view.waiting and (dropped or on):
        kept = tuple(thing.entity for thing in on if not thing.rest)
        return _cancel(stances, scope="part", entities=dropped, only=kept)
    if dropped and _names_another(stances):
        return Correct(entities=_with_kinds(stances, on), text=stances.reading.words(), score=0.85, source="classifier")
    return None


def _spoken_of_before(stances: _Stances) -> tuple[Entity, ...]:
    """Return the goods of the clause right before a refusal that names none, where the rest goes on: 黑T恤当睡衣也行，就不退了，其余照退."""
    goes_on = any(thing.rest and thing.taken.off < SURE for thing in stances.things)
    refused = [one.subject.clause for one in stances.refused if one.subject.thing is None]
    if not goes_on or not refused:
        return ()
    before = [
        thing for thing in stances.things if not thing.rest and thing.taken.subject.clause.end == refused[0].start
    ]
    return tuple(thing.entity for thing in before)


def _all_but_those(stances: _Stances) -> Cancel | None:
    """What runs without the goods that were named last: "that has the mugs in it, I use them. Everything but those then"."""
    exception = _BUT_THOSE.search(stances.reading.text.low)
    if exception is None or stances.reading.view.active_flow not in _TAKES_PARTS:
        return None
    before = [thing for thing in stances.things if not thing.rest and thing.entity.end <= exception.start()]
    last = [thing.entity for thing in before if thing.taken.subject.clause == before[-1].taken.subject.clause]
    return _cancel(stances, scope="part", entities=tuple(last), score=BY_NAME) if last else None


def _versions(stances: _Stances) -> bool:
    return any(item.type == "option" and _is_new(stances, item) for item in stances.reading.told())


def _with_kinds(stances: _Stances, things: Sequence[_Thing]) -> tuple[Entity, ...]:
    """Return things with the colour or size that stands right before them: 灰卫衣 is no black one."""
    options = [item for item in stances.reading.entities if item.type == "option" and not item.value.get("negated")]
    kinds = [item for thing in things for item in options if 0 <= thing.entity.start - item.end <= _NEXT_TO]
    return (*kinds, *(thing.entity for thing in things))


_NEXT_TO = 2


def _is_spoken_of(stances: _Stances, thing: _Thing) -> bool:
    """Whether a thing may be part of what runs: goods that nobody named before are none where others were, as in 穿厚袜子刚好."""
    before = [item for item in stances.reading.view.said if item.type == "product" and item.score > GUESSED]
    return thing.entity.type != "product" or not before or any(same(thing.entity, one) for one in before)


def _only_some(stances: _Stances) -> Cancel | None:
    """What alone is left of several requests of one procedure: "no, only the second"."""
    view = stances.reading.view
    several = view.active_flow in view.waiting and view.active_flow not in _TAKES_PARTS
    kept = tuple(thing.entity for thing in stances.on if not thing.rest)
    only = several and kept and _ONLY.search(stances.reading.text.low)
    return _cancel(stances, scope="part", only=kept) if only else None


_DENIED = re.compile(
    r"(?:\bnot(?: (?:to|on|onto|in|for))?|\brather than|不是|并非|而非)\s*(?:the |my |that |那?[个件条双副台]?)?$"
)
"""Right before goods, it says of them only that they are not those that were meant."""


def _names_another(stances: _Stances) -> bool:
    """Whether goods are wanted in the place of those that were named before: 不是T恤，是毛巾 corrects."""
    before = [item for item in stances.reading.view.said if item.type in {"product", "sku"} and item.score > GUESSED]
    low = stances.reading.text.low
    denied = any(_DENIED.search(low[: thing.entity.start]) for thing in stances.off)
    meant = [thing for thing in stances.things if thing.taken.off < _BEYOND_DOUBT] if denied else stances.on
    runs = stances.situation.kinds[0]
    meant = [*meant, *(one for one in stances.things if one.taken.off < SURE and runs in one.taken.subject.kinds)]
    new = [thing.entity for thing in meant if not thing.rest]
    return bool(before) and any(not any(same(item, one) for one in before) for item in new)


def _other_goods(stances: _Stances) -> tuple[Entity, ...]:
    """Return goods of another order that are named with nothing said against them, where an order was found by its goods."""
    view = stances.reading.view
    before = [item for item in view.said if item.type == "product" and item.score > GUESSED]
    if not before or view.active_flow in _TAKES_PARTS or "order" not in view.flow_slots.values() or view.waiting:
        return ()
    new = [
        thing
        for thing in stances.things
        if thing.entity.type == "product"
        and thing.taken.off < _BEYOND_DOUBT
        and not any(same(thing.entity, item) for item in before)
    ]
    return _with_kinds(stances, new)


def _running(stances: _Stances) -> Cancel | Correct | None:
    """What runs as it is, unless something else is wanted, or was meant: other goods then."""
    reading = stances.reading
    flow, revoked = reading.view.active_flow, stances.revoked
    if flow is None or (stances.on and not revoked):
        return None
    if others := _other_goods(stances):
        return Correct(entities=others, text=reading.words(), score=0.85, source="classifier")
    first = stances.refused[0].subject.clause
    wanted = [one for one in stances.taken if one.on >= SURE]
    if any(one.subject.kinds or (one.subject.clause.start > first.start and not revoked) for one in wanted):
        return None
    asked = any(
        one.off < SURE and one.subject.clause.start > first.start and segments.cue(stances.words(one)) is not None
        for one in stances.taken
    )
    named = stances.refuses_what_runs
    reason = not named and all(_gives_a_reason(reading, one.subject.clause) for one in stances.refused)
    wished = any(item.type == "option" and not _is_new(stances, item) for item in reading.told())
    sure = named or revoked or (not wished and any(map(_AS_IT_IS.search, map(stances.words, stances.taken))))
    return None if asked or reason else _cancel(stances, flow=flow, score=BY_NAME if sure else _SAID)


def _gives_a_reason(reading: Reading, clause: Span) -> bool:
    """Whether a refusal is why what runs is wanted: 不想要了, said of goods to be sent back before that is asked."""
    view = reading.view
    if "reason" not in view.flow_slots.values() or view.pending is None or view.pending.kind in {"confirm", "offer"}:
        return False
    return any(item.type == "reason" for item in reading.within(clause.start, clause.end))

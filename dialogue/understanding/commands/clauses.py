"""A message cut at every place where another wish may begin, and what each piece alone asks for."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterable

from dialogue import browsing
from dialogue.commands import AskKnowledge, Command, Entity, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.alterations import SWAPPING, is_of_a_kind
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS, GUESSED, SURE
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.text import HAN

Hear = Callable[[segments.Segment], list[Command]]
"""Reads one segment alone."""

QUESTION = "ask_knowledge"
"""What stands for a procedure where the documents are asked."""
_BOUNDARY = re.compile(
    r"[,，、;；:：。！!~～…\n]\s*|\s+(?=#?[a-z]{1,2}\d{5,}[\u3400-\u9fff])|\.(?!\d)\s*|[?？]\s*|\s+/\s+|\s*[+＋&]\s*|\s+(?=(?:n|and|plus|also|then|but|so|cuz|because|as well as|besides|while|whereas)\s+)"
    r"|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fffA-Za-z\d])|(?<=\d)\s+(?=(?![码号]|[件个块元双条张](?:[的吧了]|\W|$))[\u3400-\u9fff]{2})|(?<=[\u3400-\u9fff])(?=(?:然后|另外|顺便|顺带|顺手|(?<![我们你店家里库])还有(?!没|[吗么的不货伐啥哪]|什么|现货|多少|几[件个双])|同时|并且|以及|接着|也(?=[要想得](?:退|换|取消))|再(?:把|帮|给|去|就是)|对了|[和及与](?:我|本人|有)|跟(?:我的|我有|本人)))"
)
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.#])[(（]?(?:(?P<figure>[1-9])|(?P<circled>[①-⑨]))(?:[.)、:：）]|(?=\s*[^\d\s.,]))(?!\d)\s*"
)
"""What may number the things of a list."""
_SEARCHES = frozenset({"find_products", "product_details"})
_VERSIONS = frozenset({"size_advice", "check_stock"})
_STUDIES = frozenset({"price_history", "compare_products"})
_HALF = 0.5
_MISFITTING = frozenset({"too_big", "too_small", "wrong_size"})
_LOOKS = ("order_status", "track_order")
LOOKED = 0.3
"""Chance from which goods that are named are taken to be looked for: it shows and changes nothing."""
SHORTEST = 3
"""Letters of a clause that can be a request."""
ALONE = frozenset({"list_coupons", "profile"})
"""Procedures that need no goods to be named."""
_DOES = {
    "return": {"return_items"},
    "exchange": {"exchange_items", "change_items"},
    "cancel": {"cancel_order"},
    "price": {"price_protection"},
}
"""Family of a verb -> the procedures that it alone asks for, goods named or not."""
_COUPONS = ("list_coupons", "claim_coupon")
_DONE = frozenset[str]().union(*_DOES.values())
UNDOES = frozenset({"return_items", "cancel_order"})
EVIDENT = 0.85
"""Chance from which such a procedure is asked for without its verb."""
_ANY = frozenset({"payment_method", "reason", "email", "quantity", "tax_id", "amount", "date", "company", "ordinal"})
"""What serves a request and asks for nothing by itself."""
_FULL_STOPS = frozenset(".!?;。！？；")
_GOES_ON = re.compile(
    r"\W*(?:(?:and )?then\b|and also\b|next\b|secondly\b|second\b|然后|接着|另外|还有|再(?:就是|把|来)|最后)"
)
"""Another thing begins with it."""
_TRAILING = " ,.;:!，。；：！、~～…/+&"
_PARCEL = re.compile(
    r"快递|物流|包裹|配送|派送|送到|到哪|在哪|走到|何处|动静|动了?没|没动|(?:在|还|一直|我)等|(?<!检)查(?![价库尺券货优有])|跟踪|追踪|[几何][时点]到|多会儿|\b(?:delivery|deliveries|parcel|package|shipment|shipping|shipped|tracking|whereabouts|status|eta|where|wheres|coming|mov(?:ed|ing)|budged|movement|left|gone out|news|arriv\w+|turned up|waiting|holdup|hold-up)\b"
)
"""What speaks of where something is."""
_WAITS = re.compile(r"\b(?:still|been|am|i'm|are|we're) (?:\w+ )?waiting (?:for|on)\b|(?:还|一直)在?等")
"""Goods that are waited for are on their way, whatever version of them is named."""
_LIKEWISE = re.compile(
    r"\W*(?:and )?(?:so (?:will|does|do|must|should|can|is|are|would|has|have)|(?:the )?same (?:goes )?(?:for|with)|likewise)\b|\W*[^,，]{1,8}(?:也是?一样|也同样|同理)"
)
"""What is said of the goods before is meant of others: "the dress must be cancelled and so must the keyboard"."""
_GOES = re.compile(
    r"\b(?:has|have|did|is|are) (?:it|they|that|those)\b[^,.;!?]{0,20}\b(?:mov(?:ed?|ing)|budged?|left(?! in\b)|leave|shipped|go(?:ne)? out|sent|on (?:its|the) way|out for delivery|progress\w*)\b|\b(?:news|movement|progress|updates?) (?:on|of|with|from) (?:it|them|that|those)\b"
    r"|动了?没|没动[吗呢]|动静"
)
"""A question of how far goods are that are named before it: "the speaker, has it moved?"."""
_FILLS = re.compile(
    r"\b(?:the|an?|my|our|that|this|those|these|for|of|from|in|on|with|via|using|to|and|plus|also|then|but|so|or|both|order|orders|one|ones|too|as|well|do|same|goes?|likewise|ditto|please|pls|thx|thanks|me|is|are|it|i|just|only|first|second|last|secondly|things?|colou?rs?|sizes?)\b|颜色|还有(?=[\u3400-\u9fff]{2}|\s+[那这的\s]*[单个件条双]?\s*$)|另外|然后|顺便|订单|[的那个件双条单这我和跟与及还呢吧啊哈了也都把给就是样同里]|[\W\d_]"
)
"""Words that ask for nothing beside the name of goods."""
_TO_BE_DONE = re.compile(r"把(?!.*[退换改撤查看送寄开])(?!.*取消)[^,，。;；!！?？]*$")
"""Goods of which it is not yet said what shall be done to them: 把卫衣 | 还有键盘取消了."""
_HAS = re.compile(r"\b(?:do|does|is|are|have|has|got|any|come in|in stock|available)\b|有|吗|没|货")
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]")
_COLON = re.compile(r"\s*[:：]")
_JOINS = re.compile(r"\W*(?:and|plus|&|和|跟|与|及|以及|还有)(?![a-z])")
_POINTS = re.compile(r"\b(?:it|that|this|them|those|these)\b|它|这|那")


@dataclasses.dataclass(frozen=True)
class Clause:
    """A piece of a message with at most one request."""

    start: int
    end: int
    told: tuple[Entity, ...]
    goods: frozenset[str]
    """What it names: ids of products, else their words, and numbers of orders."""
    flow: str | None = None
    """The procedure that it asks for by itself."""
    weight: float = 0.0
    """How clearly, in [0, 1]."""
    opens: bool = False
    """A sentence or a number of a list ends right before it."""
    joined: bool = False
    """It begins with "and", or what is the same."""
    says: bool = False
    """Whether it says something besides the names of goods and values."""
    unwanted: bool = False
    """Goods in it are said not to be wanted, and nothing what shall be done to them."""

    labels: bool = False
    """It only names what the clause behind its colon speaks of: "dress: black pls"."""

    @property
    def of_all(self) -> bool:
        """Whether it speaks of all that was named: "call both orders off"."""
        return any(item.type in {"ordinal", "order_ref"} and item.value.get("all") for item in self.told)

    @property
    def alone(self) -> bool:
        """Whether its procedure needs no goods."""
        return self.flow in ALONE or self.flow == QUESTION


def clauses_of(reading: Reading, part: segments.Segment, hear: Hear) -> list[Clause]:
    """Return a part of a message in its smallest pieces, each with what it asks for alone."""
    low = reading.text.low
    places = list(_places(reading, part.start, part.end)) if part.body is None else []
    if len(places) < 2:
        return [_clause(reading, part, hear, opens=_opens(low, part.start))]
    pieces = [segments.piece(low, start, start + len(low[start:end].rstrip(_TRAILING))) for start, end in places]
    found = [_clause(reading, piece, hear, opens=_opens(low, piece.start)) for piece in pieces]
    return [dataclasses.replace(one, labels=bool(_COLON.match(low, one.end)) and not one.says) for one in found]


def _opens(low: str, start: int) -> bool:
    before = low[:start].rstrip()
    return (
        not before
        or before[-1] in _FULL_STOPS
        or bool(_GOES_ON.match(low, start))
        or start in _numbers(low)
        or low[:start].endswith("\n")
    )


def _places(reading: Reading, start: int, end: int) -> Iterable[tuple[int, int]]:
    low, numbers = reading.text.low, _numbers(reading.text.low)
    spans = [(item.start, item.end) for item in reading.entities if item.type != "reason"]
    cuts = {start, end, *(place for place in segments.cuts(low) if start < place < end)}
    for match in _BOUNDARY.finditer(low, start, end):
        place = match.end()
        inside = any(first < place < last for first, last in spans) or _in_brackets(low, place)
        if not inside and not _describes(reading, match.start(), place) and not _TO_BE_DONE.search(low[:place]):
            cuts.add(place)
    cuts |= {place for pair in numbers.items() for place in pair if start < place < end}
    for first, last in itertools.pairwise(sorted(cuts)):
        if numbers.get(first) != last and any(map(str.isalnum, low[first:last])):
            yield first, last


def _describes(reading: Reading, start: int, end: int) -> bool:
    """Whether only a sign or a space parts goods from a version of them, 毛衣 黑 M, with no other goods right behind it."""
    before = any(item.type in {"product", "option"} and start - 1 <= item.end <= start for item in reading.entities)
    after = [item.end for item in reading.entities if item.type == "option" and item.start == end]
    goods = {item.start for item in reading.entities if item.type == "product"}
    parts = not reading.text.low[start:end].strip(" ,，、")
    return parts and before and bool(after) and not any(last <= place <= last + 1 for last in after for place in goods)


def _numbers(low: str) -> dict[int, int]:
    """Return where the numbers of a list begin and end: "1) cancel the towels 2) track the speaker"."""
    found: dict[int, int] = {}
    wanted = 1
    for match in _NUMBER.finditer(low):
        number = int(match["figure"]) if match["figure"] else "①②③④⑤⑥⑦⑧⑨".index(match["circled"]) + 1
        if number == wanted:
            found[match.start()] = match.end()
            wanted += 1
    return found if len(found) > 1 else {}


_COUNTS = re.compile(r"(?:\d|\b(?:two|three|four|few|couple of))\s*$")
_COUNTED = re.compile(
    r"\s*(?:个)?(?:事|售后|问题|需求|请求|诉求|things?\b|requests?\b|questions?\b|enquir|wishes|\W{0,2}(?:一是|一个是|其一|第一|首先|一、))"
)


def of_a_list(low: str, item: Entity) -> bool:
    """Whether what was read as a count or a place numbers the wishes themselves: "2) track it", 两个事."""
    if item.type == "quantity" and _COUNTED.match(low, item.end):
        return True
    if item.type == "product" and _COUNTED.match(low, item.start) and _COUNTS.search(low[: item.start]):
        return True
    return any(start <= item.start and item.end <= end for start, end in _numbers(low).items())


def _in_brackets(low: str, place: int) -> bool:
    opened, closed = low.rfind("(", 0, place), low.rfind(")", 0, place)
    return opened > closed and ")" in low[place:]


def _clause(reading: Reading, piece: segments.Segment, hear: Hear, *, opens: bool) -> Clause:
    start, end = piece.start, piece.end
    told = tuple(item for item in reading.within(start, end) if not of_a_list(reading.text.low, item))
    low = reading.text.low[start:end]
    rest = _without(low, start, told)
    left = _FILLS.sub("", _undescribed(rest, start, told))
    about = any(item.type == "reason" for item in told) and any(_names(told))
    likewise = _LIKEWISE.match(low) is not None
    says = not likewise and (about or bool(HAN.search(left)) or len(left) >= SHORTEST or is_of_a_kind(low, start, told))
    nothing = Clause(
        start, end, told, frozenset(_names(told)), opens=opens, joined=likewise or bool(_JOINS.match(low)), says=says
    )
    only_a_value = _is_only_a_value(told, rest, asks=piece.question)
    paid = nothing.goods and any(item.type == "payment_method" for item in told)
    if not (says or segments.cue(low)):
        return _by_way_of_payment(reading, piece, nothing) if paid else nothing
    if only_a_value or (not piece.core and not nothing.goods):
        return _by_way_of_payment(reading, piece, nothing) if only_a_value and says else nothing
    if not piece.question:
        piece = dataclasses.replace(piece, question=phrases.is_question(low.strip()))
    heard = hear(piece)
    wish = heard[0] if len(heard) == 1 else None
    if isinstance(wish, AskKnowledge) and piece.question and wish.score >= CLEAR and not nothing.goods:
        return dataclasses.replace(nothing, flow=QUESTION, weight=wish.score)
    flow, weight = (wish.flow, wish.score) if isinstance(wish, StartFlow) else (None, 0.0)
    if flow is not None:
        flow, weight = _of_its_kin(reading, piece, flow, weight)
    if flow == "report_problem" and weight < EVIDENT and not about:
        weight *= _HALF  # how it came to a wish is told in words that sound like it
    if nothing.goods:
        flow, weight = _of_goods(reading, piece, flow, weight)
    elif (flow not in _LOOKS or weight < CLEAR) and _GOES.search(low):
        return dataclasses.replace(nothing, flow="track_order", weight=CLEAR)
    if flow is None or not _grounded(flow, weight, piece, nothing, low):
        return nothing
    refused = flow in UNDOES and unwanted(told) and segments.cue(low) is None
    return dataclasses.replace(nothing, flow=flow, weight=weight, unwanted=refused)


def _is_only_a_value(told: tuple[Entity, ...], rest: str, *, asks: bool) -> bool:
    """Whether a clause only tells what serves a request; a question with a reason in it, 还有什么券没用?, may be one itself."""
    kinds = {item.type for item in told}
    return bool(kinds) and kinds <= _ANY and segments.cue(rest.strip()) is None and not (asks and kinds == {"reason"})


def _of_its_kin(reading: Reading, piece: segments.Segment, flow: str, weight: float) -> tuple[str, float]:
    """Weigh a procedure with those that are hardly told from it; what is in stock is asked of the goods that the clause before names."""
    start, end = piece.start, piece.end
    kin = next((one for one in (_COUPONS, tuple(SWAPPING.values())) if flow in one), ())
    if kin and flow != "claim_coupon":
        chances = dict(reading.classify(reading.masked(start, end)))
        weight = max(weight, sum(chances.get(name, 0.0) for name in kin))
    asks = piece.question and not reading.within(start, end) and _HAS.search(reading.text.low[start:end])
    return ("check_stock" if asks and flow == "find_products" else flow), weight


def _by_way_of_payment(reading: Reading, piece: segments.Segment, clause: Clause) -> Clause:
    """Hear what is done to goods where beside it only the way of payment is named: "so back they go (mastercard please)".

    So is that they shall be paid for in another way: "the dress order, put that on my paypal"; "return the jeans and the
    towels via paypal" goes on with what was asked for.
    """
    best, chance = reading.classify(reading.masked(piece.start, piece.end))[0]
    why = any(item.type == "reason" for item in clause.told)
    points = clause.goods or _POINTS.search(reading.text.low[piece.start : piece.end])
    pays = best == "change_payment" and bool(points) and not (clause.joined and piece.cue is None)
    heard = not why and (best in _DONE or pays) and chance >= EVIDENT
    return dataclasses.replace(clause, flow=best, weight=chance) if heard else clause


def _of_goods(reading: Reading, piece: segments.Segment, flow: str | None, weight: float) -> tuple[str | None, float]:
    """Hear what is asked for of goods that are named, where the clause alone leaves it open: by its verb, or by what is likeliest."""
    low = reading.text.low[piece.start : piece.end]
    done = next(iter(_DOES.get(piece.cue or "", ())), None)
    if done is not None and weight < CLEAR and flow not in _DONE and not (piece.question and phrases.asks_what(low)):
        return done, CLEAR
    best, chance = reading.classify(reading.masked(piece.start, piece.end))[0]
    if flow in _SEARCHES | _VERSIONS and not piece.question and do_not_fit(reading.within(piece.start, piece.end)):
        return "exchange_items", CLEAR
    if flow in _SEARCHES | _VERSIONS and piece.cue is None and _WAITS.search(low):
        return "track_order", CLEAR
    unheard = flow is None and best in reading.flows
    version = best == "check_stock" and any(item.type == "option" for item in reading.within(piece.start, piece.end))
    looks = version or (piece.question and best not in EFFECTS)
    waits = best in _SEARCHES and _PARCEL.search(low)
    if unheard and not waits and chance >= (LOOKED if looks else CLEAR):
        return best, chance
    looked_for = piece.question or piece.cue is not None or bool(_PARCEL.search(low))
    if flow in _SEARCHES | _STUDIES and not (piece.question or browsing.asks_for_goods(low) or piece.cue == "find"):
        weight *= _HALF  # goods that are only named sound like a search
    if flow in _LOOKS and not looked_for:
        weight *= _HALF
    if (flow is None or weight < GUESSED or flow in _SEARCHES) and unwanted(reading.within(piece.start, piece.end)):
        return "return_items", GUESSED
    unclear = weight < GUESSED or flow in _SEARCHES
    return _looked_for(reading, piece, flow, weight) if unclear and looked_for else (flow, weight)


def do_not_fit(told: Iterable[Entity]) -> bool:
    """Whether goods are said to be of the wrong size, and another one is named: "too big, 27 please"."""
    named = list(told)
    size = any(item.type == "option" and item.value.get("value") for item in named)
    return size and any(item.value.get("code") in _MISFITTING for item in named)


def unwanted(told: Iterable[Entity]) -> bool:
    """Whether goods are said not to be wanted any more: that they shall go back goes without saying."""
    return any(
        item.type == "reason" and item.value.get("code") in {"changed_mind", "no_longer_needed"} for item in told
    )


def _looked_for(reading: Reading, piece: segments.Segment, flow: str | None, weight: float) -> tuple[str | None, float]:
    """Hear where goods are, though it is not clear by which procedure it shall be answered."""
    chances = dict(reading.classify(reading.masked(piece.start, piece.end)))
    low = reading.text.low[piece.start : piece.end]
    weight = min(weight, SURE) if _PARCEL.search(low) and flow in _SEARCHES else weight
    parcel = bool(_PARCEL.search(low)) and segments.cue(low) in {None, "look", "know"}
    together = sum(chances.get(name, 0.0) for name in _LOOKS)
    together = max(together, SURE) if parcel else together
    if together < max(LOOKED, weight):
        return flow, weight
    return max(_LOOKS, key=lambda name: chances.get(name, 0.0)), max(together, GUESSED)


def _grounded(flow: str, weight: float, piece: segments.Segment, clause: Clause, low: str) -> bool:
    """Whether a clause asks for a procedure by more than its sound: it names goods, has its verb, or points to something."""
    if flow in SWAPPING.values() and piece.cue == "change" and not clause.told and _POINTS.search(low):
        return False  # "could you change that?" is said of whatever was named before: an address, a way of payment
    has_it = flow == "check_stock" and bool(_HAS.search(low))
    version = has_it and any(item.type == "option" for item in clause.told)
    if clause.goods:
        return weight >= (LOOKED if piece.cue is not None or piece.question or version else GUESSED)
    if flow in _DOES.get(piece.cue or "", ()) or (weight >= EVIDENT and flow in _DONE):
        return True
    if flow in _SEARCHES:
        return any(item.type in {"category", "option", "brand"} for item in clause.told) and weight >= CLEAR
    return weight >= CLEAR and (
        has_it
        or flow in ALONE
        or piece.cue is not None
        or (piece.question and (flow in _LOOKS or bool(_POINTS.search(low))))
    )


def _without(low: str, start: int, told: tuple[Entity, ...]) -> str:
    spans = [(one.start, one.end) for one in told]
    return "".join(" " if any(a <= place < b for a, b in spans) else char for place, char in enumerate(low, start))


def _undescribed(low: str, start: int, told: tuple[Entity, ...]) -> str:
    """Return the words without brackets right behind goods, which tell which goods they are: "the speaker (blue, lights none)"."""
    for item in told:
        match = _BRACKETS.match(low, item.end - start) if item.type == "product" else None
        if match is not None:
            low = low[: match.start()] + " " * len(match[0]) + low[match.end() :]
    return low


def _names(told: Iterable[Entity]) -> Iterable[str]:
    for item in told:
        if item.type == "product" and (item.score > GUESSED or item.value.get("product_ids")):
            yield from map(str, item.value.get("product_ids") or (item.text.lower(),))
        elif item.type == "order_ref":
            yield from (str(item.value[key]) for key in ("id", "suffix") if item.value.get(key))

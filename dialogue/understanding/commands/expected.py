"""What bare words can be once the bot has asked for it: a number, a name, a postcode, a line of an address."""

from __future__ import annotations

import dataclasses
import re

from dialogue.commands import Entity
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.addresses import place_alone, street_of
from dialogue.understanding.entities.base import entity
from dialogue.understanding.entities.catalog import sizes_alone
from dialogue.understanding.entities.contacts import bare_name, bare_postcodes
from dialogue.understanding.text import Text
from knowledge.types import JsonObject

ORDERS = frozenset({"order", "order_optional"})
_NO_STREET = frozenset({"address", "order_ref", "tax_id", "company", "phone", "email"})
"""What a line that names no street is: a company with its tax number has figures too."""
_PROOFS = frozenset({"proof", "identity"})
_ORIGINAL = re.compile(
    r"\W*(?:(?:to|back to|use|the|my|用|退|回|到|就)\W*)*(?P<said>original|same|(?:one|way) (?:that |which )?i (?:originally |already )?(?:paid|used|ordered)(?: (?:with|by|for it))?|原来|原|一样|(?:当时|之前)?(?:付款|支付|下单)(?:时|的时候)?用的)(?: one| way)?(?:的?(?:那个|方式|就行|吧))?(?: please)?\W*"
)
SHORT = 60
"""Characters of a message in which a bare number can only be the size that is being chosen."""
POSTCODE_FIGURES = 6
"""A bare number this short proves a postcode, not an order."""

_TAX_ID = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z-]*\d)([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)[\s.。!！]*$")
"""The last letters and figures of an answer, whatever their number: what is no tax id the shop refuses with its reason."""
_COUPON = re.compile(r"(?a:(?<![\w#-])[a-z]{3,12}\d{1,4}(?:off)?(?![\w-]))")
"""A coupon's code in small letters."""
_THAT_ONE = re.compile(
    r"(?<![a-z\d.])(\d{3,5})(?= (?:one|order|purchase)\b|的?[那这]一?[个笔单]|的\W*$|(?<=\bfor \d{3})\W*$)"
)
_LONG_NUMBER = re.compile(r"(?<![A-Za-z0-9_@.+#-])(\d{8,16})(?![A-Za-z0-9_@-]|\.\d)")


def unasked(reading: Reading) -> Reading:
    """Take a long number that is nothing else for an order's, where nothing was asked for: "cancel purchase 732201349959"."""
    if reading.view.pending is not None or any(item.type == "order_ref" for item in reading.entities):
        return reading
    spans = [(item.start, item.end) for item in reading.entities]
    found = [
        entity(reading.text, "order_ref", {"id": match[1]}, match.span(1), score=0.6)
        for match in _LONG_NUMBER.finditer(reading.text.plain)
        if all(match.end() <= start or match.start() >= end for start, end in spans)
    ]
    entities = sorted((*reading.entities, *found), key=lambda item: (item.start, item.end))
    return dataclasses.replace(reading, entities=entities) if found else reading


_TYPED_AMISS = re.compile(
    r"(?:手机|键盘|屏幕|输入法)+(?:上|不小心|手滑|没注意|给我?)*(?:按|打|输|敲)错|\bmy (?:phone|keyboard|screen)(?:'s)? (?:auto-?correct\w*|typed|swapped|messed|glitched)"
    r"|\bon (?:my|the) (?:phone|mobile|laptop|computer|tablet)\b|(?:手机|电脑|平板)(?:上|里|端|版)(?!的)"
)
"""What a message was written with, or things are looked at on: no goods."""


_IDIOM = re.compile(
    r"\b(?:my|your|the|their|our|his|her) bank\b(?! card)|\bm(?:ake|ade|aking) up (?:my|your|our|his|her|their|one's|the) minds?\b|\bmak(?:e|ing) up (?:for )?the (?:price )?(?:difference|gap)\b"
)
"""Turns of phrase with the name of goods in them: make-up is none of these, nor is the bank that pays a power bank."""


_WAVERS = re.compile(
    r"(?:\b(?:sorry|apologies|soz)\W+)?(?:\b(?:for|about) (?:all )?(?:the |my )?)?(?:\b(?:i|we|me|i'm|im|i've|ive)\b )?(?:\b(?:keep|kept|am|been|was|always|all this|this) )*\b(?:(?:go|going|went|gone) )?back and forth\b(?: (?:on|about|with) (?:this|it|that|these|those))?"
    r"|(?:\b(?:sorry|apologies|soz)\W+)?(?:\b(?:for|about) )?(?:\b(?:i|we)\b )?\b(?:keep|kept) (?:on )?(?:changing|switching|swapping) (?:my mind|it|things|this|that|back)\b|(?:\bsorry\W+)?\b(?:for|about) (?:all )?(?:the )?(?:changing|switching|swapping) (?:around|about|back)\b"
    r"|(?P<verb>[退换改变选])来(?P=verb)去|反反复复|变卦"
)
"""Owned up to by one who changes again: it asks for nothing itself."""
_BIG = frozenset({"big", "large", "small", "little", "medium"})
_A = re.compile(r"\b(?:an?|such an?|quite an?) $")
_OF_A_SIZE = re.compile(
    r"\W*(?:$|\W|(?:ones?|sizes?|please|pls|instead|then|now|and|or|but|in|for|if|is|was|as|not|thanks|after|would|when|with|rather|too|though|will|on|of|so|because|fit|to|version)\b)"
)


def _of_another_thing(reading: Reading, item: Entity) -> bool:
    """Whether a word for a size is said of what is no goods: "a big card bill"."""
    low = reading.text.low
    if item.type != "option" or item.text.lower() not in _BIG or not _A.search(low[: item.start]):
        return False
    goods = any(one.type == "product" and 0 <= one.start - item.end <= 20 for one in reading.entities)
    return not goods and low[item.end : item.end + 1] == " " and not _OF_A_SIZE.match(low, item.end + 1)


def without_idioms(reading: Reading) -> Reading:
    """Leave out goods of which a turn of phrase only has the name, sizes of no goods, and that one wavers: "make up my mind", "a big bill"."""
    wavers = [match.span() for match in _WAVERS.finditer(reading.text.low)]
    if wavers and re.search(r"\w", (left := reading.without(wavers)).text.low):
        reading = left
    sizes = [item for item in reading.entities if not _of_another_thing(reading, item)]
    reading = dataclasses.replace(reading, entities=sizes)
    idiom = _IDIOM.search(reading.text.low)
    return reading if idiom is None else _without_goods(reading, idiom.span())


def without_typing(reading: Reading) -> Reading:
    """Leave out what a slip is put down to, 手机键盘按错了, where such goods were not spoken of."""
    slip = _TYPED_AMISS.search(reading.text.low) if reading.view.active_flow is not None else None
    if slip is None or any(item.type == "product" and item.text in slip[0] for item in reading.view.said):
        return reading
    return _without_goods(reading, slip.span())


def _without_goods(reading: Reading, span: tuple[int, int]) -> Reading:
    inside = reading.within(*span)
    left = [item for item in reading.entities if item not in inside or item.type not in {"product", "category"}]
    return dataclasses.replace(reading, entities=left)


def of_a_variant(reading: Reading) -> Reading:
    """Take a bare size for one where the running procedure has settled or asks for a variant: "27, not 30", 改41哈.

    In a long message a figure may be anything, but for what the goods in question come in, and in what it comes to; "twenty-seven" is a
    size there too.
    """
    chooses = bool({"swaps", "options"} & set(reading.view.flow_slots.values()))
    if not chooses and reading.view.active_flow not in _MAY_BECOME:
        return reading
    entities = [_size_of_a_house(reading, item) for item in reading.entities]
    found, low = list(sizes_alone(reading.text, reading.lexicon, entities)), reading.text.low
    theirs = {str(one) for item in reading.view.said for one in item.value.get("product_ids") or ()}
    if not chooses:
        found = [item for item in found if _ONE_OF.search(low[: item.start]) and _is_theirs(reading, item, theirs)]
    elif len(low.strip()) > SHORT:
        last = phrases.conclusion(low) or len(low)
        found = [item for item in found if item.start >= last or _is_theirs(reading, item, theirs)]
    spans = [(item.start, item.end) for item in found]
    others = [item for item in entities if (item.start, item.end) not in spans]
    return dataclasses.replace(reading, entities=sorted((*others, *found), key=lambda item: (item.start, item.end)))


_MAY_BECOME = frozenset({"return_items", "cancel_order"})
"""Procedures in the place of which goods may be wanted in another version."""
_ONE_OF = re.compile(r"(?:\b(?:an?|in|size)|一[双条件个]|[换要]) ?$")
"""Before a figure that is a size there too: "I'd rather have a 27"."""


_NUMBER_ALONE = re.compile(r"(3[2-9]|[4-9]\d)号")
"""A size, as no month has such a day."""


def _size_of_a_house(reading: Reading, item: Entity) -> Entity:
    """Return the size that was read as a house, where no address is in question: 43号的能换不."""
    bare = (
        item.type == "address" and item.value.keys() == {"line1"} and "address" not in reading.view.flow_slots.values()
    )
    number = _NUMBER_ALONE.match(str(item.value["line1"])) if bare else None
    keys = sorted(reading.lexicon.size_keys(number[1])) if number else []
    if number is None or not keys:
        return item
    value: JsonObject = {"key": keys[0] if len(keys) == 1 else "", "value": number[1], "keys": keys}
    return entity(reading.text, "option", value, (item.start, item.start + len(number[0])), score=0.6)


def _is_theirs(reading: Reading, size: Entity, product_ids: set[str]) -> bool:
    """Whether a figure is a size that these goods come in, or is written out: letters alone may be anything."""
    value = str(size.value["value"])
    return (
        not size.text[0].isascii()
        or (" " in size.text or "-" in size.text)
        or (value[0].isdigit() and reading.lexicon.comes_in(value, product_ids))
    )


_MISFITS = re.compile(
    r"^(?:s|'s| size| ones?| pair)?\W*(?:is|are|was|were|feels?|felt|runs?|sits?|fits?|turned out)\b(?! not\b)[^,.;!?]{0,20}\b(?:loose|tight|big|small|large|short|long|wide|narrow|baggy|snug|huge|tiny)\b(?! enough)"
    r"|^[号码]?的?(?:我|穿)*(?:有点儿?|有些|太|偏|稍微|略|确实|真的|好像)+[大小松紧长短肥瘦]"
)
"""Behind a size that somebody has and that does not fit."""


def without_misfits(reading: Reading) -> Reading:
    """Leave out a size that is said not to fit where another is wanted: "the 28 is a little loose, give me the next smaller"."""
    options = [item for item in reading.entities if item.type == "option"]
    gone = [item for item in options if item.value.get("value") and _MISFITS.match(reading.text.low[item.end :])]
    left = [item for item in options if item not in gone]
    return reading.without([(item.start, item.end) for item in gone]) if gone and left else reading


_HOUSE_NUMBER = re.compile(
    r"\b(?:(?:house|street|door|building) (?:number|no)|number|no\.)(?: is| should be|[,:]? it's|'s)?,? #?(?P<en>\d{1,5}[a-z]?)\b"
    r"|(?:门牌号?|号码|楼号)[^\d，。,]{0,6}[，, ]?(?:应该)?(?:是|写|改成|为)?(?P<zh>\d{1,5})(?!\d)号?(?![^，。,]*\d)",
    re.IGNORECASE,
)
_NUMBER_AGAIN = re.compile(
    r"\b(?:(?:lives?|living|am|i'm|are|is|it's|its|they're|we're|should be|must be) at|is|it's|its|be|meant?|to|say|said|make (?:it|that)|number) (?:no\.? ?|#)?(?P<en>\d{1,4}[a-z]?)\b(?=\W*(?:$|[,.;!?]|(?:not|instead|please|pls|of course)\b))(?!\.\d)"
    r"|^\W*(?:(?:no|oh|oops|sorry|wait|ah|ugh|silly me|my bad|argh)\b\W*)*(?P<en_alone>\d{1,4}[a-z]?)\b(?=\W*(?:$|not \d))"
    r"|(?:应该|其实|住|写|改)(?:是|在|成|为)?(?P<zh>\d{1,4})(?=号?\W*(?:$|[,，。!！]|不是))|不是\d+号?[,，]?(?:而?是)(?P<zh_not>\d{1,4})(?!\d)",
    re.IGNORECASE,
)
"""A number that can only be the house's, where an address waits for a yes: "they live at 54", "54, not 45"."""
_OF_ANOTHER_PART = re.compile(
    r"\b(?:zip|post ?codes?|postal|phone|mobile|apt|apartment|flat|unit|floor|room|suite|box)\b|邮编|电话|手机|室|层|楼|单元|幢|栋"
)
"""What else of an address a number may be."""
_AS_BEFORE = re.compile(
    r"(?:按|用|改回|换回|还是)[^，。,]{0,4}(?:原来|之前|刚才|前面|一开始|最初|第一个|先前)[^，。,]{0,16}(?:地址|那个|说的|的吧)|\b(?:the )?(?:first|original|earlier|previous|other) (?:address|one)(?: i (?:gave|said|told|mentioned))?\b|\b(?:address|one) i (?:gave|said|told you|mentioned) (?:first|before|earlier)\b"
)


def _named_before(reading: Reading) -> tuple[int, int] | None:
    """Return where an address is pointed to that was said before: "the first one", or by its street alone, 还是文二路那个."""
    if (before := _AS_BEFORE.search(reading.text.low)) is not None:
        return before.span()
    lines = [str(item.value.get("line1", "")) for item in reading.view.said if item.type == "address"]
    places = [
        (place, street) for street in map(street_of, lines) if street and (place := reading.text.low.find(street)) >= 0
    ]
    return next(((place, place + len(street)) for place, street in places), None)


def of_an_address(reading: Reading) -> Reading:
    """Take a house number, and the address that was said before, for one where the running procedure has settled one."""
    low = reading.text.low
    addressed = "address" in reading.view.flow_slots.values() and reading.view.pending is not None
    if not addressed or any(item.type == "address" for item in reading.entities):
        return reading
    number = _HOUSE_NUMBER.search(low) or (_NUMBER_AGAIN.search(low) if _waits_for_a_yes(reading) else None)
    if number is not None:
        group = next(name for name, value in number.groupdict().items() if value)
        said = entity(reading.text, "address", {"line1": number[group]}, number.span(group), score=0.7)
    elif (before := _named_before(reading)) is not None:
        said = entity(reading.text, "address", {"said_before": reading.words()}, before, score=0.7)
    else:
        return reading
    others = [item for item in reading.entities if item.end <= said.start or item.start >= said.end]
    others = [item for item in others if item.type != "option"]
    return dataclasses.replace(reading, entities=[*others, said])


def _waits_for_a_yes(reading: Reading) -> bool:
    """Whether an address waits for a yes, and no other part of it than the house is spoken of: "the zip is 98109"."""
    question, low = reading.view.pending, reading.text.low
    confirms = question is not None and question.kind == "confirm"
    return confirms and len(low.strip()) <= 2 * SHORT and not _OF_ANOTHER_PART.search(low)


def expecting(reading: Reading, kind: str) -> Reading:
    """Look again for what a bare value can be once it was asked for."""
    text, entities = reading.text, list(reading.entities)
    if kind == "payment_method" and (same := _ORIGINAL.fullmatch(text.low)):
        original = entity(text, "payment_method", {"original": True}, same.span("said"), score=0.9)
        return dataclasses.replace(reading, entities=[*entities, original])
    if kind == "tax_id":
        return _with_tax_id(reading)
    if kind == "coupon" and (code := _COUPON.search(text.low)) is not None:
        named = entity(text, "coupon_code", {"text": code[0].upper()}, code.span(), score=0.8)
        return dataclasses.replace(reading, entities=[*entities, named])
    if kind == "address" and (place := place_alone(text)) is not None:
        return dataclasses.replace(reading, entities=[place])
    if kind in ORDERS or kind in _PROOFS or kind == "address":
        return _expecting(reading, kind)
    return reading


def _with_tax_id(reading: Reading) -> Reading:
    """Take a bare number for the tax id that was asked for, also where it looks like an order's, unless an order is spoken of."""
    if any(item.type == "tax_id" for item in reading.entities) or phrases.slot_named(reading.text.low) == "order":
        return reading
    match = _TAX_ID.search(reading.text.plain)
    if match is None or phrases.is_question(reading.text.low.strip()):
        return reading
    start, end = match.span(1)
    beside = [item for item in reading.entities if item.end <= start or item.start >= end]
    said = entity(reading.text, "tax_id", {"text": match[1].upper()}, (start, end), score=0.8)
    return dataclasses.replace(reading, entities=[*beside, said])


def _short_number(text: Text, kind: str) -> re.Match[str] | None:
    """Return a bare number that can only be the end of an order's, or what it cost: "the 339 one", 那就是339的那个."""
    if not kind.startswith("order"):
        return None
    said = re.fullmatch(r"\s*(\d{2,5})\s*", text.plain)
    return said or (_THAT_ONE.search(text.low) if kind in ORDERS else None)


def _expecting(reading: Reading, kind: str) -> Reading:
    text, entities = reading.text, list(reading.entities)
    taken = [(item.start, item.end) for item in entities if item.type != "reason"]
    if kind != "address" and not any(item.type == "order_ref" for item in entities):
        for match in re.finditer(r"(?<![\w@.])#?([A-Za-z]{0,3}\d{6,14})(?!\w)", text.plain):
            figures = match[1].isdigit() and len(match[1]) <= POSTCODE_FIGURES and kind in _PROOFS
            if not figures and all(match.end() <= start or match.start() >= end for start, end in taken):
                entities.append(entity(text, "order_ref", {"id": match[1].upper()}, match.span(), score=0.8))
        priced = any(item.type == "amount" or "price" in item.value for item in entities)
        if (short := _short_number(text, kind)) and not priced:
            entities = [item for item in entities if item.end <= short.start(1) or item.start >= short.end(1)]
            entities.append(entity(text, "order_ref", {"suffix": short[1]}, short.span(1), score=0.7))
    if kind in _PROOFS or kind == "address":
        if not any(item.type == "postcode" for item in entities):
            entities += [
                item for item in bare_postcodes(text) if all(item.end <= s or item.start >= e for s, e in taken)
            ]
        if not any(item.type == "person_name" for item in entities) and not phrases.is_question(text.low.strip()):
            spans = [(item.start, item.end) for item in entities if item.type != "option" or item.text.isdigit()]
            entities += [
                item for item in bare_name(text, spans) if all(item.end <= s or item.start >= e for s, e in spans)
            ]
    if (
        kind == "address"
        and not any(item.type in _NO_STREET for item in entities)
        and segments.cue(text.low) in {None, "address"}
        and re.search(r"\d", text.plain)
        and len(text.plain.strip()) > 8
        and not phrases.is_question(text.low.strip())
    ):
        line = text.plain.strip(" .。")
        entities.append(entity(text, "address", {"line1": line}, (0, len(text.plain)), score=0.5))
    return dataclasses.replace(reading, entities=entities)

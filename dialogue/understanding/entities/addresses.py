"""Where: postal addresses in the Chinese way and that of English-speaking countries, taken apart into the fields that the tools expect."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import Literal

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text
from knowledge.types import JsonObject

_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO", "connecticut": "CT", "delaware": "DE",
    "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY",
    "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO",
    "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY",
    "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA", "washington": "WA",
    "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY", "district of columbia": "DC",
}  # fmt: skip
_CODES = frozenset(_STATES.values())
_MUNICIPALITIES = frozenset({"beijing", "shanghai", "tianjin", "chongqing"})
_PROVINCES = frozenset(
    {
        "hebei", "shanxi", "liaoning", "jilin", "heilongjiang", "jiangsu", "zhejiang", "anhui", "fujian", "jiangxi", "shandong", "henan", "hubei", "hunan",
        "guangdong", "hainan", "sichuan", "guizhou", "yunnan", "shaanxi", "gansu", "qinghai", "taiwan", "inner mongolia", "guangxi", "tibet", "ningxia",
        "xinjiang", "hong kong", "macau",
    }
)  # fmt: skip
"""As Chinese addresses are written in English, where the province is the state: "Qingdao, Shandong"."""
_STREET = r"(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|way(?! (?:too|more|less|over|bigger|smaller|better)\b)|place|pl|highway|hwy|parkway|pkwy|terrace|circle|cir|square|sq|trail|broadway|close|crescent)"
_UNIT = r"(?:(?:suite|ste|apt|apartment|unit|flat|floor|fl|room|rm|building|bldg)\.? ?#?\s?[a-z0-9-]+|#\s?[a-z0-9-]+)"
_COUNTRIES = {
    "USA": r"usa|u\.s\.a?\.?|us|united states",
    "China": r"p\.?r\.? ?china|china",
    "United Kingdom": r"united kingdom|great britain|u\.?k\.?|england|scotland|wales|northern ireland",
}
"""How a parcel's country is written -> how it is said."""
_LANDS = "|".join(_COUNTRIES.values())
_CODES_OF = {"United Kingdom": r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}"}
"""Postcodes that only one country writes so: "LS10 1AB"."""
_POSTCODE = rf"(?:\d{{5,6}}(?:-\d{{4}})?|{'|'.join(_CODES_OF.values())})"
_EN = re.compile(
    rf"(?<![a-z0-9_#$.])(?!2 \d)(?P<line1>\d{{1,6}}[a-z]? (?!(?:go|goes|to|get|be|of|more|days?|weeks?|times?)\b)(?:[a-z0-9'.-]+ ){{0,4}}?{_STREET}\b\.?(?: (?:north|south|east|west|[nsew])\b)?)"
    rf"(?:[, ]+(?P<line2>{_UNIT}))?"
    rf"(?:,? *(?:in +)?(?P<rest>(?:[a-z][a-z .'-]+?)?(?:, *| +)?(?:[a-z][a-z .'-]+?)?(?:, *[a-z][a-z .'-]+?)?(?:,? *{_POSTCODE})?(?:,? *(?:{_LANDS}))?))?(?=$|[;!?\n)]|\s*\(|\.(?:\s|$)|, (?:and|please|the|my|for|can|could|i|instead|thanks?|thx|cheers|ok|okay)\b|\s(?:and|please|for|because|since|instead|by|with|so|from|is|as|too|also|pls|plz|thx|thanks|asap|rather|not|if|when|until|before|this|that|which|where)\b|,?\s*$)"
)
_NO_PLACE = re.compile(
    r"(?:^|[,\s]+)(?:i|i'm|i've|we|it|it's|its|that|that's|this|sorry|my|not|got|you|he|she|they|everything|the (?:rest|number|address|street|house|other|one))(?![\w.-]).*$"
)
"""Words behind a street that name no town: "54 Fuxing Road, I got the number backwards"."""
_ZIP = re.compile(rf"(?<![a-z\d])({_POSTCODE})\s*$", re.IGNORECASE)
_COUNTRY = re.compile(rf",?\s*\b({_LANDS})\s*$")

_PROVINCE = "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
_CITY = (
    "北京|上海|天津|重庆|广州|深圳|杭州|南京|苏州|成都|武汉|西安|郑州|长沙|青岛|济南|大连|沈阳|宁波|厦门|福州|合肥|昆明|哈尔滨|长春|石家庄|太原|南昌|贵阳|南宁|海口|兰州|"
    "无锡|常州|佛山|东莞|珠海|中山|惠州|温州|金华|嘉兴|绍兴|泉州|烟台|徐州|扬州|南通|洛阳|桂林|三亚|拉萨|银川|西宁|乌鲁木齐|呼和浩特"
)
_ZH = re.compile(
    rf"(?P<state>(?:{_PROVINCE})(?:省|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)|(?:{_PROVINCE})(?=(?:{_CITY})))?\s*"
    rf"(?P<city>(?:{_CITY})市?|[\u4e00-\u9fff]{{2,4}}?(?:市|自治州|地区))?\s*"
    r"(?P<district>[\u4e00-\u9fff]{1,6}?(?:新区|开发区|区|县|旗)|[\u4e00-\u9fff]{2,4}市)?\s*"
    r"(?P<line1>(?:[\u4e00-\u9fff]{1,8}?(?:街道|镇|乡|村))?\s*[\u4e00-\u9fffA-Za-z0-9]{0,12}?"
    r"(?:\d+号|(?:大道|路|大街|街|巷|胡同|弄|小区|花园|大厦|公寓|广场|新村|家园|苑|园|城|府|里|国际|中心|学校|大学|校区|宿舍)(?![\u4e00-\u9fff]*(?:方|线|边))))"
    r"(?P<line2>[\u4e00-\u9fffA-Za-z0-9 #-]{0,40})"
)
_ZH_STREET = r"(?=[\u4e00-\u9fff]{1,10}(?:路|街|大道|巷|弄|道)[A-Za-z]?\d)"
_ZH_LEAD = re.compile(
    rf".*(?:[寄送](?:家里|家|公司|单位|学校|宿舍|老家)?{_ZH_STREET}|(?:前面|刚才|刚刚|之前|原来|最开始|一开始|最初|先前)(?:说|给|填|写)?的(?:那个)?{_ZH_STREET}|[寄送发投](?=(?:{_PROVINCE})省?)|(?:地址)?(?:改|换|寄|送|发|变|填|更新|修改|变更|配送)(?:成|到|为|至|给|去|回)|[改转][寄送发投]|地址(?:是|为|:)|新地址(?:是|为|:)?|应(?:该|当)?[是为]|更正为|而是|收货地址|住在|住|地址|我在|(?:^|[,，。\s不了])就|是|到|成)"
)
_ZH_REGION = re.compile(rf"(?:{_PROVINCE})(?:省|自治区|市)|(?:{_CITY})市")
_ZH_STOP = re.compile(
    r"\s+(?:急|哈|亲|快|那个|就是|[^\s，。]{0,8}(?:不变|一样|照旧|没错|都对))|(?<=[室号楼层])把$|[,，。.;；!！?？\n]|(?:谢谢|吧|哈|哦|可以|方便|比较好|[更最]好|[好近]一?点|行不行|行么|成不|行吗|好吗|麻烦|收件人|收货人|电话|手机|邮编|联系|的订单|这个地址|那边|就行|才对|不是|请|帮|不好意思|抱歉|好了|就好|那个(?=$|[,，。吧呗 ]))"
)

_FULL_STOP = re.compile(r"(?<=[a-zA-Z]{4})\.$")
"""The end of the sentence, and not of an abbreviation: "54 Fuxing Road.", but "12 Main St."."""
_THITHER = re.compile(r"(?:(?:那|这)[边里儿]|[去来])+$")
"""寄到路18号去: not a part of the address."""
_NOT_IT = re.compile(r"(?:不是|并非|别再?[寄送发写填]?)[到给成]?\s*$")
"""Before an address that is not the one: 是319号，不是391号."""
_A_SIZE = re.compile(r"(?:[码尺鞋]\D{0,4}|(?<!更)换(?:成|个|到|一个)?|[穿拿])\d{2}号$")
"""尺码是42号, 换成41号: a size, no house."""
_ORDER_ID = r"#?\s?([a-z]{0,3}-?\d{4,16})"
_OF_ORDER = re.compile(
    rf"\b(?:the |that )?(?:same )?(?:delivery |shipping )?(?:address|place|one) (?:as|of|on|in|from|for|that i used (?:for|in|on))(?: the one (?:of|on|in|from|for))? (?:my |the )?(?:other )?order (?:number )?{_ORDER_ID}(?![a-z0-9])"
    rf"|(?:和|跟|与|同)?(?:订单)?{_ORDER_ID}(?:号?订单)?(?:的)?(?:收货)?(?:地址)?(?:一样|相同|一致)(?:的地址)?"
)
_TO_BE_CHANGED = re.compile(
    r"\b(?:chang(?:e|ing)|updat(?:e|ing)|modify(?:ing)?|correct(?:ing)?|edit(?:ing)?|fix(?:ing)?) (?:the )?$"
)
"""Before "the address of order W1" this makes it the address that gives way, not the new one."""
_SAME_AS = re.compile(
    rf"\b(?:same|identical) (?:as|to) (?:that of |the one (?:of|on|in|for) |in |on |for )?(?:my |the )?(?:other )?(?:order )?(?:number )?{_ORDER_ID}(?![a-z0-9])"
)
"""Where an address was spoken of: "change its address, the same as order W1"."""
_DEFAULT = re.compile(
    r"(?:\b(?:to|use|as|with|into) |(?:成|到|为|至|用|去))(?P<said>(?:my |the |我的)?(?:default(?: \w+)? (?:one|address)?|address (?:in|on|of) (?:my |the )?(?:profile|account|file)|默认的?(?:收货)?地址|账户里的?地址|个人资料里的?地址))"
)
_BECOMES_DEFAULT = re.compile(r"\b(?:set|make|save|use|keep|have)\b[^.;!?]{0,40}\bas $|(?:设|存|当|做)(?:为|成|作)?$")
"""What stands before "default" where an address is to become it."""
_SAME_AGAIN = re.compile(
    r"\b(?:set|make|save|use|keep|have) (?P<said>that|this|it|the same(?: one)?|(?:that|this|the new|the same) address)\b(?=[^.;!?]{0,24}\bdefault\b)"
    r"|(?P<said2>(?:这个|那个|这|刚才的?|刚刚的?|新|同样的?|该)(?:收货)?(?:地址)?)(?=(?:也|就|一起|顺便|帮我|给我)*(?:设|存|改|当|做)(?:为|成|作)?默认)"
)
"""The address just talked about, which is to be the default one."""
_OTHER = re.compile(
    r"\b(?:the )?same (?:delivery |shipping )?address (?:as|of|on|in) (?:my|the) other (?:order|one)\b|(?:和|跟|与)(?:我)?(?:另|别的|其他)(?:外?一?个)?(?:的)?订单(?:的)?(?:地址)?(?:一样|相同)"
)
_IN_PLACE = re.compile(
    r"\b(?:to|use|as|into) (?P<said>(?:my|the|our) (?P<town>(?!new\b(?! york| orleans| jersey)|old|other|same|right|correct|following|default|delivery|shipping|home|office|work|wrong)[a-z]+(?: [a-z]+)?) (?:address|home|house|place|apartment)\b)"
    r"|\b(?:to|use) (?P<said2>(?:my|the) (?:address|home|house|place|one) in (?P<town2>[a-z]+(?: (?!please|instead|and|for|so|now|too|thanks|if|because|with|is)[a-z]+)?))\b"
)
_PLACES: dict[str, Literal["work", "home"]] = {
    "office": "work", "work": "work", "workplace": "work", "job": "work", "公司": "work", "单位": "work", "办公室": "work",
    "home": "home", "house": "home", "家": "home", "家里": "home",
}  # fmt: skip
_SAID_PLACE = "|".join(sorted(_PLACES, key=len, reverse=True))
_TO_PLACE = re.compile(
    rf"\b(?:send|ship|deliver|mail|redirect|reroute|chang\w+|switch|move|go|come)\b[^.;!?]{{0,40}}\bto (?P<said>(?:my |the |our )?(?P<place>{_SAID_PLACE})(?: address)?)\b(?! (?:on|with|out|for|number|in|page|screen)\b)"
    rf"|\buse (?P<said2>(?:my |the |our )(?P<place2>{_SAID_PLACE}) address)\b"
    rf"|(?:到|至|去|往|[寄送发](?!票))(?P<said3>(?:我们?的?)?(?P<place3>{_SAID_PLACE})(?:的?地址|那边?|那[里儿个])?)(?=[去吧呗哈啊呀了,，。!！]|可以|行|好|\W*$)"
    rf"|[成为用换](?P<said4>(?:我们?的?)?(?P<place4>{_SAID_PLACE})的?(?:那个)?地址)"
)
"""That goods shall go to one's work or home: 改到公司, "send it to the office". 换成公司 may as well be said of an invoice's title."""
_NOT_THERE = re.compile(r"(?:别|不要|不是|不用|\b(?:don't|dont|not|never|rather than|instead of)\b)[^,，。.;!?]{0,30}$")
_PLACE_ALONE = re.compile(
    rf"\W*(?:(?:to|use|the|my|at|please|改成|换成|用|是|就|我们?的?|寄|送)\W*)*(?P<place>{_SAID_PLACE})(?:的?(?:那个)?地址|的|那边?|那[里儿个]|one| (?:address|one))?(?:\W*(?:please|吧|呗|就行|可以))?\W*"
)
_SHORT_TOWNS = {"nyc": "new york", "la": "los angeles", "sf": "san francisco", "dc": "washington", "washington dc": "washington", "philly": "philadelphia", "vegas": "las vegas", "big apple": "new york"}  # fmt: skip


_STREET_OF = re.compile(r"\s*(?:\d+[a-z]?(?:-\d+)?\s+(?P<en>[a-z].*)|(?P<zh>[^\d,，]{2,}?)\s*\d.*)", re.IGNORECASE)


def street_of(line1: str) -> str:
    """Return the street of a street's line in lower case, "" where none is told from it: "45 Fuxing Road", 文二路391号."""
    match = _STREET_OF.fullmatch(line1)
    return (match["en"] or match["zh"]).strip().lower() if match else ""


def references(text: Text) -> Iterator[Entity]:
    """Yield addresses that are on file somewhere: an order's, the default one, the one in a town.

    ``{"of_order": "W1"}``, ``{"of_order": "OTHER"}``, ``{"default": true}``, ``{"last": true}`` (the one just talked about), ``{"town": "new york"}`` (or a state's code),
    ``{"place": "work"}`` or ``{"place": "home"}``.
    """
    for match in _OF_ORDER.finditer(text.low):
        if _TO_BE_CHANGED.search(text.low[: match.start()]):
            continue
        yield entity(text, "address", {"of_order": str(match[1] or match[2]).upper()}, match.span(), score=0.9)
    for match in _SAME_AS.finditer(text.low):
        if "address" in text.low[: match.start()]:
            yield entity(text, "address", {"of_order": match[1].upper()}, match.span(), score=0.9)
    for match in _OTHER.finditer(text.low):
        yield entity(text, "address", {"of_order": "OTHER"}, match.span(), score=0.9)
    for match in _SAME_AGAIN.finditer(text.low):
        yield entity(text, "address", {"last": True}, match.span("said" if match["said"] else "said2"), score=0.9)
    for match in _DEFAULT.finditer(text.low):
        if _BECOMES_DEFAULT.search(text.low[: match.start("said")]):
            continue
        yield entity(text, "address", {"default": True}, match.span("said"), score=0.9)
    for match in _IN_PLACE.finditer(text.low):
        town = match["town"] or match["town2"]
        span = match.span("said" if match["town"] else "said2")
        yield entity(text, "address", {"town": _SHORT_TOWNS.get(town, town)}, span, score=0.8)

    yield from _to_places(text)


def _to_places(text: Text) -> Iterator[Entity]:
    for match in _TO_PLACE.finditer(text.low):
        nth = next(nth for nth in ("", "2", "3", "4") if match[f"place{nth}"])
        if _NOT_THERE.search(text.low[: match.start(f"said{nth}")]):
            continue
        yield entity(text, "address", {"place": _PLACES[match[f"place{nth}"]]}, match.span(f"said{nth}"), score=0.8)


def place_alone(text: Text) -> Entity | None:
    """Return the address that only one's work or home names, where one was asked for: 公司, "the office please"."""
    match = _PLACE_ALONE.fullmatch(text.low)
    return match and entity(text, "address", {"place": _PLACES[match["place"]]}, match.span("place"), score=0.8)


def addresses(text: Text) -> Iterator[Entity]:
    """Yield addresses with the fields that were given."""
    yield from _english(text)
    yield from _chinese(text)


def _english(text: Text) -> Iterator[Entity]:
    for match in _EN.finditer(text.low):
        start, end = match.start(), match.end()
        value: JsonObject = {"line1": _written(text.plain[match.start("line1") : match.end("line1")])}
        if match["line2"]:
            value["line2"] = _written(text.plain[match.start("line2") : match.end("line2")])
        if match["rest"]:
            place = _NO_PLACE.sub("", match["rest"])
            end -= len(match["rest"]) - len(place)
            value |= _locality(text.plain[match.start("rest") : match.start("rest") + len(place)])
        end = start + len(_FULL_STOP.sub("", text.low[start:end].rstrip(" ,")))
        value = {key: _FULL_STOP.sub("", words) for key, words in value.items()}
        yield entity(text, "address", value, (start, end), score=0.95 if "city" in value else 0.8)


def _locality(rest: str) -> JsonObject:
    """Take "Fort Worth, TX 76165, USA" apart."""
    value: JsonObject = {}
    rest = rest.strip(" ,")
    if match := _COUNTRY.search(rest.lower()):
        value["country"], rest = _said(match[1], _COUNTRIES), rest[: match.start()].strip(" ,")
    if match := _ZIP.search(rest):
        value["postcode"], rest = match[1].upper(), rest[: match.start()].strip(" ,")
        if (country := _said(match[1].lower(), _CODES_OF)) is not None:
            value["country"] = country
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if len(parts) > 1 and (state := _state(parts[-1]) or _province(parts[-2], parts[-1])):
        value["state"] = state
        parts.pop()
    elif parts:
        words = parts[-1].split()
        for size in (3, 2, 1):
            before, last = " ".join(words[:-size]), " ".join(words[-size:])
            if before and (state := _state(last) or _province(before, last)):
                value["state"], parts[-1] = state, before
                break
    parts = [_written(part) for part in parts]
    if len(parts) > 1:
        # A district goes before its town: "Xuhui District, Shanghai".
        value["district"] = parts[-2]
    if parts:
        value["city"] = parts[-1]
    return value


def _said(words: str, ways: Mapping[str, str]) -> str | None:
    return next((name for name, pattern in ways.items() if re.fullmatch(pattern, words)), None)


def _state(words: str) -> str | None:
    plain = words.strip(" .").lower()
    return plain.upper() if plain.upper() in _CODES else _STATES.get(plain)


def _province(before: str, words: str) -> str | None:
    """Return a province of China; a city that is its own province is one only after itself: "Shanghai, Shanghai"."""
    plain = words.lower()
    named = plain in _PROVINCES or (plain in _MUNICIPALITIES and before.lower() == plain)
    return _written(words) if named else None


def _written(words: str) -> str:
    """Write names as they stand on a parcel: who types small letters only, spares the key."""
    words = words.strip(" ,")
    return words if any(letter.isupper() for letter in words) else string.capwords(words)


def _chinese(text: Text) -> Iterator[Entity]:
    position = 0
    for chunk in re.split(r"([,。.;!?\n；])", text.plain):
        yield from _chinese_chunk(text, chunk, position)
        position += len(chunk)


def _chinese_chunk(text: Text, chunk: str, offset: int) -> Iterator[Entity]:
    if not any(mark in chunk for mark in "路街道号区市县镇村室栋楼弄巷园苑城"):
        return
    lead = _ZH_LEAD.match(chunk[:60])
    begin = lead.end() if lead else 0
    while begin < len(chunk) and chunk[begin] in " :":
        begin += 1
    # "The office's, 滨江区科技路66号": what only says whose address it is stands before a space.
    later = (space.end() for space in re.finditer(r"\s+", chunk) if space.end() > begin)
    if (named := _ZH_REGION.search(chunk, begin)) and not re.search(r"[\dA-Za-z]", chunk[begin : named.start()]):
        begin = named.start()  # 别寄家里 寄浙江省...: what stands before the province says what to do
    match = (
        _ZH.match(chunk, begin)
        or next((m for m in _ZH.finditer(chunk, 0) if m["city"] or m["state"]), None)
        or next((m for start in later if (m := _ZH.match(chunk, start))), None)
    )
    if match is None or not (
        match["city"] or match["district"] or match["state"] or re.search(r"\d+(?:号|室|栋|弄)", match[0])
    ):
        return
    if not re.search(r"\d|小区|花园|大厦|公寓|广场|大学|校区|苑", match[0]) or _A_SIZE.search(chunk[: match.end()]):
        return
    if _NOT_IT.search(chunk[: match.start()]):
        return
    whole = match[0]
    if stop := _ZH_STOP.search(whole):
        whole = whole[: stop.start()]
    whole = _THITHER.sub("", whole.rstrip(" 的"))
    value: JsonObject = {key: match[key].strip() for key in ("state", "city", "district") if match[key]}
    head = max((match.end(key) for key in value), default=match.start())
    value["line1"] = chunk[head : match.start() + len(whole)].strip()
    if value["line1"]:
        yield entity(text, "address", value, (offset + match.start(), offset + match.start() + len(whole)), score=0.9)

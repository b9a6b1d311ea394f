"""Option wishes without a value: by comparison ("one size up", 亮一点的, "the most storage"), by price, or "it does not matter"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text

SCALES: tuple[tuple[str, str, str], ...] = (
    ("screen size", r"screens?(?: size)?|displays?", "屏幕"),
    ("frame size", r"frames?(?: size)?", "车架"),
    ("battery life", r"battery(?: life)?", "续航|电池"),
    ("brightness", "brightness", "亮度"),
    ("resolution", "resolution|megapixels?", "分辨率|像素|清晰度"),
    ("zoom", "zoom(?: range| capacity)?", "变焦"),
    ("storage", "storage(?: space| capacity)?|disk(?: space)?", "存储(?:空间)?|硬盘"),
    ("ram", "ram|memory", "内存"),
    ("pieces", "pieces", "[片块]数?"),
    ("capacity", "capacity|volume", "容量"),
    ("pressure", "pressure", "压力"),
    ("length", "length", "长度"),
    ("height", "height", "高度"),
    ("thickness", "thickness", "厚度"),
    ("difficulty level", "difficulty(?: level)?", "难度"),
    ("color", "colou?rs?", "颜色"),
    ("material", "materials?", "材质|面料"),
    ("style", "styles?", "款式"),
    ("type", "types?", "类型"),
    ("model", "model", "型号"),
    ("brand", "brand", "品牌|牌子"),
    ("theme", "themes?", "主题"),
    ("waterproof", "waterproof(?:ing)?|water[ -]?resist(?:ant|ance)", "(?:防不|是否|不)?防水"),
    ("size", "sizes?", "尺码|尺寸|码数?|大小"),
)
"""Option keys by the words that name them, in English and in Chinese."""
_WORDS_EN = "|".join(f"(?P<k{number}>{words})" for number, (_key, words, _zh) in enumerate(SCALES))
_WORDS_ZH = "|".join(f"(?P<k{number}>{words})" for number, (_key, _en, words) in enumerate(SCALES))

_DEGREES = (
    ("larger", "more|higher|bigger|larger|longer|greater", "更[大多高长]|[大多高长]一?[点些]"),
    ("smaller", "less|lower|smaller|shorter|fewer", "更[小少低短]|[小少低短]一?[点些]"),
    ("largest", "most|highest|biggest|largest|longest|greatest|max(?:imum)?", "最[大多高长]"),
    ("smallest", "least|lowest|smallest|shortest|fewest|min(?:imum)?", "最[小少低短]"),
)
_OF_KEY = tuple(
    (relation, re.compile(pattern))
    for relation, en, zh in _DEGREES
    for pattern in (
        rf"\b(?:(?:the|a|an|slightly|much|even) )*(?:{en})(?: possible| available)? (?:{_WORDS_EN})\b",
        rf"(?:{_WORDS_ZH})(?:要|是|的)?(?:{zh})的?",
        rf"(?:{zh})的?(?:{_WORDS_ZH})",
    )
)
_ADJECTIVES = (
    ("brightness", "larger", "(?<!less )brighter", "更亮|亮一?[点些]"),
    ("brightness", "smaller", "less bright|dimmer|darker|not (?:so|as|that) bright", "更暗|暗一?[点些]|没那么亮|不那么亮"),
    ("brightness", "largest", "brightest", "最亮"),
    ("brightness", "smallest", "dimmest", "最暗"),
    ("length", "larger", "(?:(?:a|the|slightly|much) )longer|longer (?=one|version)", "更长|长一?[点些]"),
    ("length", "smaller", "(?:(?:a|the|slightly|much) )shorter|shorter (?=one|version)", "更短|短一?[点些]"),
    ("height", "larger", "(?:(?:a|the|slightly|much) )taller|taller (?=one|version)", "更高|高一?[点些]"),
    ("thickness", "larger", "(?:(?:a|the|slightly|much) )thicker|thicker (?=one|version)", "更厚|厚一?[点些]"),
    ("thickness", "smaller", "(?:(?:a|the|slightly|much) )thinner|thinner (?=one|version)", "更薄|薄一?[点些]"),
    ("difficulty level", "smaller", "(?:an|the) easier|easier (?=one|version)", "更简单|简单一?[点些]"),
    ("difficulty level", "smallest", "easiest", "最简单"),
    ("difficulty level", "larger", "(?:a|the) harder|harder (?=one|version)", "更难|难一?[点些]"),
    ("", "larger", "(?:next )?size (?:up|larger|bigger|above(?= mine\\b| what\\b| the\\b| my\\b))|next (?:size|one) up|(?<=one )up(?= from )|bigger|larger", "大(?:上?一个?|个)?(?:尺?码|[号点些])|加大一?个?[号码]|[更再]大"),
    ("", "smaller", "(?:next )?size (?:down|smaller|below(?= mine\\b| what\\b| the\\b| my\\b))|next (?:size|one) down|(?<=one )down(?= from )|smaller", "小(?:上?一个?|个)?(?:尺?码|[号点些])|[更再]小"),
    ("", "largest", "biggest|largest", "最大"),
    ("", "smallest", "smallest", "最小"),
    ("price", "cheaper", "cheaper|less expensive", "(?:更|再)?便宜一?[点些]|更便宜"),
    ("price", "cheapest", "cheapest|least expensive|lowest[- ]priced?", "最便宜|价格最低"),
    ("price", "most_expensive", "most expensive|priciest|dearest", "最贵|价格最高"),
)  # fmt: skip
_PLAIN = tuple(
    (key, relation, re.compile(pattern))
    for key, relation, en, zh in _ADJECTIVES
    for pattern in (
        rf"\b(?:(?:the|a|an|one|slightly|much|even) )*(?:{en})(?: (?:one|version|option|available|size)s?\b)?(?!\w)",
        rf"(?:再)?(?:{zh})的?(?:那?(?:个|款|件))?",
    )
)
_SAME = (
    re.compile(
        rf"\bsame (?:{_WORDS_EN})\b|\bkeep(?:ing)? the (?:same )?(?P<kept>{'|'.join(words for _key, words, _zh in SCALES)})\b"
    ),
    re.compile(
        rf"(?:同样|一样|相同|同|原来)的?(?:{_WORDS_ZH})|(?P<kept>{'|'.join(zh for _key, _en, zh in SCALES)})(?:不变|一样|不用变|相同)"
    ),
)
_SAME_THING = re.compile(
    r"\b(?:the )?(?:(?:exact(?:ly)?|very) )?(?:the )?same (?:exact )?(?:one|item|product|thing|specs?)\b|\bidentical\b|\b(?:a |for a )?(?:brand[- ]?new|working|replacement|new)(?: (?:one|unit|pair))\b|\ba replacement\b|换(?:成)?(?:一)?[个件双台只条]?(?:全)?新的(?!款|颜色)|^\W*(?:要|就|跟(?:原来|之前)的?|和(?:原来|之前)的?)?(?:一样|同样)的(?=就行|就好|就可以|可以|吧|\W*$)|一模一样(?:的)?|换(?:成)?一?[个件双台只条](?:一样|同样)的(?=\W*$|就行|吧|就好)|同款|同样的(?!颜色|尺码)|原款"
)
_DO_NOT_MIND_EN = re.compile(
    rf"\b(?:don't|dont|do not) (?:care|mind) (?:(?:about|if|whether|it's|it is|the|which) )*(?:{_WORDS_EN})(?: or not)?"
    rf"|\b(?:the )?(?:{_WORDS_EN.replace('(?P<k', '(?P<m')})(?: or not)? ?(?:doesn't|doesnt|does not|don't|isn't|not) (?:matter|important)"
    rf"|\bany (?:{_WORDS_EN.replace('(?P<k', '(?P<n')})(?: is (?:fine|ok|good))?\b"
)
_DO_NOT_MIND_ZH = re.compile(rf"(?:{_WORDS_ZH})(?:都)?(?:都行|都可以|无所谓|不重要|随便|随意|不限|不在乎|不讲究)")


def relations(text: Text) -> Iterator[Entity]:
    """Yield wishes by comparison: "the same colour", "one size up", "less bright", 便宜点的, 存储最大的.

    A key ``""`` is for grounding to fill: what grows in a bigger bottle is its capacity, in a bigger bicycle its frame.
    """
    for match in (*_DO_NOT_MIND_EN.finditer(text.low), *_DO_NOT_MIND_ZH.finditer(text.low)):
        yield _wish(text, match, _key(match), "any")
    for pattern in _SAME:
        for match in pattern.finditer(text.low):
            yield _wish(text, match, _key(match), "same")
    for match in _SAME_THING.finditer(text.low):
        yield _wish(text, match, "", "same")
    for relation, pattern in _OF_KEY:
        for match in pattern.finditer(text.low):
            yield _wish(text, match, _key(match), relation)
    for key, relation, pattern in _PLAIN:
        for match in pattern.finditer(text.low):
            yield _wish(text, match, key, relation)


def _wish(text: Text, match: re.Match[str], key: str, relation: str) -> Entity:
    return entity(text, "option", {"key": key, "relation": relation}, match.span(), score=0.9)


def _key(match: re.Match[str]) -> str:
    """Return the option key that the words of a match name."""
    for name, words in match.groupdict().items():
        if words is None:
            continue
        if name == "kept":
            return next(key for key, en, zh in SCALES if re.fullmatch(f"{en}|{zh}", words))
        return SCALES[int(name[1:])][0]
    return ""

"""Words that say how somebody was served, as an answer to that very question: "5 stars", 很满意, "not great, took too long"."""

from __future__ import annotations

import dataclasses
import re

_WORDS: dict[int, tuple[str, str]] = {
    5: (
        r"(?:非常|很|特别|十分|超级|超|相当|太)满意|满分|完美|(?:非常|特别|超级|太)(?:好|棒|赞)|很棒|真棒|超赞|点赞|(?:五星)?好评",
        r"(?:very|really|extremely|completely|fully|totally) (?:satisfied|good|happy|pleased|helpful)|excellent|perfect(?:ly)?|great|awesome|amazing|fantastic|brilliant|outstanding|wonderful|superb|(?:i )?loved it|couldn'?t be better|top marks",
    ),
    4: (
        r"(?:比较|挺|蛮|还算|还是)?满意|(?:挺|蛮|还|真)?不错|(?:挺|蛮)好|很好",
        r"(?:(?:pretty|quite|rather) )?(?:good|satisfied|happy|pleased)|pretty well|nice",
    ),
    3: (
        r"一般般?|还行|还可以|马马虎虎|凑合|中规中矩|普普通通",
        r"so[- ]so|average|neutral|not (?:too )?bad|meh|mediocre|decent|neither good nor bad|middling",
    ),
    2: (
        r"不(?:太|是很|怎么|够)?满意|不(?:太|怎么)好|不好|不怎么样|不咋地|较差|有点差|比较差",
        r"not (?:that |so |very |too |really )?(?:great|good|satisfied|happy|pleased|helpful)|poor|bad|dissatisfied|unsatisfied|unhappy|disappoint(?:ing|ed)|could(?: have been|'?ve been| be) better|below average",
    ),
    1: (
        r"(?:非常|很|特别|十分|极其?|极度|太|超级?)不满意|(?:非常|很|特别|太|真|极)(?:差|差劲|糟糕?|烂)|差评|差劲|糟糕|垃圾|零分",
        r"(?:very|really|extremely|so) (?:bad|poor|dissatisfied|unsatisfied|unhappy|disappointed|disappointing)|not (?:satisfied|happy|good) at all|terrible|awful|horrible|worst|useless|rubbish|zero stars?|appalling|dreadful",
    ),
}  # fmt: skip
_ZH_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_EN_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_NUMBER = (
    r"(?P<n>[1-5]|[一二两三四五]|one|two|three|four|five)"
    r"(?:\s*(?:/|out of|of)\s*(?:5|five)|\s*分之?)?(?:\s*[-个颗]?\s*(?:stars?|points?|星级?|分|★|⭐))?"
)
_BEFORE = (
    r"(?:(?:well|um|so|i(?:'?d| would)?|i'?m|we|would|say|give|gave|rate|rating|score|it|you|him|her|them|that|this|was|is|were|the|my|your|service|support|help|"
    r"a|an|of|all|overall|just|only|felt|feel|solid)\b[\s:：]*)*"
    r"(?:(?:我|你|就|那|给|打|评|觉得|感觉|这次|本次|总体|整体|服务|客服|态度|你们|您|个|是|还|：|:)\s*)*"
)
_AFTER = r"(?:\s*(?:please|service|support|experience|job|work|help|from me|overall|for (?:you|the service)|indeed)\b)*\s*(?:吧|啊|呀|了|的|哦|呢|哈|服务|评价)*"
_REST = r"(?:\s*[,，.。!！;；:：~～…—\n-]+\s*(?P<rest>.*))?"


def _pattern(core: str) -> re.Pattern[str]:
    return re.compile(rf"\W*{_BEFORE}(?:{core}){_AFTER}{_REST}", re.IGNORECASE | re.DOTALL)


_NUMBERS = _pattern(_NUMBER)
_SCORES = [(score, _pattern(f"{zh}|{en}")) for score, (zh, en) in sorted(_WORDS.items())]
_POLITE = re.compile(r"\W*(?:(?:thank you|thanks|cheers|thx|谢谢(?:你|您|了)?|多谢|辛苦了?)\W*)+", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class SaidRating:
    """What was read."""

    score: int
    """1 to 5."""
    rest: str = ""
    """What else was said: why, or something else."""


def rating_said(text: str) -> SaidRating | None:
    """Return how many stars a message gives, None where it begins with something else.

    A number must be all that is said before a stop: "5 black socks" are goods.
    """
    words = text.strip()
    if polite := _POLITE.match(words):
        words = words[polite.end() :]
    if found := _NUMBERS.fullmatch(words):
        said = found["n"].lower()
        score = _ZH_NUMBERS.get(said) or _EN_NUMBERS.get(said) or int(said)
        return SaidRating(score, _rest(found))
    for score, pattern in _SCORES:
        if found := pattern.fullmatch(words):
            return SaidRating(score, _rest(found))
    return None


def _rest(found: re.Match[str]) -> str:
    rest = (found["rest"] or "").strip()
    return "" if _POLITE.fullmatch(rest) else rest

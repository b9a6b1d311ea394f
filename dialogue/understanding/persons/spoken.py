"""How a message is put to the model of `dialogue.understanding.persons`: its grams, with words for persons and for machines marked.

Marked, "put me through to the vendor" and "put me through to an operator" are one wording, and so are 叫你们店长来 and 叫你们经理来. The words
as they stand are given too, since a courier, a manager's chair and 人工草坪 are no persons that anybody asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dialogue.understanding.text import HAN
from knowledge.lexicon.sounds import syllable

MAX_CHARS = 400
"""What is read of a piece of a message."""
_PERSONS_EN = (
    "human being", "humans?", "persons?", "people", "agents?", "representatives?", "reps?", "operators?", "managers?", "supervisors?",
    "boss", "superiors?", "specialists?", "technicians?", "experts?", "advisors?", "employees?", "staff members?", "members? of staff",
    "staff", "team members?", "someone", "somebody", "anyone", "anybody", "colleagues?", "coworkers?",
    "customer (?:service|support|care)", "support", "team", "sellers?", "vendors?", "merchants?", "owner", "department", "guys?",
)  # fmt: skip
_PERSONS_ZH = (
    "人工(?:客服|坐席|服务)?", "真人(?:客服)?", "活人", "客服(?:人员|专员|小姐姐)?", "坐席", "专员", "专人", "工作人员", "负责人", "店长", "店主",
    "店家", "卖家", "商家", "掌柜", "老板", "经理", "主管", "领导", "上级", "上司", "同事", "售后", "人类", "管理员",
)  # fmt: skip
_MACHINES_EN = (
    "chat ?bots?", "robots?", "bots?", "machines?", "computers?", "ai", r"automat\w+", "software", "virtual assistant", "assistant",
    "programs?", "algorithm",
)  # fmt: skip
_MACHINES_ZH = ("机器人?", "智能客服", "ai", "程序", "自动回复", "bot", "robot", "系统", "电脑")
_IN_ENGLISH = (
    (
        re.compile(rf"\b(?:(?:real|live|actual|living|human|flesh and blood) )*(?:{'|'.join(_PERSONS_EN)})\b"),
        " xper ",
    ),
    (re.compile(rf"\b(?:{'|'.join(_MACHINES_EN)})\b"), " xbot "),
)
_IN_CHINESE = ((re.compile("|".join(_PERSONS_ZH)), "甲"), (re.compile("|".join(_MACHINES_ZH)), "乙"))
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:'[^\W_]+)?|[?!,.;]")
_WORD = re.compile(r"[a-z']+")
_STOPS = str.maketrans("，。？！；", ",.?!;")
_LONGEST_RUN = {"marked": 5, "english": 3, "chinese": 5}
"""Tokens of the longest run."""
_GAP = 4
"""How far two tokens may stand apart that are taken as a pair."""
_LETTERS = (3, 4, 5)
_SOUNDS = (4, 5, 6, 7, 8)
_SHORT = 24
"""Characters up to which it is looked at how a message sounds: 转任工, "zhuan rengong"."""
_SENTENCE = re.compile(r"(?<=[.!?;。！？；\n])(?<!\b[a-z]\.)(?!\d)\s*")
"""Behind what ends one, which the points of "John R. Hale" and "1.5 l" do not."""


def pieces(low: str) -> list[str]:
    """Return a lower-case message and, where it has several, its sentences."""
    whole = low.strip()
    parts = [part for part in (one.strip() for one in _SENTENCE.split(whole)) if re.search(r"\w", part)]
    return [whole, *parts] if len(parts) > 1 else [whole]


def marked(low: str) -> str:
    """Return a lower-case text with marks in the place of persons and machines."""
    for words, mark in (*_IN_ENGLISH, *(_IN_CHINESE if HAN.search(low) else ())):
        low = words.sub(mark, low)
    return low


def grams(low: str) -> Iterator[str]:
    """Yield what the model weighs of a lower-case text; the first letter is its kind.

    ``r`` runs of words or Chinese characters, ``m`` such runs with persons and machines marked, ``s`` pairs with a gap, ``c`` letters
    of words, ``y`` sounds.
    """
    low = low[:MAX_CHARS].translate(_STOPS)
    chinese = HAN.search(low) is not None
    plain, masked = (["^", *_TOKEN.findall(text), "$"] for text in (low, marked(low)))
    yield from _runs("r", plain, _LONGEST_RUN["chinese" if chinese else "english"])
    yield from _runs("m", masked, _LONGEST_RUN["marked"])
    for first, token in enumerate(masked):
        yield from (f"s{token}_{other}" for other in masked[first + 2 : first + 1 + _GAP])
    for word in _WORD.findall(low):
        yield from _of_letters("c", f" {word} ", _LETTERS)
    if len(low) < _SHORT:
        sounds = "".join(map(syllable, filter(str.isalnum, low)))
        yield from _of_letters("y", f"<{sounds}>", _SOUNDS)


def _runs(kind: str, tokens: Sequence[str], longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        yield from (f"{kind}{' '.join(tokens[at : at + size])}" for at in range(len(tokens) - size + 1))


def _of_letters(kind: str, text: str, sizes: Sequence[int]) -> Iterator[str]:
    for size in sizes:
        yield from (f"{kind}{text[at : at + size]}" for at in range(len(text) - size + 1))

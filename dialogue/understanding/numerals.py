"""Numbers written in words: 一百五十, 两, 3万, two, twenty five."""

from __future__ import annotations

import re

TOGETHER = re.compile(r"一块(?:儿|(?=给|都|取消|处理|[退换撤办弄改发寄送买领开]))")
"""No yuan and no piece: it says that several things are done at once."""
_ZH_DIGITS = {
    c: n
    for n, chars in enumerate(("零〇", "一壹", "二两俩贰", "三仨叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in chars
}
_ZH_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "亿": 100_000_000}
_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = {
    w: 10 * n for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
EN_NUMBERS = {word: n for n, word in enumerate(_EN)} | _EN_TENS | {"a couple": 2, "a dozen": 12}
EN_ORDINALS = {
    w: n
    for n, w in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
    )
}

ZH_NUMBER = r"[零〇一二两俩三仨四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟]+"
"""Pattern of a number in Chinese characters."""
EN_NUMBER = r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -])?(?:" + "|".join(EN_NUMBERS) + ")"
"""Pattern of a small number in English words."""
_EN_DIGIT = "one|two|three|four|five|six|seven|eight|nine"
_EN_HUNDREDS = rf"(?:a|{_EN_DIGIT}) hundred(?:(?: and)?[ -]{EN_NUMBER})?"
_EN_SPOKEN = rf"(?:{_EN_DIGIT})[ -](?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_EN_DIGIT}))?|ten|eleven|twelve|\w+teen)"
EN_CARDINAL = rf"(?:{_EN_HUNDREDS}|{_EN_SPOKEN}|{EN_NUMBER})"
"""Pattern of a number below a thousand in English words: "one hundred and fifty-eight", and as it is spoken, "one fifty-eight"."""
NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{ZH_NUMBER})"
"""Pattern of a number in figures or in Chinese characters."""


def parse(text: str) -> float | None:
    """Read a number in figures, Chinese characters or English words; None when it is none."""
    text = text.strip().lower().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if text in EN_NUMBERS:
        return float(EN_NUMBERS[text])
    if match := re.fullmatch(rf"(a|{_EN_DIGIT}) hundred(?:(?: and)?[ -](.+))?", text):
        return 100.0 * EN_NUMBERS.get(match[1], 1) + (parse(match[2]) or 0 if match[2] else 0)
    if match := re.fullmatch(rf"({_EN_DIGIT})[ -](\w+(?:ty|teen)|ten|eleven|twelve)(?:[ -]({_EN_DIGIT}))?", text):
        return 100.0 * EN_NUMBERS[match[1]] + EN_NUMBERS.get(match[2], 0) + EN_NUMBERS.get(match[3] or "", 0)
    if match := re.fullmatch(r"(\w+ty)[ -](\w+)", text):
        tens, ones = EN_NUMBERS.get(match[1]), EN_NUMBERS.get(match[2])
        return float(tens + ones) if tens is not None and ones is not None else None
    return _chinese(text)


def _chinese(text: str) -> float | None:
    if not text or any(c not in _ZH_DIGITS and c not in _ZH_UNITS for c in text):
        return None
    if all(c in _ZH_DIGITS for c in text):
        return float("".join(str(_ZH_DIGITS[c]) for c in text)) if len(text) > 1 else float(_ZH_DIGITS[text])
    total, section, digit, unit = 0, 0, 0, 1
    for char in text:
        if char in _ZH_DIGITS:
            digit = _ZH_DIGITS[char]
            if digit == 0:
                unit = 10
            continue
        unit = _ZH_UNITS[char]
        if unit >= 10_000:
            total, section, digit = (total + section + digit) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
    # 一百五 is 150, 三千二 is 3200: a lone last digit counts the next lower unit.
    tail = digit * (unit // 10) if digit and unit >= 100 and text[-2:-1] in _ZH_UNITS else digit
    return float(total + section + tail)

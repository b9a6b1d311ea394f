"""What a merchant says of a text of the bot, apart from the words that it is to say: those are data and read by nobody."""

from __future__ import annotations

import dataclasses
import re

_NAMED = re.compile(
    r"话术|说法|措辞|欢迎语|开场白|结束语|你(?:要|该|就)?(?:说|讲|回复)|(?:机器人|小二|客服机器人)[^，。]{0,12}(?:说|讲|回复)|回复语|回复内容|自动回复|那[句段]话|这[句段]话|的回复|的回答|的文案|的提示语"
    r"|\bwhat (?:do |does |will |would )?(?:you|the bot|xiaoer|it) (?:says?|tells?|repl(?:y|ies)|answers?|asks?)|\b(?:your|the bot's|bot's|xiaoer's) (?:\w+ ){0,3}(?:greeting|welcome|goodbye|message|reply|answer|wording|words|text|sentence|question)\b"
    r"|\b(?:wording|bot text|bot message|reply template|welcome (?:message|text)|greeting (?:message|text)|opening (?:message|text|line))\b"
    r"|\bthe (?:message|text|reply|sentence|words|answer|question) (?:that )?(?:customers|shoppers|people|you|is (?:said|shown|sent)|when|after|before|once|if|for|at)\b"
    r"|\bhow you (?:greet|say|tell|ask|put)|\b(?:stop saying|instead of saying|make (?:the bot|xiaoer|it) say|(?:the bot|xiaoer|you) (?:should|must|shall) say)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"(?:改成|改为|换成|改作|写成|更新为|说成|就说|应该说|要说|\bto(?: say| read)?|\binto|\bwith|\bsays?|\bsay)\s*[,:：，]?\s*(?P<body>[“\"「『].+[”\"」』])\s*[。.!！]?\s*$",
    re.DOTALL | re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:(?:改成|改为|换成|改作|写成|更新为|说成|就说|应该说|要说)\s*[:：，,]?\s*|\b(?:to(?: say| read)?|into|with|so that it says|should say|must say|shall say)\s*[:：]\s*|(?<![中英])[:：]\s*)(?P<body>\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
_SAY = re.compile(
    r"\b(?:to say|to read|so that it says|(?:should|must|shall) say|make (?:the bot|xiaoer|it) say)\s+(?P<body>\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
_TO = re.compile(r"\bto\s+(?P<body>(?-i:[A-Z\u4e00-\u9fff{]).*)$", re.DOTALL | re.IGNORECASE)
_LETTERS = re.compile(r"[\u4e00-\u9fff]{3}|[A-Za-z]{3}.*[A-Za-z]{2}|[\u4e00-\u9fff].*\{", re.DOTALL)
"""More than a figure: words that can be said."""
_CLOSED = re.compile(r"^[“\"「『](.*)[”\"」』][。.]?$", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class TextWords:
    """`head`: the wish itself, which says what text is meant. `body`: the words that it is to have; ``""``: not given.

    `wish` is the head with what leads to the body.
    """

    head: str
    body: str
    wish: str


def text_words(text: str) -> TextWords:
    """Part a message about what the bot says: the new words begin behind 改成, "to say", a colon, or "to" and a capital letter."""
    places = [found for pattern in (_BEHIND, _SAY, _TO) if (found := pattern.search(text))]
    found = _QUOTED.search(text) or min(places, key=lambda one: one.start("body"), default=None)
    if found is None:
        return TextWords(text, "", text)
    body = found["body"].strip()
    closed = _CLOSED.match(body)
    return TextWords(text[: found.start()], (closed[1] if closed else body).strip(), text[: found.start("body")])


def names_a_text(text: str) -> bool:
    """Whether the part of a message that is no new text names something that the bot says."""
    return _NAMED.search(text_words(text).wish) is not None


def gives_words(text: str) -> bool:
    """Whether a message names something that the bot says, and goes on with other words for it."""
    return _LETTERS.search(text_words(text).body) is not None and names_a_text(text)

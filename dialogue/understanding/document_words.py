"""What a merchant says of a help document, apart from the text that it is to have: that text is data and read by nobody."""

from __future__ import annotations

import dataclasses
import re

_NAMED = re.compile(r"文档|文章|帮助页|说明|政策|\b(?:article|document|help page|page|doc|policy)\b", re.IGNORECASE)
_GIVEN = re.compile(
    r"[:：]\s*(?P<body>\S.*)$|(?:改成|改为|更新为|写成|换成)\s*[“\"「](?P<zh>.+)[”\"」]\s*$|\b(?:to say|to read|should (?:say|read)) (?P<en>\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
_TITLE = re.compile(r"《([^》]{1,200})》|[“\"「]([^”\"」]{1,200})[”\"」]")
_CLOSED = re.compile(r"^[“\"「](.*)[”\"」]$", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class DocumentWords:
    """`head`: the wish itself. `title`: what it puts in quotation marks; `body`: the text behind it. ``""``: not given."""

    head: str
    title: str
    body: str


def document_words(text: str) -> DocumentWords:
    """Part a message about a document: the text begins behind the first colon, or behind "to say" and the like."""
    given = _GIVEN.search(text)
    head = text[: given.start()] if given else text
    title = _TITLE.search(head)
    body = next((part for part in given.groupdict().values() if part), "").strip() if given else ""
    closed = _CLOSED.match(body)
    return DocumentWords(head, (title[1] or title[2]).strip() if title else "", (closed[1] if closed else body).strip())


def gives_a_text(text: str) -> bool:
    """Whether a message names a document and goes on with a text for it."""
    return _GIVEN.search(text) is not None and _NAMED.search(document_words(text).head) is not None

"""Words that people outside wrote, where they pass through replies: their links are taken out, and no model rewords them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agent.grounding import addresses
from dialogue.replies.templates import LONG as SHOWN
from dialogue.replies.types import Reply
from knowledge.types import JsonObject
from tools.provenance import leaves

_HAN = re.compile(r"[\u3400-\u9fff]")
_FOR_AN_ADDRESS = re.compile(
    r"^(?!.*\b(?:attributes|options)\.).*(?:^|[._])(?:url|link|image|email|website)s?(?:\.\d+)?$"
)
"""Fields that hold an address; names within attributes and options are their author's."""
LONG, LONG_HAN = 12, 4
"""Characters, or Chinese ones among them, from which a text may say something and not only name it."""


def passages(results: Iterable[JsonObject]) -> list[str]:
    """Return the texts of results that may say something, the longest first."""
    found = {text for result in results for _, text in leaves(result) if isinstance(text, str)}
    return sorted(
        (text for text in found if len(text) >= LONG or len(_HAN.findall(text)) >= LONG_HAN),
        key=lambda text: (-len(text), text),
    )


def unquoted(results: Iterable[JsonObject], text: str) -> str:
    """Return a text without what it quotes of the results: what a merchant is shown of a document or a text of the bot claims nothing."""
    for passage in passages(results):
        for quoted in (passage, passage[:SHOWN]):
            text = text.replace(quoted, " ")
    return text


def own_addresses(results: Iterable[JsonObject]) -> set[str]:
    """Return the links and e-mail addresses that are the value of a field for one, such as where to track a parcel."""
    return {
        value.strip()
        for result in results
        for place, value in leaves(result)
        if isinstance(value, str) and _FOR_AN_ADDRESS.search(place) and addresses(value) == (value.strip(),)
    }


def hold_addresses(replies: Iterable[Reply]) -> bool:
    """Whether there is any link or e-mail address in replies."""
    return any(
        addresses(text)
        for reply in replies
        for _, text in leaves(reply.model_dump(mode="json"))
        if isinstance(text, str)
    )


def planted_links(results: Iterable[JsonObject], said: str) -> list[str]:
    """Return the links and e-mail addresses in what tools returned that are no field's own and not the person's, the longest first."""
    results = list(results)
    known, low = own_addresses(results), said.casefold()
    found = {address for text in passages(results) for address in addresses(text)}
    return sorted(
        (address for address in found - known if address.casefold() not in low),
        key=lambda address: (-len(address), address),
    )


def without(links: Iterable[str], text: str, instead: str) -> str:
    """Return a text with every link replaced, with what Markdown makes of it: a picture, words to press."""
    for link in links:
        written = re.escape(link)
        text = re.sub(rf"!?\[[^\]]*\]\({written}[^)\s]*\)?|{written}", lambda _: instead, text)
    return text


def disarmed(reply: Reply, links: Iterable[str], instead: str) -> Reply:
    """Return a reply without links that others planted; a passage of the shop's documents is the shop's own word."""
    links = list(links)
    if not links or reply.type == "citation":
        return reply

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return without(links, value, instead)
        if isinstance(value, dict):
            return {name: clean(part) for name, part in value.items()}
        return [clean(part) for part in value] if isinstance(value, list | tuple) else value

    return type(reply).model_validate(clean(reply.model_dump()))

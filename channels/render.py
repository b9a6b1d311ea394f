"""Replies as plain text, for channels that know no cards: terminal and OpenAI clients."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.replies.types import ChoicesReply, CitationReply, ProductsReply, Reply
from dialogue.understanding.voice.types import HeardVoice, Hearing


def plain(reply: Reply) -> str:
    """Return a reply as text; buttons become numbered lines, products a list, a citation its source."""
    return "\n".join(part for part in (reply.text, *_extra(reply)) if part)


def plain_all(replies: list[Reply] | tuple[Reply, ...]) -> str:
    """Return all replies of a turn as one text."""
    return "\n\n".join(text for text in (plain(reply) for reply in replies) if text)


def heard_lines(hearing: Hearing) -> Iterator[str]:
    """Yield what was said in a voice message, and how it sounded."""
    if hearing.transcript is not None and hearing.transcript.text:
        yield f"[voice 语音] {hearing.transcript.text}"
    if hearing.voice is not None:
        yield f"[voice 语音] {spoken(hearing.voice)}"


def spoken(voice: HeardVoice) -> str:
    """Return how a voice sounded, in one line."""
    chance = f" {voice.mood.chance:.2f}" if voice.mood.chance else ""
    impatient = f", impatience {voice.impatience:.2f}" if voice.impatience is not None else ""
    return f"{voice.mood.label}{chance}{impatient}, {voice.seconds:.1f} s"


def _extra(reply: Reply) -> Iterator[str]:
    match reply:
        case ChoicesReply():
            missing = [choice for choice in reply.choices if choice.label not in reply.text]
            if missing:
                yield from (f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1))
        case ProductsReply():
            yield from (
                f"- {title}" + (f" · {price}" if price else "")
                for title, price in ((str(p.get("title", "")), str(p.get("price", ""))) for p in reply.products)
                if title and title not in reply.text
            )
        case CitationReply():
            source = " › ".join(part for part in (reply.title, reply.heading) if part)
            if source and source not in reply.text:
                yield f"({source})"

"""What a message may be, and what a turn was: checks and views that need no database."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Sequence

from dialogue.errors import MessageRefusedError
from dialogue.events import StoredEvent
from dialogue.turn import Turn
from dialogue.understanding.voice.types import Hearing

MAX_TEXT = 4000
"""Characters of one message; longer ones are refused with `MessageRefusedError` ``too_long``."""

logger = logging.getLogger(__name__)


def checked_text(text: str, *, has_attachments: bool) -> str:
    """Return the text without control characters. Raises `MessageRefusedError`."""
    if len(text) > MAX_TEXT:
        raise MessageRefusedError(
            "too_long", f"expected at most {MAX_TEXT} characters, got {len(text)}; send it in parts"
        )
    kept = "".join(character for character in text if character in "\n\t" or not _is_control(character))
    if "\ufffd" in text or len(kept) < len(text) * 0.7:
        raise MessageRefusedError("not_text", "this does not look like text; send UTF-8 text")
    if not kept.strip() and not has_attachments:
        raise MessageRefusedError("empty", "the message is empty; write something or attach a picture")
    return kept


def _is_control(character: str) -> bool:
    """Tell a control character, a surrogate or an unassigned code from text; joiners within emoji are text."""
    category = unicodedata.category(character)
    return category.startswith("C") and category != "Cf"


def log_turn(turn: Turn) -> None:
    """Write the one line of a turn; no shopper's words in it."""
    understanding = turn.understanding
    logger.info(
        "turn conversation=%s intent=%s emotion=%s handled_by=%s tools=%s ms=%.1f",
        turn.conversation_id,
        understanding.intents[0].intent if understanding and understanding.intents else "-",
        understanding.emotion.label if understanding else "-",
        turn.handled_by,
        ",".join(f"{action.tool}:{action.status}" for action in turn.actions) or "-",
        turn.ms.total,
    )


def past_turn(conversation_id: str, after_message: Sequence[StoredEvent], seq: int) -> Turn:
    """Rebuild the turn that answered the message `seq` from the events that follow it."""
    turn = Turn(conversation_id=conversation_id, seq=seq, handled_by="bot", replies=[])
    heard: dict[str, Hearing] = {}
    for entry in after_message:
        event = entry.event
        match event.type:
            case "voice_transcribed" | "voice_heard":
                known = heard.get(event.attachment_id, Hearing(attachment_id=event.attachment_id))
                part = {"transcript": event.transcript} if event.type == "voice_transcribed" else {"voice": event.voice}
                heard[event.attachment_id] = known.model_copy(update=part)
            case "understood":
                turn = turn.model_copy(update={"understanding": event.understanding, "actions": [], "replies": []})
            case "tool_returned":
                turn.actions.append(event.action)
            case "replied" if event.author != "agent" and not event.reminder:
                turn.replies.extend(event.replies)
            case "turn_ended" if event.of_seq >= seq:
                found = ("handled_by", "ms", "trend", "satisfaction", "ticket")
                known_voices = {"heard": list(heard.values())}
                return turn.model_copy(
                    update={"seq": entry.seq, **known_voices, **{name: getattr(event, name) for name in found}}
                )
            case _:
                pass
    return turn

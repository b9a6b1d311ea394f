"""A conversation that was held, as a scenario wants to know it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dialogue.events import (
    AttachmentRef,
    CustomerProven,
    Event,
    FlowsChanged,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    ToolReturned,
    VoiceTranscribed,
)
from dialogue.turn import Action
from knowledge.schema import Conversation
from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class Past:
    """The part of a conversation that the bot had to itself: from its beginning until a person took over."""

    head: Conversation
    events: tuple[Event, ...]
    handed_over: bool
    """The bot asked for a person."""
    times: tuple[dt.datetime, ...] = ()
    """When each of `messages` came."""

    @classmethod
    def of(cls, head: Conversation, stored: Sequence[StoredEvent]) -> Past:
        """Cut the conversation off where somebody else has the word."""
        taken = (
            place
            for place, entry in enumerate(stored)
            if isinstance(entry.event, OwnershipChanged) and entry.event.owner != "bot"
        )
        end = next(taken, None)
        last = stored[end].event if end is not None else None
        handed_over = isinstance(last, OwnershipChanged) and last.owner == "queued"
        mine = stored[:end]
        times = tuple(entry.at for entry in mine if _is_shoppers(entry.event))
        return cls(head, tuple(entry.event for entry in mine), handed_over, times)

    @property
    def began(self) -> dt.datetime:
        """When the conversation was opened."""
        return self.head.created_at

    @property
    def lang(self) -> Lang:
        """The language of the greeting."""
        greeting = next(event for event in self.events if isinstance(event, Replied))
        return greeting.replies[0].lang

    @property
    def signed_in(self) -> bool:
        """Whether the person was known before saying anything."""
        return self.head.verified_by == "token"

    @property
    def customer_id(self) -> str | None:
        """Whose records it was about: who was signed in, or who proved to be somebody."""
        proven = [event.customer_id for event in self.events if isinstance(event, CustomerProven)]
        return proven[-1] if proven else self.head.customer_id

    @property
    def messages(self) -> list[MessageReceived]:
        """What the shopper wrote, and in place of a recording what was said in it."""
        said = {
            event.attachment_id: event.transcript.text
            for event in self.events
            if isinstance(event, VoiceTranscribed) and event.transcript.text
        }
        return [
            _written(event, said) for event in self.events if isinstance(event, MessageReceived) and _is_shoppers(event)
        ]

    @property
    def attachments(self) -> list[tuple[int, AttachmentRef]]:
        """What came along, each with the place of its message."""
        return [(place, ref) for place, message in enumerate(self.messages) for ref in message.attachments]

    @property
    def actions(self) -> list[Action]:
        """Every tool call, with what it gave."""
        return [event.action for event in self.events if isinstance(event, ToolReturned)]

    @property
    def effects(self) -> list[Action]:
        """The calls that changed something."""
        return [action for action in self.actions if action.receipt]

    @property
    def flows(self) -> list[str]:
        """The requests that were made, in their order."""
        stacks = [event.stack for event in self.events if isinstance(event, FlowsChanged)]
        return list(dict.fromkeys(str(frame["flow"]) for stack in stacks for frame in stack))

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every JSON object that a tool was given or gave, oldest first, the outer before those in it."""
        for action in self.actions:
            yield from objects(action.arguments)
            yield from objects(action.result)


def _written(message: MessageReceived, said: Mapping[str, str]) -> MessageReceived:
    spoken = [said[ref.id] for ref in message.attachments if ref.id in said]
    kept = tuple(ref for ref in message.attachments if ref.id not in said)
    text = "\n".join(part for part in (message.text, *spoken) if part.strip())
    return message.model_copy(update={"text": text, "attachments": kept})


def _is_shoppers(event: Event) -> bool:
    return isinstance(event, MessageReceived) and event.author == "shopper"


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a value, the outer before those in it."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(part)

"""Sittings: the stretches of a shopper's conversation, each with how it ended and how the shopper sounded, as a fold over its events.

A sitting begins with what the shopper writes and goes on until nobody has written for `IDLE`, or longer while a ticket of it is
open. A message that only rates the service belongs to none. Endings:

autonomous   the bot alone, with something done or answered and nothing left open
assisted     a person had it, and the bot went on
handed_over  a person ended it
abandoned    the shopper left with something open: a question of the bot, a message not understood or not answered, or nothing done
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from dialogue.commands import Emotion
from dialogue.events import (
    Asked,
    Decided,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    TicketOpened,
    TurnEnded,
    Understood,
    VoiceHeard,
)
from dialogue.state import RATING, displeasure, is_lost
from knowledge.schema import Conversation, Sitting
from knowledge.schema.served import IDLE

COUNTED = ("message_received", "understood", "decided", "asked", "replied", "voice_heard", "ownership_changed", "ticket_opened", "turn_ended")  # fmt: skip
"""The types of event that count."""
_OPEN_QUESTIONS = frozenset({"slot", "confirm", "choice"})


def sittings(
    head: Conversation, events: Sequence[StoredEvent], resolved: Mapping[str, dt.datetime | None]
) -> list[Sitting]:
    """Return the sittings of a conversation, oldest first.

    Args:
        resolved: when each of its tickets was resolved; None: it is not.
    """
    fold = _Fold(head, resolved, _ratings(events))
    for stored in events:
        fold.take(stored)
    return [each.row(head, number) for number, each in enumerate(fold.found, start=1)]


def _ratings(events: Iterable[StoredEvent]) -> frozenset[int]:
    """Return the places of messages that only rate the service."""
    found: set[int] = set()
    waiting: list[int] = []
    route = ""
    for stored in events:
        match stored.event:
            case MessageReceived(author="shopper"):
                waiting.append(stored.seq)
            case Decided():
                route = stored.event.route
            case TurnEnded():
                answered = [seq for seq in waiting if seq <= stored.event.of_seq]
                found.update(answered if route == RATING else ())
                waiting, route = [seq for seq in waiting if seq not in answered], ""
    return frozenset(found)


@dataclasses.dataclass
class _Open:
    """A sitting that is being followed."""

    started_at: dt.datetime
    ended_at: dt.datetime
    lang: str
    messages: int = 0
    tickets: list[str] = dataclasses.field(default_factory=list)
    agent_id: str | None = None
    by_person: bool = False
    resolved_last: bool = False
    """A person ended the case, and the shopper wrote nothing more."""
    served: bool = False
    asked: bool = False
    lost: bool = False
    unanswered: bool = False
    route: str = ""
    moods: list[Emotion] = dataclasses.field(default_factory=list)
    voices: list[str] = dataclasses.field(default_factory=list)

    def ending(self) -> str:
        """Tell how it ends if nothing more is said."""
        if self.resolved_last:
            return "handed_over"
        if self.unanswered or self.asked or self.lost or not (self.served or self.by_person):
            return "abandoned"
        return "assisted" if self.by_person else "autonomous"

    def row(self, head: Conversation, number: int) -> Sitting:
        """Return it as it is kept."""
        first, last = (self.moods[0], self.moods[-1]) if self.moods else (None, None)
        return Sitting(
            conversation_id=head.id,
            number=number,
            person=head.customer_id or head.subject or head.id,
            channel=head.channel,
            lang=self.lang,
            started_at=self.started_at,
            ended_at=self.ended_at,
            ending=self.ending(),
            ticket_id=self.tickets[-1] if self.tickets else None,
            agent_id=self.agent_id,
            messages=self.messages,
            first_mood=first.label if first else "",
            last_mood=last.label if last else "",
            first_displeasure=displeasure(first) if first else None,
            last_displeasure=displeasure(last) if last else None,
            first_voice=self.voices[0] if self.voices else "",
            last_voice=self.voices[-1] if self.voices else "",
        )


class _Fold:
    def __init__(self, head: Conversation, resolved: Mapping[str, dt.datetime | None], ratings: frozenset[int]) -> None:
        self.head = head
        self.resolved = resolved
        self.ratings = ratings
        self.found: list[_Open] = []
        self._rating = False

    def take(self, stored: StoredEvent) -> None:
        event = stored.event
        if isinstance(event, MessageReceived) and event.author == "shopper":
            self._rating = stored.seq in self.ratings
            if not self._rating:
                self._wrote(stored.at)
        elif isinstance(event, TurnEnded):
            if self.found and not self._rating:
                self.found[-1].unanswered = event.handled_by == "queue"
            self._rating = False
        elif self.found and not self._rating:
            self._happened(self.found[-1], stored)

    def _wrote(self, at: dt.datetime) -> None:
        now = self.found[-1] if self.found else None
        if now is None or (at - now.ended_at > IDLE and not self._waits(now, at)):
            now = _Open(at, at, now.lang if now else self.head.lang)
            self.found.append(now)
        now.messages += 1
        now.ended_at = at
        now.resolved_last, now.unanswered = False, True

    def _waits(self, sitting: _Open, at: dt.datetime) -> bool:
        """Tell whether a ticket of it was open then."""
        ends = [self.resolved.get(ticket_id, at) for ticket_id in sitting.tickets]
        return any(end is None or end > at for end in ends)

    def _happened(self, now: _Open, stored: StoredEvent) -> None:
        match stored.event:
            case Understood(understanding=understood):
                now.lang = understood.lang
                now.lost = is_lost(understood)
                now.moods += [understood.emotion] if understood.emotion.label != "unknown" else []
            case VoiceHeard(voice=voice):
                now.voices += [voice.mood.label] if voice.mood.label != "unknown" else []
            case Decided(route=route):
                now.route = route
                now.served = now.served or route in {"flow", "agent"}
                now.lost = now.lost and route != "agent"
            case Asked(question=question):
                now.asked = question is not None and question.kind in _OPEN_QUESTIONS
            case TicketOpened(ticket=ticket):
                now.tickets += [ticket.id] if ticket.id not in now.tickets else []
            case OwnershipChanged():
                self._changed_hands(now, stored.event)
            case Replied(reminder=False) as replied:
                self._answered(now, replied, stored.at)
            case _:
                pass

    @staticmethod
    def _changed_hands(now: _Open, event: OwnershipChanged) -> None:
        if event.owner == "human":
            now.by_person, now.agent_id, now.asked, now.lost = True, event.agent_id, False, False
        elif event.owner == "bot":
            now.resolved_last = event.reason == "resolve"
            now.unanswered, now.asked = False, False

    @staticmethod
    def _answered(now: _Open, replied: Replied, at: dt.datetime) -> None:
        now.ended_at = at
        now.unanswered = False
        cited = any(reply.type in {"citation", "products", "order"} for reply in replied.replies)
        now.served = now.served or (replied.author == "bot" and now.route == "knowledge" and cited)

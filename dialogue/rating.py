"""How the shopper was served: the question when the bot is done, and an answer in words."""

from __future__ import annotations

from dialogue.commands import AskHuman, ChitChat, StartFlow, Understanding
from dialogue.events import Rated
from dialogue.replies.templates import Templates
from dialogue.replies.types import RatingReply
from dialogue.state import RATING, DialogueState
from dialogue.understanding.rating_words import SaidRating, rating_said
from dialogue.work import Work
from knowledge.types import Lang
from tools.base import Identity, ToolCall
from tools.ticketing.rating import LONGEST_REMARK, RatingAsked

_GOES = frozenset({"goodbye", "thanks"})
_NOT_ASKED_IN = frozenset({"angry", "annoyed"})
LOW = 2
"""Who gives no more stars is told that a person is there for them."""


def answers(state: DialogueState, text: str) -> SaidRating | None:
    """Return how a message rates the service, where that was asked and nothing else is."""
    return rating_said(text) if state.rating is not None and state.pending is None else None


def wants_more(said: SaidRating, understanding: Understanding) -> bool:
    """Tell whether what was said beside the stars is a request of its own; else it is a remark."""
    asked = any(isinstance(command, StartFlow | AskHuman) for command in understanding.commands)
    return asked or "?" in said.rest or "？" in said.rest


async def take(work: Work, said: SaidRating, templates: Templates) -> None:
    """Keep an answer and say thanks."""
    outcome = await work.call("rate_service", {"score": said.score, "remark": said.rest[:LONGEST_REMARK]})
    if outcome.status != "ok" or work.state.rating is None:
        work.say(templates.say("rating.closed", work.lang))
        return
    work.events.append(Rated(rating_id=work.state.rating, score=said.score, remark=said.rest[:LONGEST_REMARK]))
    work.say(templates.say("rating.thanks_low" if said.score <= LOW else "rating.thanks", work.lang))


def decided(work: Work) -> None:
    """Note that the message was an answer and nothing else."""
    work.route, work.route_reason = RATING, "rated"


async def ask_who_goes(work: Work, understanding: Understanding, templates: Templates) -> None:
    """Ask, as the shopper says goodbye, how the bot has served them: only where it did something, refused nothing, and nobody is cross."""
    goes = any(isinstance(command, ChitChat) and command.topic in _GOES for command in understanding.commands)
    served = bool(work.memory.achieved) and not work.memory.refused
    nothing_open = not work.stack and not work.queue and work.pending is None and work.state.ticket is None
    cross = understanding.emotion.label in _NOT_ASKED_IN
    if work.policy.rating.ask != "after_bot" or not (goes and served and nothing_open) or cross or work.ticket:
        return
    identity = Identity("system", "bot", None, work.state.conversation_id)
    key = f"{work.state.conversation_id}:{work.state.seq}:ask_for_rating"
    outcome = await work.executor.call(ToolCall("ask_for_rating", {}), identity, lang=work.lang, idempotency_key=key)
    if isinstance(outcome.evidence, RatingAsked):
        work.receipts.append(outcome.receipt_id or "")  # the question stands: the turn may not be thrown away
        work.show(question(outcome.evidence.rating_id, "bot", work.lang, templates))


def question(rating_id: str, served_by: str, lang: Lang, templates: Templates) -> RatingReply:
    """Return the question as it is shown."""
    who = "bot" if served_by == "bot" else "agent"
    text = templates.say(f"rating.ask_{who}", lang)
    return RatingReply(text=text, lang=lang, rating_id=rating_id, served_by="bot" if who == "bot" else "agent")

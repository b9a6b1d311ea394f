"""The shopper's words in the agent's language, and the agent's draft in the shopper's: a machine's, shown and never sent by itself."""

from __future__ import annotations

import dataclasses

from agent.llm.errors import LlmError
from agent.translator import Translator
from dialogue.conversations import Conversations
from dialogue.errors import MessageRefusedError, NotOwnerError, NoTranslatorError, NotTranslatedError
from dialogue.events import MessageReceived, StoredEvent, VoiceTranscribed
from dialogue.messages import checked_text
from dialogue.minds import called
from knowledge.types import Lang
from tools.base import Identity


@dataclasses.dataclass(frozen=True)
class Translated:
    """A machine's translation."""

    text: str
    to: Lang
    model: str


class DeskTranslation:
    """Translates for agents. Every call of the model is an event of the conversation that it is for, with tokens and cost."""

    def __init__(self, conversations: Conversations) -> None:
        self._talk = conversations
        model = conversations.runner.minds.models.get("translate")
        self._translator = Translator(model) if model is not None else None

    @property
    def available(self) -> bool:
        """Whether a model is configured for it."""
        return self._translator is not None

    async def message(self, conversation_id: str, seq: int, identity: Identity, to: Lang) -> Translated:
        """Return what the shopper wrote or said at an event.

        Raises:
            MessageRefusedError: ``no_words``: there are none of the shopper's at that event.
            NoTranslatorError, NotTranslatedError.
        """
        _must_be_agent(identity)
        found = (await self._talk.events(conversation_id, identity, after=seq - 1))[:1]
        words = _words(found[0]) if found and found[0].seq == seq else ""
        if not words:
            raise MessageRefusedError("no_words", "expected the number of an event with words of the shopper")
        return await self._translated(conversation_id, words, to)

    async def draft(self, conversation_id: str, text: str, identity: Identity, to: Lang) -> Translated:
        """Return a draft of the agent who holds the conversation; it is theirs to send.

        Raises:
            NotOwnerError, MessageRefusedError, NoTranslatorError, NotTranslatedError.
        """
        _must_be_agent(identity)
        head = await self._talk.store.head(conversation_id)
        if head.owner != "human" or head.agent_id != identity.subject:
            raise NotOwnerError("this conversation is not yours; claim its ticket first")
        return await self._translated(conversation_id, checked_text(text, has_attachments=False), to)

    async def _translated(self, conversation_id: str, text: str, to: Lang) -> Translated:
        if self._translator is None:
            raise NoTranslatorError("no model translates here: set XIAOER_LLM_TRANSLATE_MODEL")
        with self._talk.runner.minds.turn() as ledger:
            try:
                said = await self._translator.translate(text, to)
            except LlmError as error:
                raise NotTranslatedError(str(error)) from error
            finally:
                await self._talk.note_model_calls(conversation_id, called(ledger))
        return Translated(said, to, self._translator.model)


def _must_be_agent(identity: Identity) -> None:
    if identity.role != "agent":
        raise NotOwnerError("translations are for the desk")


def _words(entry: StoredEvent) -> str:
    match entry.event:
        case MessageReceived(author="shopper", text=text):
            return text.strip()
        case VoiceTranscribed(transcript=transcript):
            return transcript.text.strip()
        case _:
            return ""

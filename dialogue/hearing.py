"""What a turn hears in the voice messages that it answers: words to go on, events to keep, a mood to bring together with theirs."""

from __future__ import annotations

import dataclasses

from dialogue.commands import Emotion
from dialogue.events import Event, MessageReceived, VoiceHeard, VoiceTranscribed
from dialogue.listening import Ears
from dialogue.state import DialogueState
from dialogue.understanding.fusion import fused
from dialogue.understanding.voice.types import Hearing


@dataclasses.dataclass(frozen=True)
class Heard:
    """The voice messages of a burst, by the message that they came with."""

    by_message: dict[int, tuple[Hearing, ...]]

    @property
    def every(self) -> list[Hearing]:
        """All of them, in their order."""
        return [hearing for seq in sorted(self.by_message) for hearing in self.by_message[seq]]

    @property
    def wordless(self) -> bool:
        """Whether a recogniser listened, and made no words out."""
        transcripts = [hearing.transcript for hearing in self.every if hearing.transcript is not None]
        return bool(transcripts) and not any(transcript.text for transcript in transcripts)

    def text(self, seq: int, message: MessageReceived) -> str:
        """Return what a message says, in writing and in speech."""
        spoken = [hearing.transcript.text for hearing in self.by_message.get(seq, ()) if hearing.transcript is not None]
        return "\n".join(part for part in (message.text, *spoken) if part.strip())

    def emotion(self, words: Emotion) -> Emotion:
        """Return the emotion of the words and of the voice that was heard last."""
        voices = [hearing.voice for hearing in self.every if hearing.voice is not None]
        if not voices:
            return words
        last = next((voice for voice in reversed(voices) if voice.features), voices[-1])
        return fused(words, last.mood).model_copy(update={"impatience": last.impatience})

    def events(self) -> list[Event]:
        """Return what is kept of it."""
        found: list[Event] = []
        for seq in sorted(self.by_message):
            for hearing in self.by_message[seq]:
                place = {"of_seq": seq, "attachment_id": hearing.attachment_id}
                if hearing.transcript is not None:
                    found.append(VoiceTranscribed.model_validate({**place, "transcript": hearing.transcript}))
                if hearing.voice is not None:
                    found.append(VoiceHeard.model_validate({**place, "voice": hearing.voice}))
        return found


async def hear_messages(ears: Ears | None, state: DialogueState, last_seq: int) -> Heard:
    """Listen to what came with the unanswered messages up to `last_seq`; nothing is heard without ears."""
    found: dict[int, tuple[Hearing, ...]] = {}
    if ears is None:
        return Heard(found)
    earlier = list(state.voices)
    for seq in sorted(seq for seq in state.messages if seq <= last_seq):
        for ref in state.messages[seq].attachments:
            if ref.kind == "audio":
                hearing = await ears.listen(ref, earlier)
                found[seq] = (*found.get(seq, ()), hearing)
                earlier += [hearing.voice] if hearing.voice is not None else []
    return Heard(found)

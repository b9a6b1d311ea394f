"""Voice messages in a conversation: their words count as written, their sound is felt, and neither is needed for an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.commands import AskHuman, ChitChat, Emotion
from dialogue.events import AttachmentRef, StoredEvent, VoiceTranscribed
from dialogue.listening import RecordingEars
from dialogue.testing import ScriptedEars, hearing
from dialogue.understanding.voice.features import available
from dialogue.understanding.voice.recognition import FirstThatAnswers, Recording
from dialogue.understanding.voice.types import Hearing, Transcript
from knowledge.schema import Attachment
from tests.dialogue.conftest import Talk, words
from tests.dialogue.understanding.voice.voices import said, write
from tools.testing import NOW

CALM = Emotion(label="calm", score=0.8)


@pytest.fixture
def ears(talk: Talk) -> ScriptedEars:
    found = ScriptedEars()
    talk.conversations.runner.ears = found
    return found


async def attach(talk: Talk, name: str, path: str = "attachments/none.webm") -> str:
    async with talk.database.write() as session:
        session.add(
            Attachment(
                id=name, owner="C1", kind="audio", media_type="audio/webm", path=path, size_bytes=1, created_at=NOW
            )
        )
    return name


async def events(talk: Talk) -> list[StoredEvent]:
    return await talk.conversations.store.load(talk.id)


async def test_what_is_said_in_a_voice_message_is_answered_like_text(talk: Talk, ears: ScriptedEars) -> None:
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, "hello there", "calm")
    talk.understander.script["hello there"] = (ChitChat(topic="greeting"),)
    turn = await talk.say("", attachments=(spoken,))
    assert "voice message" not in words(turn)
    assert turn.understanding is not None
    assert [command.kind for command in turn.understanding.commands] == ["chit_chat"]
    assert turn.heard == [ears.script[spoken]]
    kept = [entry.event for entry in await events(talk) if entry.event.type.startswith("voice_")]
    assert [event.type for event in kept] == ["voice_transcribed", "voice_heard"]
    assert [entry.event.type for entry in await talk.conversations.events(talk.id, talk.identity)][-2:] == [
        "voice_transcribed",
        "replied",
    ]


async def test_a_message_may_be_written_and_spoken(talk: Talk, ears: ScriptedEars) -> None:
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, "and now")
    talk.understander.script["hello\nand now"] = (ChitChat(topic="greeting"),)
    turn = await talk.say("hello", attachments=(spoken,))
    assert turn.understanding is not None
    assert turn.understanding.commands == (ChitChat(topic="greeting"),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(None, "please type what you need"), ("", "couldn't make out any words"), ("hello there", "")],
)
async def test_speech_that_nobody_understands_is_asked_for_in_writing(
    talk: Talk, ears: ScriptedEars, text: str | None, sentence: str
) -> None:
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, text)
    talk.understander.script["hello there"] = (ChitChat(topic="greeting"),)
    turn = await talk.say("", attachments=(spoken,))
    assert sentence in words(turn)
    assert ("type what you need" in words(turn)) == (text != "hello there")


async def test_without_ears_a_voice_message_is_kept_and_asked_about(talk: Talk) -> None:
    turn = await talk.say("", attachments=(await attach(talk, "att_1"),))
    assert "please type what you need" in words(turn)
    assert turn.heard == []


async def test_a_voice_is_felt_without_its_words(talk: Talk, ears: ScriptedEars) -> None:
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, None, "angry", known=True)
    turn = await talk.say("", attachments=(spoken,))
    assert turn.understanding is not None
    felt = turn.understanding.emotion
    assert felt.model_copy(update={"chances": {}}) == Emotion(label="angry", score=0.95, intensity=0.57, impatience=0.8)
    assert felt.chances["angry"] == 0.95


async def test_noise_is_felt_as_nothing(talk: Talk, ears: ScriptedEars) -> None:
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, "")
    turn = await talk.say("", attachments=(spoken,))
    assert turn.understanding is not None
    assert turn.understanding.emotion.label == "unknown"
    assert turn.handled_by == "bot"


async def test_one_angry_voice_stays_with_the_bot_and_a_second_gets_a_person(talk: Talk, ears: ScriptedEars) -> None:
    handled = []
    for number in range(2):
        spoken = await attach(talk, f"att_{number}")
        ears.script[spoken] = hearing(spoken, None, "angry", known=True)
        handled.append((await talk.say("", attachments=(spoken,))).handled_by)
    assert handled == ["bot", "queue"]


async def test_calm_words_in_the_angry_voice_of_somebody_known_are_angry(talk: Talk, ears: ScriptedEars) -> None:
    for number, (known, label) in enumerate([(True, "angry"), (False, "calm")]):
        spoken = await attach(talk, f"att_{number}")
        ears.script[spoken] = hearing(spoken, "where is it", "angry", known=known)
        talk.understander.script["where is it"] = (ChitChat(topic="ack"),)
        talk.understander.emotions["where is it"] = CALM
        turn = await talk.say("", attachments=(spoken,))
        assert turn.understanding is not None
        assert turn.understanding.emotion.label == label


async def test_earlier_voices_are_remembered_by_the_conversation_alone(talk: Talk, ears: ScriptedEars) -> None:
    for number in range(3):
        spoken = await attach(talk, f"att_{number}")
        ears.script[spoken] = hearing(spoken, "", "calm" if number else "unknown")
        await talk.say("", attachments=(spoken,))
    talk.conversations._states = type(talk.conversations._states)()
    last = await attach(talk, "att_9")
    await talk.say("", attachments=(last,))
    assert ears.earlier == [0, 0, 1, 2]


async def test_a_person_at_the_desk_reads_what_was_said(talk: Talk, ears: ScriptedEars) -> None:
    await talk.say("a person please", AskHuman())
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, "it broke again", "annoyed")
    turn = await talk.say("", attachments=(spoken,))
    assert turn.handled_by == "queue"
    transcripts = [entry.event for entry in await events(talk) if isinstance(entry.event, VoiceTranscribed)]
    assert [event.transcript.text for event in transcripts] == ["it broke again"]


async def test_the_same_message_again_gives_the_same_hearing(talk: Talk, ears: ScriptedEars) -> None:
    spoken = await attach(talk, "att_1")
    ears.script[spoken] = hearing(spoken, "hello there", "calm")
    sent = {"client_id": "one", "text": "", "attachments": (spoken,)}
    first = await talk.conversations.send(talk.id, talk.identity, **sent)  # type: ignore[arg-type]
    again = await talk.conversations.send(talk.id, talk.identity, **sent)  # type: ignore[arg-type]
    assert first.heard == again.heard == [ears.script[spoken]]
    assert ears.earlier == [0]


class Dictated:
    """A recogniser that hears what it is told to, or cannot tell."""

    name = "dictated"

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.recordings: list[Recording] = []

    async def transcribe(self, recording: Recording) -> Transcript | None:
        self.recordings.append(recording)
        return Transcript(text=self.text, recogniser=self.name) if self.text is not None else None


async def test_the_first_recogniser_that_can_tell_is_believed(tmp_path: Path) -> None:
    deaf, good, late = Dictated(None), Dictated("yes"), Dictated("no")
    found = await FirstThatAnswers([deaf, good, late]).transcribe(Recording(tmp_path, "audio/wav", None))
    assert found == Transcript(text="yes", recogniser="dictated")
    assert [len(each.recordings) for each in (deaf, good, late)] == [1, 1, 0]
    assert await FirstThatAnswers([]).transcribe(Recording(tmp_path, "audio/wav", None)) is None


@pytest.mark.skipif(not available(), reason="the extra speech is not installed")
async def test_real_recordings_are_heard_once_and_measured_against_the_earlier_ones(talk: Talk, tmp_path: Path) -> None:
    recogniser = Dictated("where is it")
    ears = RecordingEars(talk.database, tmp_path, recogniser)
    talk.conversations.runner.ears = ears
    for number in range(6):
        write(tmp_path / f"{number}.wav", said("neutral", 1, number, seconds=2.0))
        turn = await talk.say("", attachments=(await attach(talk, f"att_{number}", f"{number}.wav"),))
        [heard] = turn.heard
        assert heard.transcript == Transcript(text="where is it", recogniser="dictated")
        assert heard.voice is not None
        assert heard.voice.seconds == 2.0
        assert heard.voice.mood.own_measure == (number >= 4)
        assert heard.voice.impatience is not None
        assert len(heard.voice.features) < 2500
    ref = AttachmentRef(id="att_0", kind="audio", media_type="audio/wav")
    assert (await ears.listen(ref, [])).voice is not None
    assert len(recogniser.recordings) == 6


@pytest.mark.parametrize("content", [None, b"RIFF no sound"])
async def test_a_recording_that_is_gone_or_damaged_is_not_heard(
    talk: Talk, tmp_path: Path, content: bytes | None
) -> None:
    talk.conversations.runner.ears = RecordingEars(talk.database, tmp_path, FirstThatAnswers([]))
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    turn = await talk.say("", attachments=(await attach(talk, "att_1", "a.wav"),))
    assert turn.heard == [Hearing(attachment_id="att_1")]
    assert "please type what you need" in words(turn)

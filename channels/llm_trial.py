"""``xiaoer llm check``: every configured model is asked something, and its answer is judged as a conversation would judge it."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
import time
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import typer

from agent.assistant import Assistant, Task
from agent.llm.chat import ChatModel
from agent.llm.config import LlmConfig
from agent.llm.errors import LlmError
from agent.llm.ledger import Budget, turn_ledger
from agent.translator import Translator
from agent.writer import Writer
from channels.app import embedding_server, transcription
from channels.console import FAILED, platform_of, print_json, run, settings_for
from channels.llm_settings import llm_config
from channels.settings import Settings
from dialogue.build import Platform
from dialogue.commands import View
from dialogue.understanding.voice.endpoint import TranscriptionEndpoint
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recognition import Recording
from knowledge.endpoint_embedding import EmbedderUnavailableError, EndpointEmbedder
from knowledge.types import JsonObject, Lang, new_id
from tools.base import Identity, Outcome, Tool, ToolCall

_READ: tuple[tuple[Lang, str], ...] = (
    ("zh", "我想退货，买的鞋子太小了"),
    ("en", "I'd like to return my shoes, they are too small"),
)
_WANTED = "return_items"
_REWORD: tuple[tuple[Lang, str], ...] = (
    ("zh", "已为您取消订单 D1001，退款 89.00 元会在三天内退回支付宝。"),
    ("en", "I have cancelled order D1001. The refund of $89.00 will reach your card within 3 days."),
)
_TRANSLATE: tuple[tuple[Lang, str], ...] = (
    ("zh", "Where is my order D1001000004?"),
    ("en", "我的订单 D1001000004 到哪了？"),
)
_WORK: tuple[tuple[Lang, str], ...] = (("zh", "有没有适合跑步的鞋子"), ("en", "do you have any shoes for running"))
_TOOL = "search_products"
_LIKENESS = (("怎么退货", "How do I return something?"), ("怎么退货", "What is the weather like?"))


@dataclasses.dataclass(frozen=True)
class Trial:
    """What came of the questions to one model."""

    purpose: str
    usable: bool
    said: str
    """What it answered, or what was wrong with that."""
    ms: float


def check(data: Path | None, *, as_json: bool) -> None:
    """Ask them and print it; exit code 1 where an answer cannot be used, or none is configured."""
    found = run(_all(settings_for(data)))
    if as_json:
        print_json({"ok": all(trial.usable for trial in found), "trials": [dataclasses.asdict(each) for each in found]})
    else:
        for trial in found:
            typer.echo(f"{'ok' if trial.usable else 'no':<3} {trial.purpose:<16} {trial.ms:7.0f} ms  {trial.said}")
    if not found:
        typer.echo(
            "xiaoer: no model is configured: set XIAOER_LLM_URL and XIAOER_LLM_UNDERSTAND_MODEL, for example", err=True
        )
    if not found or not all(trial.usable for trial in found):
        raise typer.Exit(FAILED)


async def _all(settings: Settings) -> list[Trial]:
    # One that failed is asked the next thing nevertheless, and one that is asked seldom is asked.
    settings = settings.model_copy(update={"llm_rest_s": 0.0, "llm_understand_when": "always"})
    config = llm_config(settings)
    found = [] if config is None else await _models(settings, config)
    if (server := embedding_server(settings)) is not None:
        found.append(await asyncio.to_thread(_embedding, EndpointEmbedder, server))
    if (endpoint := transcription(settings)) is not None:
        found.append(await _speech(TranscriptionEndpoint(endpoint)))
    return found


async def _models(settings: Settings, config: LlmConfig) -> list[Trial]:
    asks: dict[str, Callable[[Platform, ChatModel, Lang, str], Awaitable[tuple[bool, str]]]] = {
        "understand": _reading,
        "agent": _working,
        "write": _rewording,
        "translate": _translating,
    }
    questions = {"understand": _READ, "agent": _WORK, "write": _REWORD, "translate": _TRANSLATE}
    found = []
    async with platform_of(settings) as platform:
        for purpose, model in platform.conversations.runner.minds.models.items():
            for lang, question in questions[purpose]:
                started = time.perf_counter()
                with turn_ledger(Budget(config.turn_tokens)):
                    usable, said = await asks[purpose](platform, model, lang, question)
                found.append(Trial(f"{purpose} {lang}", usable, said, 1000 * (time.perf_counter() - started)))
    return found


async def _reading(platform: Platform, model: ChatModel, lang: Lang, question: str) -> tuple[bool, str]:
    read = await platform.conversations.runner.understander.understand(question, View(lang=lang))
    commands = ", ".join(f"{each.kind} {getattr(each, 'flow', '')}".strip() for each in read.commands)
    if not read.model.startswith(f"{model.server.model} "):
        return False, f"gave nothing that can be used; the embedded mind reads {question!r} as: {commands}"
    right = [getattr(each, "flow", "") for each in read.commands] == [_WANTED]
    return right, f"{question!r}: {commands}" + ("" if right else f", expected start_flow {_WANTED}")


async def _rewording(_: Platform, model: ChatModel, lang: Lang, question: str) -> tuple[bool, str]:
    (said,) = await Writer(model).reword([question], lang)
    if said == question:
        return False, "gave no words that say the same: the template's are said"
    return True, said


async def _translating(_: Platform, model: ChatModel, lang: Lang, question: str) -> tuple[bool, str]:
    try:
        return True, await Translator(model).translate(question, lang)
    except LlmError as error:
        return False, str(error)


class _Shop:
    """Calls the one tool of the trial, and remembers that it was called."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.called = False

    async def call(self, tool: Tool, arguments: JsonObject) -> Outcome:
        """Call it as a visitor would."""
        self.called = True
        call = ToolCall(tool=tool.name, arguments=arguments)
        return await self._platform.executor.call(call, Identity("shopper"), idempotency_key=new_id("check"))


async def _working(platform: Platform, model: ChatModel, lang: Lang, question: str) -> tuple[bool, str]:
    hands = _Shop(platform)
    try:
        said = await Assistant(model).answer(Task(question, lang, "shopper", [platform.executor.tools[_TOOL]]), hands)
    except LlmError as error:
        return False, str(error)
    if not hands.called:
        return False, f"called no tool, and said: {said[:80]}"
    return True, said[:200]


def _embedding(make: Callable[..., EndpointEmbedder], server: object) -> Trial:
    started = time.perf_counter()
    try:
        embedder = make(server)
        alike = [float(one @ other) for one, other in (embedder.encode(pair) for pair in _LIKENESS)]
        embedder.close()
    except EmbedderUnavailableError as error:
        return Trial("embed", usable=False, said=str(error), ms=1000 * (time.perf_counter() - started))
    said = f"{embedder.dimension} numbers; likeness of a sentence in both languages {alike[0]:.2f}, of two that have nothing in common {alike[1]:.2f}"
    return Trial("embed", alike[0] > alike[1], said, 1000 * (time.perf_counter() - started))


async def _speech(endpoint: TranscriptionEndpoint) -> Trial:
    """Send a second of silence: it need not be heard as anything."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "silence.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(bytes(2 * RATE_HZ))
        heard = await endpoint.transcribe(Recording(path, "audio/wav", None))
    said = (
        f"{endpoint.name} answers"
        if heard is not None
        else f"{endpoint.name} does not answer as a transcription server does"
    )
    return Trial("transcribe", heard is not None, said, 1000 * (time.perf_counter() - started))

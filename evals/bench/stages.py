"""``python -m evals.bench.stages [--json]``: what understanding one message takes by stage, one message after another.

Data: the wishes of `evals.intents` in both languages, read without a catalogue; no vector of them is remembered. Stages,
in milliseconds: ``embed`` (sentences to vectors), ``intent`` (chances of the intents), ``entities``, ``emotion`` (beside its embedding),
``commands`` (all else: language, spelling, splitting, what is to be done), and the ``whole``. It is processor time, so that a busy
machine shows it too, though with slower caches: read the load beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

from dialogue.commands import View
from dialogue.understanding import EmbeddedUnderstander
from dialogue.understanding.emotion import Feelings
from dialogue.understanding.entities import Extractor
from dialogue.understanding.intents import IntentModel
from dialogue.understanding.text import read
from dialogue.understanding.understander import ANY, intent_model
from evals.bench.figures import spread
from evals.bench.machine import machine
from evals.intents import read_wishes
from knowledge.embedding import CachedEmbedder, Embedder, FloatArray, default_embedder
from knowledge.lexicon import Lexicon
from knowledge.types import JsonObject

NAME = "stages"
STAGES = ("embed", "intent", "entities", "emotion", "commands", "whole")
_WARM_UP = 20
_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Clock:
    """Adds up the milliseconds of each stage."""

    def __init__(self) -> None:
        self.ms: defaultdict[str, float] = defaultdict(float)

    def around(self, stage: str, work: Callable[_P, _T]) -> Callable[_P, _T]:
        """Return the same work, timed."""

        def timed(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            started = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.ms[stage] += 1000 * (time.process_time() - started)

        return timed


class _Timed:
    """An embedder whose time is taken."""

    def __init__(self, inner: Embedder, clock: _Clock) -> None:
        self.name, self.version, self.dimension = inner.name, inner.version, inner.dimension
        self._encode = clock.around("embed", inner.encode)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode."""
        return self._encode(texts)


async def measure(folder: Path, embedder: Embedder | None = None, texts: Sequence[str] = ()) -> JsonObject:
    """Return the spread of each stage.

    Args:
        folder: keeps the fitted classifier; where there is none it is fitted, in half a minute.
        embedder: none: the default one of a turn.
        texts: none: the wishes.
    """
    embedder = embedder or default_embedder()
    texts = texts or [wish.text for wish in read_wishes()]
    taken = await _taken(await intent_model(embedder, folder, ANY), embedder, list(dict.fromkeys(texts)))
    return {
        "set": f"{len(texts)} messages, no catalogue",
        "embedder": f"{embedder.name} {embedder.version}",
        "machine": machine(),
        "ms": {stage: spread([ms[stage] for ms in taken]) for stage in STAGES},
    }


async def _taken(model: IntentModel, embedder: Embedder, texts: Sequence[str]) -> list[dict[str, float]]:
    clock = _Clock()
    bare = embedder.inner if isinstance(embedder, CachedEmbedder) else embedder
    remembered = CachedEmbedder(_Timed(bare, clock))
    extractor = Extractor(Lexicon([]), lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC))
    for part, name, stage in ((model, "chances", "intent"), (extractor, "extract", "entities")):
        object.__setattr__(part, name, clock.around(stage, getattr(part, name)))  # a model is frozen
    understander, feelings = EmbeddedUnderstander(model, remembered, extractor), Feelings(remembered)
    await _understood(understander, [f"{text}…" for text in texts[:_WARM_UP]], clock)
    taken = []
    for text in texts:
        ms = await _understood(understander, [text], clock)
        clock.around("emotion", feelings.feel)(read(text))  # its embedding is remembered now, as it is in a turn
        ms["emotion"] = clock.ms["emotion"]
        ms["commands"] = 2 * ms["whole"] - sum(ms.values())
        taken.append(ms)
    return taken


async def _understood(understander: EmbeddedUnderstander, texts: Sequence[str], clock: _Clock) -> dict[str, float]:
    clock.ms.clear()
    started = time.process_time()
    for text in texts:
        await understander.understand(text, View())
    return {"embed": 0.0, "intent": 0.0, **clock.ms, "whole": 1000 * (time.process_time() - started)}


def text_of(found: JsonObject) -> str:
    """Return the stages as one line to read."""
    shown = ", ".join(f"{stage} {found['ms'][stage]['p50']:.2f} / {found['ms'][stage]['p95']:.2f}" for stage in STAGES)
    return f"understanding, ms of one core a message, p50 / p95: {shown} ({found['set']}; load {found['machine']['load'][0]})"


def main() -> None:
    """Print the stages."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.stages", description="Understanding by stage.")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(tempfile.gettempdir()) / "xiaoer-bench" / "models",
        help="Keeps the fitted classifier.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    given = parser.parse_args()
    found = asyncio.run(measure(given.data))
    sys.stdout.write((json.dumps(found) if given.json else text_of(found)) + "\n")


if __name__ == "__main__":
    main()

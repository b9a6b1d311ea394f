"""``xiaoer llm serve``, ``train`` and ``evaluate``: a small language model on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import threading
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Literal, get_args

import typer

from agent.llm.chat import ChatModel
from agent.llm.config import LlmServer, Purpose
from agent.llm.ledger import Budget, turn_ledger
from agent.llm.local import LocalModel, LocalServer, engine_installed, local_model
from agent.llm.lora import BATCH, Plan, Taught, Training, check_installed
from agent.llm.lora import train as taught
from agent.writer import Writer
from channels.console import CommandError, platform_of, print_json, progress_bar, run, settings_for, told
from channels.llm_check import missing_packages
from channels.settings import Settings
from dialogue.build import Platform
from dialogue.flows import Flow, procedures
from dialogue.learning.taught import with_taught
from dialogue.understanding import EmbeddedUnderstander, training
from dialogue.understanding.classifier import read_rows
from dialogue.understanding.data import intents
from dialogue.understanding.intents import fit
from dialogue.understanding.language import detect
from dialogue.understanding.llm import LlmUnderstander
from dialogue.understanding.llm.brief import brief_answer, brief_form, brief_question
from dialogue.understanding.llm.pairs import Pair, chosen, learnable, pairs
from dialogue.understanding.llm.procedures import procedures_told
from dialogue.understanding.teaching import Procedures, Said
from evals import llm_writing
from evals.intents import read_wishes
from evals.llm_reading import figures, questions, read_all, text
from knowledge.embedding import default_embedder
from knowledge.types import JsonObject, Lang, utc_now
from knowledge.whole_files import write_whole

DESCRIPTION = "training.json"
"""Stands beside the adapter: what was learnt, from how much, how long."""
_TIMEOUT_S = 60.0
_TOKENS = 200
"""Of an answer; the longest that holds six commands has fewer."""


def serve(base: Path | None, adapter: Path | None, port: int) -> None:
    """Serve until it is stopped."""
    with told():
        server = LocalServer(local_model(base, adapter), port=port)
    typer.echo(f"{server.model.name} answers at {server.url}; Ctrl-C stops it")
    typer.echo(f"  export XIAOER_LLM_URL={server.url} XIAOER_LLM_UNDERSTAND_MODEL={server.model.name}")
    if adapter is not None:
        typer.echo("  export XIAOER_LLM_UNDERSTAND_FORM=brief   # for an adapter that xiaoer llm train has written")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def train(shop: Path | None, out: Path, plan: Plan, *, rows: Path | None, base: Path | None, as_json: bool) -> None:
    """Teach a model and write the adapter and its description."""
    with told():
        check_installed()
        model = local_model(base, None)
    found = run(_train(settings_for(shop), model, out, rows, plan))
    if as_json:
        print_json(found)
        return
    typer.echo(
        f"{out}: {found['steps']} steps over {found['pairs']} messages, loss {found['loss']}, {found['seconds']} s, "
        f"{found['bytes'] / 1e6:.1f} MB"
    )
    typer.echo(f"xiaoer llm evaluate --adapter {out}\nxiaoer llm serve --adapter {out}")


async def _train(settings: Settings, model: LocalModel, out: Path, rows: Path | None, plan: Plan) -> JsonObject:
    async with platform_of(_embedded(settings)) as platform:
        flows, known = _known(platform)
        said = (*known.said, *_said(rows, flows))
        found = await asyncio.to_thread(
            pairs, flows, known.lessons, _mind(platform).entities, said=said, seed=plan.seed
        )
        learnt = [_taught(row, _asked_for(flows)) for row in chosen(found, plan.steps * BATCH, seed=plan.seed)]
    with progress_bar(f"teaching {model.name}") as progress:
        done = await asyncio.to_thread(taught, learnt, model.path, out / "adapter.gguf", plan, progress=progress)
    described = _described(done, model, plan.seed, len(said))
    write_whole(out / DESCRIPTION, json.dumps(described, indent=2).encode())
    return described


def _described(done: Training, model: LocalModel, seed: int, own: int) -> JsonObject:
    return {
        "model": model.path.stem,
        "seed": seed,
        "steps": done.steps,
        "pairs": done.pairs,
        "own": own,
        "loss": round(done.loss, 4),
        "seconds": round(done.seconds),
        "bytes": done.adapter.stat().st_size,
        "at": utc_now().isoformat(timespec="seconds"),
    }


@dataclasses.dataclass(frozen=True)
class Measured:
    """What is measured."""

    purpose: Literal["understand", "write"]
    base: Path | None
    adapter: Path | None
    limit: int


def evaluate(shop: Path | None, what: Measured, *, as_json: bool) -> None:
    """Measure a model and print the figures."""
    with told():
        if missing := [*missing_packages(), *([] if engine_installed() else ["xllamacpp"])]:
            raise CommandError(f"measuring a model needs {', '.join(missing)}: pip install 'xiaoer[llm]'")
        model = local_model(what.base, what.adapter)
    work = _reading if what.purpose == "understand" else _writing
    figures_told, shown = run(work(settings_for(shop), model, what.limit))
    if as_json:
        print_json(figures_told)
    else:
        typer.echo(shown)


async def _reading(settings: Settings, model: LocalModel, limit: int) -> tuple[JsonObject, str]:
    async with platform_of(_embedded(settings)) as platform:
        flows, known = _known(platform)
        mind = _mind(platform)
        with progress_bar("measuring") as progress:
            progress("fitting the embedded understanding without the held-out lines", 0.0)
            embedded = await asyncio.to_thread(_without_held_out, mind, known)
            rows = await asyncio.to_thread(pairs, flows, known.lessons, mind.entities)
            wishes = [wish for wish in read_wishes() if wish.half == "report"]
            asked = questions(rows, wishes, mind.entities, limit=limit)
            by_itself = figures(asked, await read_all(embedded, asked, progress=progress))
            async with _asking(model, "understand") as asking:
                reader = LlmUnderstander(asking, embedded, procedures_told(flows, known.lessons))
                with turn_ledger(Budget(10**12)):
                    by_model = figures(asked, await read_all(reader, asked, model=model.name, progress=progress))
    found = {"embedded": by_itself, model.name: by_model}
    as_told = {
        reader: {of: {lang: entry.to_json() for lang, entry in langs.items()} for of, langs in sets.items()}
        for reader, sets in found.items()
    }
    return as_told, text(found)


async def _writing(_: Settings, model: LocalModel, limit: int) -> tuple[JsonObject, str]:
    found: dict[Lang, llm_writing.Figures] = {}
    async with llm_writing.demo_shop() as platform, _asking(model, "write") as asking:
        with progress_bar("measuring") as progress:
            for lang in get_args(Lang):
                said = await llm_writing.replies(platform, lang, limit=limit)
                found[lang] = await llm_writing.measure(Writer(asking), said, progress=progress)
    return {lang: entry.to_json() for lang, entry in found.items()}, llm_writing.text(found, model.name)


@contextlib.asynccontextmanager
async def _asking(model: LocalModel, purpose: Purpose) -> AsyncIterator[ChatModel]:
    """Serve a model while it is measured."""
    served = LocalServer(model)  # it ends with its last name
    server = LlmServer(
        served.url, model.name, timeout_s=_TIMEOUT_S, retries=0, rest_s=0.0,
        reading_form="brief", max_answer_tokens=_TOKENS,
    )  # fmt: skip
    asking = ChatModel(server, purpose)
    try:
        yield asking
    finally:
        await asking.close()
        del served


def _embedded(settings: Settings) -> Settings:
    """Return the settings without language models: what is taught and compared must not ask one."""
    return settings.model_copy(
        update={
            "llm_understand_model": None,
            "llm_agent_model": None,
            "llm_write_model": None,
            "llm_translate_model": None,
        }
    )


def _known(platform: Platform) -> tuple[dict[str, Flow], Procedures]:
    """Return the procedures that everybody may ask for, and what teaches them."""
    flows = {name: flow for name, flow in platform.conversations.runner.flows.items() if flow.role is None}
    known = with_taught(procedures(platform.conversations.runner.flows), platform.config.data)
    return flows, dataclasses.replace(known, merchants=())


def _mind(platform: Platform) -> EmbeddedUnderstander:
    mind = platform.conversations.runner.understander
    if not isinstance(mind, EmbeddedUnderstander):
        raise CommandError("expected the embedded understanding, got one over a language model")
    return mind


def _without_held_out(mind: EmbeddedUnderstander, known: Procedures) -> EmbeddedUnderstander:
    rows = learnable(training.examples(known.lessons))
    return EmbeddedUnderstander(fit(rows, default_embedder()), default_embedder(), mind.extractor, procedures=known)


def _asked_for(flows: Iterable[str]) -> tuple[str, ...]:
    return tuple(flow for flow in flows if flow != "identify")


def _taught(row: Pair, flows: tuple[str, ...]) -> Taught:
    _, said = brief_question(row.text, row.view, row.entities, row.lang)
    return Taught(said, brief_answer(row.commands, row.entities, brief_form(row.view, flows, len(row.entities))))


def _said(rows: Path | None, flows: Iterable[str]) -> tuple[Said, ...]:
    """Return the messages of a file.

    Raises:
        CommandError: one has an intent that there is not.
    """
    if rows is None:
        return ()
    known = {*flows, *intents()}
    found = []
    for number, row in enumerate(read_rows(rows), start=1):
        intent = "out_of_scope" if row.label in ("oos", "out_of_scope") else row.label
        if intent not in known:
            raise CommandError(
                f"{rows}, row {number}: no intent {row.label!r}, expected one of {', '.join(sorted(known))}"
            )
        lang = row.lang if row.lang in ("zh", "en") else detect(row.text.lower())
        found.append(Said(row.text, intent, "en" if lang == "en" else "zh"))
    return tuple(found)

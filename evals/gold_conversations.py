"""How many conversations end in exactly the rows that their task asks for, on the imported tau-retail shop.

    python -m evals.gold_conversations --data FOLDER [--conversations FILE]... [--only ID]... [--show] [--json]

Each conversation was written, in words of this project, after a task of a tau-bench ``tasks_train.jsonl`` below FOLDER. It runs
through the whole platform (embedded understanding, the shop's imported policy) on a fresh copy of the imported shop. It passes when
every record of the task's gold end state is equal and no other record of the shop has changed. The shopper is scripted
(`evals.shopper`): deterministic, one trial a conversation. The interval is Wilson's, 95 %.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import pydantic
import typer

from dialogue.build import Config, Platform, build
from dialogue.commands import PendingQuestion
from dialogue.events import Asked
from dialogue.replies.types import ChoicesReply, Reply
from evals.metrics import Share
from evals.shopper import ScriptedShopper
from evals.tau_retail.tasks import Json, Records, differences, lay_shop, load_tasks, records
from knowledge.types import JsonObject, Lang
from knowledge.yaml_files import read_yaml
from tools.base import Identity

WRITTEN = Path(__file__).parent / "conversations"
TASKS = "tasks_train.jsonl"
MAX_TURNS = 30
_SYSTEM = Identity("system", subject="judge")


class GoldConversation(pydantic.BaseModel):
    """A conversation of the data file."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: str
    task: str
    """``tau2_retail/15``: the task it was written after, in the folder of that name."""
    lang: Lang
    says: tuple[str, ...]
    answers: dict[str, str | tuple[str, ...]] = {}


@dataclasses.dataclass(frozen=True)
class Line:
    """One message of a transcript."""

    who: Literal["shopper", "bot"]
    text: str
    question: str = ""


@dataclasses.dataclass(frozen=True)
class Result:
    """How a conversation ended."""

    conversation: GoldConversation
    differences: tuple[str, ...]
    transcript: tuple[Line, ...]

    @property
    def passed(self) -> bool:
        """Whether the shop is exactly as the task asks."""
        return not self.differences

    def record(self) -> JsonObject:
        """Return the result for the report."""
        spoken = self.conversation
        turns = sum(line.who == "shopper" for line in self.transcript)
        return {
            "id": spoken.id,
            "task": spoken.task,
            "lang": spoken.lang,
            "passed": self.passed,
            "differences": list(self.differences),
            "turns": turns,
        }


@dataclasses.dataclass(frozen=True)
class Laid:
    """An imported shop: its folder of state, its records, and the tasks on it by id."""

    folder: Path
    before: Records
    tasks: dict[str, Json]


def load_conversations(path: Path) -> list[GoldConversation]:
    """Read a data file."""
    return [GoldConversation.model_validate(row) for row in read_yaml(path)]


async def lay(source: Path, folder: Path) -> Laid:
    """Import the shop of a benchmark's folder, and start the platform on it once: it fits and indexes what it keeps."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    before = await lay_shop(source, folder / "shop.db")
    async with _platform(folder):
        pass
    return Laid(folder, before, {str(task["id"]): task for task in load_tasks(source / TASKS)})


@contextlib.asynccontextmanager
async def _platform(folder: Path) -> AsyncIterator[Platform]:
    platform = await build(Config(data=folder, demo=False))
    try:
        yield platform
    finally:
        await platform.close()


async def hold(spoken: GoldConversation, laid: Laid, folder: Path) -> Result:
    """Hold a conversation on a copy of the shop in `folder`, and compare what is left of it."""
    await asyncio.to_thread(shutil.copytree, laid.folder, folder)
    try:
        async with _platform(folder) as platform:
            transcript = await _talk(platform, spoken)
            after = await records(platform.database)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)
    found = differences([laid.tasks[spoken.task.partition("/")[2]]], laid.before, after)
    return Result(spoken, tuple(entry for entries in found.values() for entry in entries), tuple(transcript))


async def _talk(platform: Platform, spoken: GoldConversation) -> list[Line]:
    """Let the shopper talk until it has nothing more to say, or a person takes over."""
    shopper = ScriptedShopper(spoken.says, spoken.answers)
    conversations, visitor = platform.conversations, Identity("shopper", subject="visitor")
    opened = await conversations.open(visitor, lang=spoken.lang)
    transcript: list[Line] = []
    question: PendingQuestion | None = None
    after = opened.seq
    for number in range(MAX_TURNS):
        text = shopper.next(question)
        if text is None:
            break
        turn = await conversations.send(opened.id, visitor, client_id=str(number), text=text)
        for stored in await conversations.events(opened.id, _SYSTEM, after=after):
            after = stored.seq
            if isinstance(stored.event, Asked):
                question = stored.event.question
        said = "\n".join(_as_text(reply) for reply in turn.replies)
        asked = f"{question.kind} {question.slot_type or question.slot}".strip() if question else ""
        transcript += [Line("shopper", text), Line("bot", said, asked)]
        if turn.handled_by != "bot":
            break
    return transcript


def _as_text(reply: Reply) -> str:
    if isinstance(reply, ChoicesReply):
        return "\n".join([reply.text, *(f"- {choice.label}" for choice in reply.choices)])
    return reply.text


async def hold_all(spoken: Sequence[GoldConversation], data: Path) -> AsyncIterator[Result]:
    """Hold conversations one after the other, each on a fresh copy of its shop."""
    with tempfile.TemporaryDirectory(prefix="xiaoer-gold-") as scratch:
        laid: dict[str, Laid] = {}
        for entry in spoken:
            source = entry.task.partition("/")[0]
            if source not in laid:
                laid[source] = await lay(data / source, Path(scratch) / source)
            yield await hold(entry, laid[source], Path(scratch) / "copy")


def report(results: Sequence[Result], name: str) -> JsonObject:
    """Return the figures of a set of conversations: n, passed, rate and interval, in all and by language."""
    langs = sorted({result.conversation.lang for result in results})
    by_lang = {lang: _share([result for result in results if result.conversation.lang == lang]) for lang in langs}
    return {
        "set": name,
        **_share(results),
        "by_lang": by_lang,
        "conversations": [result.record() for result in results],
    }


def _share(results: Sequence[Result]) -> JsonObject:
    share = Share.of([result.passed for result in results])
    return {"n": share.n, "passed": share.hits, "rate": share.value, "interval_95": list(share.interval)}


def table(figures: JsonObject) -> str:
    """Return the figures as lines of text."""
    rows = figures["conversations"]
    width = max((len(row["id"]) for row in rows), default=0)
    lines = []
    for row in rows:
        what = "; ".join(row["differences"][:2]) + (" ..." if len(row["differences"]) > 2 else "")
        lines.append(f"{row['id']:{width}}  {row['lang']}  {'yes' if row['passed'] else 'NO '}  {what[:200]}".rstrip())
    for name, share in [(figures["set"], figures), *figures["by_lang"].items()]:
        low, high = share["interval_95"]
        lines.append(
            f"{name}: {share['passed']} of {share['n']} end in exactly the gold end state (95 % interval {low:.2f} to {high:.2f})"
        )
    return "\n".join([f"{'conversation':{width}}  lang  passed  what differs", *lines])


def _shown(result: Result) -> str:
    lines = [f"-- {result.conversation.id}"]
    for line in result.transcript:
        mark = f"   [{line.question}]" if line.question else ""
        lines += [f"{'>' if line.who == 'shopper' else ' '} {line.text}{mark}"]
    return "\n".join([*lines, *(f"!! {entry}" for entry in result.differences)])


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="The folder that holds tau2_retail.")],
    conversations: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="Data files. [all that ship]")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only these conversations.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what was said, to stderr.")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002
) -> None:
    """Hold the conversations and print how many end in exactly the rows that their task asks for."""
    paths = conversations or sorted(WRITTEN.glob("tau_*.yaml"))
    spoken = [entry for path in paths for entry in load_conversations(path) if not only or entry.id in only]
    if not spoken:
        raise typer.BadParameter("there is no conversation with such an id")
    results = asyncio.run(_collect(spoken, data, show=show))
    figures = report(results, ",".join(path.stem for path in paths))
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else table(figures))


async def _collect(spoken: Iterable[GoldConversation], data: Path, *, show: bool) -> list[Result]:
    results = []
    async for result in hold_all(list(spoken), data):
        results.append(result)
        typer.echo(_shown(result) if show else f"{len(results)} {result.conversation.id}", err=True)
    return results


if __name__ == "__main__":
    app()

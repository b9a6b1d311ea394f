"""``xiaoer nlu review``, ``retrain``, ``rollback``: a shop's understanding learns from what was said to it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from channels.console import CommandError, existing_database, print_json, progress_bar, run, settings_for, told
from channels.settings import Settings
from dialogue.flows import load_flows, procedures
from dialogue.learning import (
    LABELS,
    TAUGHT,
    Doubt,
    Group,
    Labels,
    Taught,
    Version,
    Why,
    collect,
    grouped,
    with_said,
    with_taught,
)
from dialogue.understanding.data import intents
from dialogue.understanding.teaching import Procedures
from dialogue.understanding.understander import intent_model, version_of
from evals.retraining import Comparison, compare
from knowledge.embedding import default_embedder
from knowledge.types import JsonObject, utc_now
from tools.toolset import shop_tools

WHY: dict[Why, str] = {
    "not_understood": "not understood",
    "unsure": "a guess",
    "taken_back": "taken back",
    "asked_for_a_person": "a person was wanted instead",
}
_SETS = {"own": "your messages kept apart", "zh": "shipped messages, zh", "en": "shipped messages, en"}
OUTSIDE = "out_of_scope"
_KEYS = "[1-3] that  [/] another intent  [o] none of the shop's business  [e] one by one  [s] skip  [u] undo  [q] stop"
_STOP = frozenset({"q", "", "\x03", "\x04"})
"""Also the end of what comes through a pipe, and the keys that end a command."""
_SHOWN = 6


def review(data: Path | None, days: int, *, as_json: bool) -> None:
    """Show doubtful messages in groups and take a label for each, one key a group; or print the groups."""
    settings = settings_for(data)
    folder, groups = settings.data, run(_groups(settings, days))
    if as_json:
        print_json({"groups": [_json(group) for group in groups]})
        return
    if not groups:
        typer.echo(f"no doubtful messages of the last {days} days that were not looked at")
        return
    with told():
        labels = Labels(folder / LABELS)
        _Review(labels, _known(folder)).hold(groups)
    ready = sum(1 for label in labels.known.values() if label.intent is not None)
    typer.echo(f"{ready} messages are labelled; `xiaoer nlu retrain` teaches them")


async def _groups(settings: Settings, days: int) -> list[Group]:
    known = Labels(settings.data / LABELS)
    async with existing_database(settings) as database:
        found = await collect(database, since=utc_now() - dt.timedelta(days=days))
    fresh = [doubt for doubt in found if not known.has(doubt.text, doubt.lang)]
    return await asyncio.to_thread(grouped, fresh, default_embedder())


def _known(folder: Path) -> tuple[str, ...]:
    """Return every intent that a message can be given."""
    return tuple(sorted(intents() | _procedures(folder).flows))


def _procedures(folder: Path) -> Procedures:
    return procedures(load_flows(folder / "flows", tools=shop_tools(folder)))


def _json(group: Group) -> JsonObject:
    return {
        "times": group.times,
        "lang": group.lang,
        "whys": list(group.whys),
        "guesses": [{"intent": intent, "chance": round(chance, 3)} for intent, chance in group.guesses],
        "messages": [doubt.text for doubt in group.doubts],
        "conversations": [doubt.conversation_id for doubt in group.doubts],
    }


def _key() -> str:
    """Return the next key; from a pipe the next character that is no space."""
    if sys.stdin.isatty():
        return typer.getchar()
    while (key := sys.stdin.read(1)).isspace():
        pass
    return key


class _Review:
    """One person's way through the groups."""

    def __init__(self, labels: Labels, known: Sequence[str]) -> None:
        self._labels = labels
        self._known = known
        self._given: list[tuple[int, int]] = []
        """Place of each group that was labelled, and how many labels it got."""

    def hold(self, groups: Sequence[Group]) -> None:
        """Ask for each group until the last one or `q`."""
        waiting, place = list(groups), 0
        while place < len(waiting):
            self._show(waiting[place], place, len(waiting))
            key = _key()
            if key in _STOP:
                return
            if key == "u":
                place = self._undo(place)
            elif key == "e" and len(waiting[place].doubts) > 1:
                waiting[place : place + 1] = [Group((doubt,), 1) for doubt in waiting[place].doubts]
            elif (intent := self._chosen(key, waiting[place])) is not None:
                self._label(waiting[place].doubts, None if key == "s" else intent, place)
                place += 1

    def _show(self, group: Group, place: int, count: int) -> None:
        why = ", ".join(WHY[one] for one in group.whys)
        typer.echo(f"\n{place + 1} of {count} · said {group.times} times · {why}")
        for doubt in group.doubts[:_SHOWN]:
            typer.echo(f"    {doubt.text}")
        if len(group.doubts) > _SHOWN:
            typer.echo(f"    … and {len(group.doubts) - _SHOWN} more")
        guesses = (f"{n} {intent} {chance:.0%}" for n, (intent, chance) in enumerate(group.guesses, start=1))
        typer.echo("  ".join(guesses))
        typer.echo(_KEYS)

    def _chosen(self, key: str, group: Group) -> str | None:
        """Return the intent that a key stands for; "" for skip, None when the key says nothing."""
        if key == "s":
            return ""
        if key == "o":
            return OUTSIDE
        if key.isdigit() and 0 < int(key) <= len(group.guesses):
            return group.guesses[int(key) - 1][0]
        return self._searched() if key == "/" else None

    def _searched(self) -> str | None:
        """Ask for a part of an intent's name."""
        part = str(typer.prompt("part of its name", default="", show_default=False)).strip().lower()
        found = [intent for intent in self._known if part in intent] if part else []
        exact = [intent for intent in found if intent == part]
        if len(exact or found) == 1:
            return (exact or found)[0]
        typer.echo(f"which one? {', '.join(found or self._known)}")
        return None

    def _label(self, doubts: Sequence[Doubt], intent: str | None, place: int) -> None:
        for doubt in doubts:
            self._labels.add(doubt.text, doubt.lang, intent)
        self._given.append((place, len(doubts)))
        typer.echo(f"  → {intent or 'skipped'}")

    def _undo(self, place: int) -> int:
        if not self._given:
            return place
        before, count = self._given.pop()
        self._labels.take_back(count)
        return before


def retrain(data: Path | None, *, force: bool, as_json: bool) -> None:
    """Fit on the labels, compare with the model in use on frozen messages, and use it where it is no worse."""
    trained = run(_retrain(settings_for(data).data, force=force))
    version = trained.version
    if as_json:
        found = {"trained_on": trained.count, "kept_apart": trained.apart, "compared": trained.compared.to_json()}
        print_json({**found, "version": version.number if version else None})
    else:
        _tell(trained)
    if version is None:
        raise typer.Exit(1)


@dataclasses.dataclass(frozen=True)
class _Trained:
    count: int
    apart: int
    compared: Comparison
    version: Version | None
    """None: it was not taken into use."""


async def _retrain(folder: Path, *, force: bool) -> _Trained:
    labels, taught = Labels(folder / LABELS), Taught(folder / TAUGHT)
    said, apart = labels.said(apart=False), labels.said(apart=True)
    if not said:
        raise CommandError("there are no labels to learn from: give some with `xiaoer nlu review`")
    if set(said) == set(taught.said):
        raise CommandError("nothing was labelled since the version in use was made")
    known = _procedures(folder)
    in_use, fresh = with_taught(known, folder), with_said(known, said)
    embedder, models = default_embedder(), folder / "models"
    with progress_bar("learning what was labelled") as progress:
        old = await intent_model(embedder, models, in_use, lambda what, share: progress(what, share / 2))
        new = await intent_model(embedder, models, fresh, lambda what, share: progress(what, 0.5 + share / 2.1))
        compared = await asyncio.to_thread(compare, old, new, embedder, apart)
    version = None
    if force or not compared.worse:
        name = f"embedded-{version_of(embedder, fresh)}"
        version = taught.adopt(said, model=name, figures=compared.to_json(), at=utc_now())
    return _Trained(len(said), len(apart), compared, version)


def _tell(trained: _Trained) -> None:
    beside = f"trained on {trained.count} labelled messages beside what ships"
    typer.echo(f"{beside}; {trained.apart} are kept apart to measure by")
    width = max(map(len, _SETS.values()))
    for pair in trained.compared.pairs:
        typer.echo(f"  {_SETS[pair.name]:<{width}}  in use {pair.in_use}   retrained {pair.retrained}")
    if trained.version is None:
        worse = " and ".join(_SETS[name] for name in trained.compared.worse)
        typer.echo(f"worse on {worse}: the model in use stays; --force uses the retrained one all the same")
    else:
        number = trained.version.number
        typer.echo(f"version {number} is used from the next start; `xiaoer nlu rollback` takes it back")


def rollback(data: Path | None, *, as_json: bool) -> None:
    """Use the version before the one in use."""
    version = run(_rolled_back(settings_for(data).data))
    if as_json:
        print_json({"version": version.number if version else 0})
        return
    name = f"version {version.number} of {version.at:%Y-%m-%d %H:%M} UTC" if version else "what ships"
    typer.echo(f"{name} is used from the next start")


async def _rolled_back(folder: Path) -> Version | None:
    return Taught(folder / TAUGHT).roll_back()

"""The kinds of cases as a capability: the labelled cases that ship and what a shop's agents corrected, fitted, measured and kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sqlmodel import col, select

from knowledge.db import Database
from knowledge.embedding import default_embedder
from knowledge.schema import Ticket
from knowledge.types import JsonObject, Lang
from tools.fitted import Capability, DataError, Progress, Score, TooLittleDataError
from tools.fitted.capability import silent
from tools.fitted.figures import IntArray, bootstrapped
from tools.ticketing.triage.labels import HEADS, USUAL
from tools.ticketing.triage.model import Fitted, TriageModel, fit
from tools.ticketing.triage.reading import Case, Example, corrected_example, shipped_examples
from tools.ticketing.triage.training import shipped

Examples = Sequence[Example]
_HELD_OUT = 4
"""Every fourth corrected ticket is measured on, and no more learned from than the rest before that."""


class TicketTriage(Capability[Examples, TriageModel]):
    """Category, priority, queue and skill of a ticket."""

    name = "tickets"
    wants = (
        'JSON lines, one a case: {"said": ["..."], "category": "...", "lang": "zh"|"en"} and, if there: "priority", "queue", "skill", '
        '"reason", "flows", "tried", "mood"'
    )
    tolerance = 0.01

    def read(self, path: Path) -> Examples:
        """Read labelled cases of one's own; they are learned from beside those that ship."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(path, "JSON lines in UTF-8", type(error).__name__) from error
        own = [_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
        if not own:
            raise DataError(
                path, 'lines such as {"said": ["where is my parcel"], "category": "delivery", "lang": "en"}'
            )
        return [*shipped_examples(), *own]

    async def own(self, database: Database, now: dt.datetime) -> Examples:
        """Return the labelled cases that ship and every ticket that an agent corrected."""
        del now
        statement = select(Ticket).where(col(Ticket.corrected_at).is_not(None)).order_by(col(Ticket.id))
        async with database.read() as session:
            tickets = (await session.exec(statement)).all()
        found = [corrected_of(ticket) for ticket in tickets]
        corrected = [row for row in found if row is not None]
        if not corrected:
            raise TooLittleDataError("no ticket was corrected yet: the model that ships goes on")
        return [*shipped_examples(), *corrected]

    def split(self, rows: Examples) -> tuple[Examples, Examples]:
        """Hold out the templates that are marked so, and every fourth of the other cases."""
        held = [row for row in rows if row.held or _apart(row)]
        train = [row for row in rows if not (row.held or _apart(row))]
        if not held or not train:
            raise TooLittleDataError(
                f"expected cases to learn from and to measure on, got {len(train)} and {len(held)}"
            )
        return train, held

    def fit(self, rows: Examples, *, progress: Progress = silent) -> TriageModel:
        """Learn. Held-out templates are never learned from, so that versions stay comparable."""
        progress("reading the cases", 0.1)
        return fit([row for row in rows if not row.held], default_embedder())

    def cold(self) -> TriageModel:
        """Return the model that ships."""
        return shipped()

    def score(self, model: TriageModel, rows: Examples) -> Score:
        """Measure the mean of the four macro F1."""
        figure = _figure(model, rows, list(HEADS))
        low, high = figure["interval"]
        return Score("macro_f1", figure["value"], (low, high), figure["n"])

    def figures(self, model: TriageModel, rows: Examples) -> JsonObject:
        """Return the macro F1 of each head, in all and by language."""
        found = {f"{head}_macro_f1": _figure(model, rows, [head]) for head in HEADS}
        for lang in ("zh", "en"):
            if some := [row for row in rows if row.lang == lang]:
                found[f"category_macro_f1_{lang}"] = _figure(model, some, ["category"])
        return found

    def training(self, model: TriageModel) -> JsonObject:
        """Return what is written down with a version."""
        if not isinstance(model, Fitted):
            return {}
        return {"cases": model.rows, "words": len(model.grams), "flags": list(model.flags)}

    def save(self, model: TriageModel, folder: Path) -> None:
        """Write one file of weights."""
        if not isinstance(model, Fitted):
            raise TypeError("rules have no files")
        model.save(folder)

    def load(self, folder: Path) -> TriageModel:
        """Read a version."""
        return Fitted.load(folder, default_embedder())


def corrected_of(ticket: Ticket) -> Example | None:
    """Return what a corrected ticket teaches."""
    triage = ticket.body.get("triage") or {}
    labels = {"category": ticket.category, "priority": ticket.priority, "queue": ticket.queue, "skill": ticket.skill}
    return corrected_example(ticket.id, ticket.lang, triage.get("read") or {}, labels)


def macro_f1(truth: IntArray, found: IntArray) -> float:
    """Return the mean F1 of the labels that are wanted or found."""
    each = []
    for label in np.union1d(truth, found):
        both = int((truth == label).sum()) + int((found == label).sum())
        each.append(2 * int(((truth == label) & (found == label)).sum()) / both)
    return float(np.mean(each)) if each else float("nan")


def _figure(model: TriageModel, rows: Examples, heads: Sequence[str]) -> JsonObject:
    read = model.read([row.case for row in rows])
    truth = {head: np.array([HEADS[head].index(row.labels[head]) for row in rows]) for head in heads}
    found = {head: np.array([HEADS[head].index(one.labels[head]) for one in read]) for head in heads}

    def statistic(chosen: IntArray) -> float:
        return float(np.mean([macro_f1(truth[head][chosen], found[head][chosen]) for head in heads]))

    return bootstrapped([row.group for row in rows], statistic, "held-out cases", unit="template")


def _apart(row: Example) -> bool:
    if row.group.startswith("template "):
        return False
    return int(hashlib.sha256(row.group.encode()).hexdigest(), 16) % _HELD_OUT == 0


def _line(path: Path, number: int, line: str) -> Example:
    try:
        given = json.loads(line)
        if not isinstance(given, dict) or not given.get("said"):
            raise ValueError
        case = Case.model_validate(
            {**given, "said": [given["said"]] if isinstance(given["said"], str) else given["said"]}
        )
    except ValueError as error:
        raise DataError(path, 'an object with "said", a list of messages', line[:80], row=number) from error
    category = given.get("category")
    if category not in HEADS["category"]:
        raise DataError(path, f"one of {', '.join(HEADS['category'])}", repr(category), row=number, column="category")
    queue, skill = USUAL[category]
    labels = {"category": category, "priority": "normal", "queue": queue, "skill": skill}
    labels |= {head: given[head] for head in labels if given.get(head)}
    for head, label in labels.items():
        if label not in HEADS[head]:
            raise DataError(path, f"one of {', '.join(HEADS[head])}", repr(label), row=number, column=head)
    lang: Lang = "en" if given.get("lang") == "en" else "zh"
    return Example(case, labels, lang, f"{path.name} {number}")

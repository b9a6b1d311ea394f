"""What the model reads of a case, and the labelled cases that it learns from."""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pydantic

from knowledge.types import JsonObject, Lang
from knowledge.words import normalise
from knowledge.yaml_files import read_yaml
from tools.evidence import LocalText
from tools.ticketing.triage.labels import HEADS, USUAL

CASES = Path(__file__).with_name("cases.yaml")
DRAWS = 2
"""Conversations that are drawn from each template and language."""
LAST = 5
"""Messages of the shopper that are read, the last ones."""
MOST = 400
"""Characters of a message that are read."""
_DIGITS = re.compile(r"[a-z]*\d[a-z0-9]*")
_EN = re.compile(r"[a-z][a-z']*[a-z]|#")
_ZH = re.compile(r"[\u3400-\u9fff]+")
_CHOICE = re.compile(r"\(([^()]*)\)")
_PLAIN_WORDS = """
a an the and or of to in on at is am are was were be been it its my me we our us your with for from as by do does did so this that
these those i i'm it's please just can could would will have has had but not no"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


class Case(pydantic.BaseModel):
    """A handed-over conversation as the model reads it."""

    model_config = pydantic.ConfigDict(frozen=True)

    said: tuple[str, ...] = ()
    """Messages of the shopper, oldest first."""
    reason: str = ""
    """Why it was handed over: `tools.ticketing.types.Reason`."""
    flows: tuple[str, ...] = ()
    """Procedures that ran or were wanted."""
    tried: tuple[str, ...] = ()
    """Tools that were called, and the codes of their refusals."""
    mood: str = ""

    @property
    def text(self) -> str:
        """The last messages as one text, numbers and ids made alike."""
        return _DIGITS.sub("#", normalise("\n".join(one[:MOST] for one in self.said[-LAST:])))

    def flags(self) -> frozenset[str]:
        """Return what is known beside the words."""
        return frozenset({
            *([f"by:{self.reason}"] if self.reason else []),
            *(f"flow:{flow}" for flow in self.flows),
            *(f"tried:{one}" for one in self.tried),
            *([f"mood:{self.mood}"] if self.mood else []),
        })  # fmt: skip

    def grams(self) -> frozenset[str]:
        """Return English words and pairs of them, and Chinese pairs and triples of characters."""
        text = self.text
        words = [word for word in _EN.findall(text) if word not in _PLAIN]
        found = {word for word in words if word != "#"}
        found |= {f"{first} {second}" for first, second in itertools.pairwise(words)}
        for run in _ZH.findall(text):
            found |= {run[at : at + size] for size in (2, 3) for at in range(len(run) - size + 1)}
        return frozenset(found)


@dataclasses.dataclass(frozen=True)
class Example:
    """A labelled case; those of one `group` are never on both sides of a split."""

    case: Case
    labels: Mapping[str, str]
    """`HEADS` -> label."""
    lang: Lang
    group: str
    held: bool = False
    weight: float = 1.0


class _Template(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    labels: tuple[str, ...] = pydantic.Field(alias="is", min_length=2, max_length=4)
    by: str
    flow: str = ""
    tried: str = ""
    mood: str = "calm"
    zh: str
    en: str
    held: bool = False

    @pydantic.model_validator(mode="after")
    def _known(self) -> Self:
        for head, label in self.named.items():
            if label not in HEADS[head]:
                raise ValueError(f"expected a {head} of {', '.join(HEADS[head])}, got {label!r}")
        return self

    @property
    def named(self) -> dict[str, str]:
        category, priority, *own = self.labels
        queue, skill = own if len(own) == 2 else USUAL.get(category, ("", ""))  # type: ignore[call-overload]
        return {"category": category, "priority": priority, "queue": queue, "skill": skill}


def shipped_examples(path: Path = CASES) -> list[Example]:
    """Return the conversations of the labelled templates, the same every time."""
    templates = [_Template.model_validate(row) for row in read_yaml(path)]
    langs: tuple[Lang, ...] = ("zh", "en")
    return [
        Example(_case(template, text), template.named, lang, f"template {number}", held=template.held)
        for number, template in enumerate(templates)
        for lang in langs
        for text in sorted(set(_draws(template.zh if lang == "zh" else template.en)))
    ]


def _draws(line: str) -> Iterator[str]:
    rng = random.Random(line)  # noqa: S311 (no secret; a line's conversations are the same whatever stands beside it)
    for _ in range(DRAWS):
        yield _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), line)


def _case(template: _Template, text: str) -> Case:
    return Case(
        said=tuple(part.strip() for part in text.split("/") if part.strip()),
        reason=template.by,
        flows=(template.flow,) if template.flow else (),
        tried=tuple(template.tried.split()),
        mood=template.mood,
    )


def corrected_example(ticket_id: str, lang: str, read: JsonObject, labels: Mapping[str, str]) -> Example | None:
    """Return what a corrected ticket teaches; None where it was written before the model read it."""
    try:
        case = Case.model_validate(read)
    except pydantic.ValidationError:
        return None
    if not case.said or any(label not in HEADS[head] for head, label in labels.items()):
        return None
    spoken: Lang = "en" if lang == "en" else "zh"
    return Example(case, labels, spoken, f"ticket {ticket_id}", weight=3.0)


_FLAG_WORDS: dict[str, LocalText] = {
    "by": LocalText(zh="转人工原因", en="handed over because"),
    "flow": LocalText(zh="办理的事项", en="procedure"),
    "tried": LocalText(zh="尝试过", en="tried"),
    "mood": LocalText(zh="情绪", en="mood"),
}


def in_words(feature: str, names: Mapping[str, LocalText]) -> LocalText:
    """Return a feature as an agent reads it.

    Args:
        names: titles of flows, tools and codes, as far as they are known.
    """
    kind, _, value = feature.partition(":")
    if kind in _FLAG_WORDS and value:
        name = names.get(value, LocalText(zh=value.replace("_", " "), en=value.replace("_", " ")))
        said = _FLAG_WORDS[kind]
        return LocalText(zh=f"{said.zh}：{name.get('zh')}", en=f"{said.en}: {name.get('en')}")
    return LocalText(zh=f"说到“{feature}”", en=f"said “{feature}”")


def labels_of(rows: Sequence[Example], head: str) -> list[str]:
    """Return the labels of one head, row by row."""
    return [row.labels[head] for row in rows]


def plain(case: Case) -> dict[str, Any]:
    """Return a case as a ticket keeps it."""
    return case.model_dump(mode="json")

"""What a person said that messages mean, one JSON line each."""

from __future__ import annotations

import json
from pathlib import Path

import pydantic

from dialogue.errors import DialogueError
from dialogue.understanding.classifier.fitting import bare
from dialogue.understanding.teaching import Said
from knowledge.types import Lang
from knowledge.whole_files import write_whole

LABELS = Path("nlu") / "labels.jsonl"
"""Where they stand in a data folder."""
KEPT_APART = 5
"""Of so many labels of one intent and language one is never trained on: by those a new model is compared with the old one."""


class LabelsError(DialogueError):
    """A file of labels that cannot be read."""


class Label(pydantic.BaseModel):
    """What one message means."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    text: str
    lang: Lang
    intent: str | None
    """None: it was looked at and is not to be learned from."""
    apart: bool = False
    """Never trained on."""

    @property
    def key(self) -> tuple[Lang, str]:
        """What two labels of the same message have in common."""
        return self.lang, bare(self.text) or self.text


class Labels:
    """The labels of a shop; the last one of a message holds. Only one person labels at a time."""

    def __init__(self, path: Path) -> None:
        """Read them.

        Raises:
            LabelsError: a line is no label.
        """
        self._path = path
        self._rows: list[Label] = []
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for number, line in enumerate(lines, start=1):
            try:
                self._rows.append(Label.model_validate_json(line))
            except pydantic.ValidationError as error:
                raise LabelsError(f"{path}:{number}: expected a label, got {line[:80]!r}") from error

    @property
    def known(self) -> dict[tuple[Lang, str], Label]:
        """Every message that was looked at, with its last label."""
        return {label.key: label for label in self._rows}

    def has(self, text: str, lang: Lang) -> bool:
        """Whether a message was looked at."""
        return Label(text=text, lang=lang, intent=None).key in self.known

    def add(self, text: str, lang: Lang, intent: str | None) -> Label:
        """Label a message; None: nothing is to be learned from it."""
        alike = [label for label in self.known.values() if (label.intent, label.lang) == (intent, lang)]
        apart = intent is not None and len(alike) % KEPT_APART == KEPT_APART - 1
        label = Label(text=text, lang=lang, intent=intent, apart=apart)
        if (before := self.known.get(label.key)) is not None and before.intent is not None and intent is not None:
            label = label.model_copy(update={"apart": before.apart})
        self._rows.append(label)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(label))
        return label

    def take_back(self, count: int) -> None:
        """Forget the last labels that were given."""
        self._rows = self._rows[: len(self._rows) - count]
        write_whole(self._path, "".join(map(_line, self._rows)).encode())

    def said(self, *, apart: bool) -> tuple[Said, ...]:
        """Return the labelled messages to train on, or those kept apart."""
        return tuple(
            Said(label.text, label.intent, label.lang)
            for label in self.known.values()
            if label.intent is not None and label.apart == apart
        )


def _line(label: Label) -> str:
    return json.dumps(label.model_dump(), ensure_ascii=False) + "\n"

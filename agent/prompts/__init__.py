"""What language models are told: one YAML file a purpose, with a version and both languages.

A prompt's id holds its version and a digest of its words, so that a past call says exactly what was asked, also where somebody
changed the words and forgot the version.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import string
from pathlib import Path
from typing import Literal

import pydantic

from agent.llm.config import Purpose
from knowledge.types import Lang
from knowledge.yaml_files import read_model

_FOLDER = Path(__file__).parent
PromptName = Purpose | Literal["understand_brief"]
"""A purpose has a prompt, and perhaps a brief one for small models."""


class _PromptFile(pydantic.BaseModel):
    """A prompt of a purpose; ``$name`` stands for what is filled in."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    version: int = pydantic.Field(ge=1)
    zh: str
    en: str


@dataclasses.dataclass(frozen=True)
class Prompt:
    """The words for one purpose in one language."""

    id: str
    """``understand@1-3f2a9c.zh``."""
    words: str

    def filled(self, **values: str) -> str:
        """Return the words with every ``$name`` filled in.

        Raises:
            KeyError: a name has no value.
        """
        return string.Template(self.words).substitute(values)


@functools.cache
def prompt_for(name: PromptName, lang: Lang) -> Prompt:
    """Return the prompt of this name.

    Raises:
        knowledge.yaml_files.YamlFileError: its file is broken.
    """
    file = read_model(_FOLDER / f"{name}.yaml", _PromptFile)
    digest = hashlib.sha256(f"{file.zh}\0{file.en}".encode()).hexdigest()[:6]
    return Prompt(f"{name}@{file.version}-{digest}.{lang}", file.zh if lang == "zh" else file.en)

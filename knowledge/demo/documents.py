"""The shop's help articles and curated answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from knowledge.demo.clock import Clock
from knowledge.demo.order_rows import Row
from knowledge.demo.words import load
from knowledge.documents import read_document
from knowledge.types import Lang

FOLDER = Path(__file__).with_name("documents")


def document_rows(clock: Clock) -> Iterator[Row]:
    """Yield the articles of ``documents/zh`` and ``documents/en``; a pair shares its slug."""
    for lang in get_args(Lang):
        for path in sorted((FOLDER / lang).glob("*.md")):
            file = read_document(path, lang)
            yield {"id": f"{file.slug}.{lang}", "version": 1, "updated_at": clock.now, **dataclasses.asdict(file)}


def answer_rows(clock: Clock) -> Iterator[Row]:
    """Yield the curated answers of ``data/answers.yaml``, each in both languages."""
    for name, entry in load("answers").items():
        for lang in get_args(Lang):
            yield {
                "id": f"{name}.{lang}",
                "lang": lang,
                "questions": entry[lang]["questions"],
                "answer": entry[lang]["answer"],
                "document_id": f"{entry['document']}.{lang}",
                "status": "published",
                "updated_at": clock.now,
            }

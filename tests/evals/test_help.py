from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import get_args

import pytest

from evals.help import Asked, HelpQuestion, figures, read_questions
from knowledge.demo.documents import FOLDER
from knowledge.embedding import HashingEmbedder, default_embedder
from knowledge.types import Lang

LANGS = get_args(Lang)


def asked(
    documents: tuple[str, ...], found: tuple[str, ...], *, answered: bool, offered: tuple[str, ...] = ()
) -> Asked:
    return Asked(HelpQuestion("?", "en", documents, "report"), found, answered, offered)


def test_the_figures_are_what_they_say() -> None:
    given = [
        asked(("a",), ("a", "b"), answered=True),
        asked(("a",), ("b", "c", "a"), answered=True),
        asked(("a", "c"), ("b", "c"), answered=False, offered=("b", "c")),
        asked((), ("b",), answered=True),
        asked((), ("b",), answered=False),
    ]
    found = figures(given, given[:1])
    shares = (found.recall_1, found.recall_3, found.false, found.wrong, found.silent, found.offered, found.across)
    assert [(share.hits, share.n) for share in shares] == [(1, 3), (3, 3), (1, 2), (1, 3), (1, 3), (1, 1), (1, 1)]
    assert found.mrr == pytest.approx((1 + 1 / 3 + 1 / 2) / 3)


@pytest.mark.parametrize("lang", LANGS)
def test_every_document_is_asked_for_and_enough_is_asked_that_none_answers(lang: Lang) -> None:
    mine = [question for question in read_questions() if question.lang == lang]
    wanted = {slug for question in mine for slug in question.documents}
    assert wanted == {path.stem for path in (FOLDER / lang).glob("*.md")}
    answerable = Counter(bool(question.documents) for question in mine)
    assert answerable[True] >= 60
    assert answerable[False] >= 30
    assert len({question.text for question in mine}) == len(mine)


@pytest.mark.skipif(default_embedder().name == HashingEmbedder.name, reason="no sentence encoder is installed")
def test_help_is_found_in_both_languages_and_seldom_made_up() -> None:
    command = [sys.executable, "-m", "evals.help", "--half", "all", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=120).stdout)
    for lang in LANGS:
        assert found[lang]["recall_1"]["value"] >= 0.7
        # 4 of 30: since curated answers count by all their questions, recall@1 rose by 3 to 8 points and one more is made up.
        assert found[lang]["false"]["value"] <= 0.14
        assert found[lang]["across"]["value"] >= 0.7

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.documents import (
    DocumentError,
    DocumentFile,
    Passage,
    knowledge_version,
    passages_of,
    published_documents,
    put_document,
    read_document,
)
from knowledge.schema import CuratedAnswer, Document

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)


def _document(body: str, lang: str = "en", title: str = "Returns") -> Document:
    return Document(id="d1", slug="returns", lang=lang, title=title, body=body, updated_at=NOW)


def test_each_heading_starts_a_passage_under_its_path() -> None:
    body = "Intro.\n\n## Time\n\nSeven days.\n\n### Faulty goods\n\nThirty days.\n\n## Money\n\nTo your card."
    assert passages_of(_document(body)) == [
        Passage("d1", "returns", "en", "Returns", "", "Intro."),
        Passage("d1", "returns", "en", "Returns", "Time", "Seven days."),
        Passage("d1", "returns", "en", "Returns", "Time › Faulty goods", "Thirty days."),
        Passage("d1", "returns", "en", "Returns", "Money", "To your card."),
    ]


def test_what_is_searched_has_title_and_heading() -> None:
    passage = passages_of(_document("# Returns\n\n## 多久到账？\n\n三天。"))[0]
    assert passage.searched == "Returns\n多久到账？\n三天。"


def test_a_hash_in_a_code_block_is_no_heading() -> None:
    passages = passages_of(_document("```\n# not a heading\n```"))
    assert [passage.heading for passage in passages] == [""]


@pytest.mark.parametrize(
    ("lang", "sentence"), [("zh", "这是一个关于退货的句子，它有二十五个左右的汉字在里面。"), ("en", "This sentence has exactly eight words in it. ")]
)  # fmt: skip
def test_a_long_section_is_cut_at_sentences(lang: str, sentence: str) -> None:
    passages = passages_of(_document(sentence * 60, lang))
    assert len(passages) > 3
    assert all(passage.text.endswith(("。", ".")) for passage in passages)
    assert "".join(passage.text for passage in passages).replace(" ", "") == (sentence * 60).replace(" ", "")


def test_short_paragraphs_stay_together_and_rows_stay_whole() -> None:
    table = "\n".join(f"| size {n} | {n} cm long and quite a few words more |" for n in range(40))
    short, *rows = passages_of(_document(f"One.\n\nTwo.\n\n## Sizes\n\n{table}"))
    assert short.text == "One.\n\nTwo."
    assert len(rows) > 1
    assert [line for row in rows for line in row.text.splitlines()] == table.splitlines()


@pytest.mark.parametrize("body", ["", "\n\n", "## Only a heading"])
def test_no_text_no_passage(body: str) -> None:
    assert passages_of(_document(body)) == []


@pytest.mark.parametrize(
    ("text", "title", "body", "status"),
    [
        ("# Returns\n\nSeven days.\n", "Returns", "Seven days.", "published"),
        ("---\ntitle: 退货\nstatus: draft\n---\n七天。", "退货", "七天。", "draft"),
        ("\ufeff---\ntitle: A\n---\n# B\ntext", "A", "# B\ntext", "published"),
    ],
)
def test_a_markdown_file_is_read(tmp_path: Path, text: str, title: str, body: str, status: str) -> None:
    path = tmp_path / "returns.md"
    path.write_text(text, encoding="utf-8")
    assert read_document(path, "en") == DocumentFile("returns", "en", title, body, status=status)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no title", "expected a title"), (b"\xff\xfe\x00", "UTF-8"), (b"---\na: [\n---\n# T", "not YAML"),
     (b"---\n- a\n---\n# T", "expected front matter"), (b"---\nstatus: hidden\n---\n# T", "'hidden'")],
)  # fmt: skip
def test_a_bad_file_says_what_was_expected(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.md"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=message):
        read_document(path, "en")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.md"):
        read_document(tmp_path / "none.md", "zh")


async def test_importing_twice_changes_nothing_and_a_change_grows_the_version(database: Database) -> None:
    file = DocumentFile("returns", "en", "Returns", "Seven days.")
    async with database.write() as session:
        await put_document(session, file, NOW)
    async with database.write() as session:
        await put_document(session, file, LATER)
    async with database.read() as session:
        (same,) = await published_documents(session)
    async with database.write() as session:
        await put_document(session, DocumentFile("returns", "en", "Returns", "Ten days."), LATER)
    async with database.read() as session:
        (changed,) = await published_documents(session)
    assert (same.id, same.version, same.updated_at) == ("returns.en", 1, NOW)
    assert (changed.id, changed.version, changed.updated_at, changed.body) == ("returns.en", 2, LATER, "Ten days.")


async def test_the_version_follows_every_change_of_what_is_published(database: Database) -> None:
    async def version() -> tuple[object, ...]:
        async with database.read() as session:
            return await knowledge_version(session)

    seen = [await version()]
    for file in (
        DocumentFile("returns", "en", "Returns", "Seven days."),
        DocumentFile("returns", "zh", "退货", "七天。"),
        DocumentFile("returns", "zh", "退货", "十天。"),
        DocumentFile("returns", "zh", "退货", "十天。", status="draft"),
    ):
        async with database.write() as session:
            await put_document(session, file, NOW)
        seen.append(await version())
    async with database.write() as session:
        session.add(CuratedAnswer(id="a1", lang="en", questions=["q"], answer="a", updated_at=NOW))
    seen.append(await version())
    assert all(before != after for before, after in itertools.pairwise(seen))
    assert seen == [*seen[:-1], await version()]

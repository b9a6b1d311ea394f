"""Help documents: importing and updating them, and cutting them into the passages that are searched and cited."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.errors import KnowledgeError
from knowledge.schema import CuratedAnswer, Document
from knowledge.types import Lang
from knowledge.yaml_files import parse_yaml

PASSAGE_ZH_CHARS = 300
PASSAGE_EN_WORDS = 120
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+|\n")
_HAN = re.compile(r"[\u3400-\u9fff]")


class DocumentError(KnowledgeError):
    """A document file that cannot be read: says file and what was expected."""


@dataclasses.dataclass(frozen=True)
class Passage:
    """A part of a document that can be cited alone."""

    document_id: str
    slug: str
    lang: Lang
    title: str
    heading: str
    """The headings above the text, joined by `` › ``; ``""`` before the first."""
    text: str

    @property
    def searched(self) -> str:
        """What is embedded: a heading that is a question finds what the text alone would not."""
        return "\n".join(filter(None, (self.title, self.heading, self.text)))


@dataclasses.dataclass(frozen=True)
class DocumentFile:
    """A document as a Markdown file holds it: optional front matter (``title``, ``kind``, ``status``), then the body."""

    slug: str
    lang: Lang
    title: str
    body: str
    kind: str = "help"
    status: str = "published"


def passages_of(document: Document) -> list[Passage]:
    """Cut a document at its Markdown headings, and long sections at sentences.

    A passage has about 300 Chinese characters or 120 English words; a list or table row is never cut in two.
    """
    lang: Lang = "zh" if document.lang == "zh" else "en"
    return [
        Passage(document.id, document.slug, lang, document.title, heading, text)
        for heading, section in _sections(document.title, document.body)
        for text in _pieces(section)
    ]


def _sections(title: str, body: str) -> Iterable[tuple[str, str]]:
    above: list[tuple[int, str]] = []
    lines: list[str] = []
    fenced = False
    for line in body.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield _heading_path(title, above), "\n".join(lines).strip()
        lines = []
        level = len(heading[1])
        above = [entry for entry in above if entry[0] < level] + [(level, heading[2])]
    yield _heading_path(title, above), "\n".join(lines).strip()


def _heading_path(title: str, above: Sequence[tuple[int, str]]) -> str:
    return " › ".join(text for _, text in above if text != title)


def _pieces(section: str) -> list[str]:
    pieces: list[str] = []
    for part in filter(None, (part.strip() for part in re.split(r"\n\s*\n", section))):
        for piece in [part] if _length(part) <= 1.3 else _cut(part):
            if pieces and _length(pieces[-1]) + _length(piece) <= 1.0:
                pieces[-1] += "\n\n" + piece
            else:
                pieces.append(piece)
    return pieces


def _cut(paragraph: str) -> list[str]:
    pieces = [""]
    for sentence in filter(None, _SENTENCE.split(paragraph)):
        if pieces[-1] and _length(pieces[-1]) + _length(sentence) > 1.0:
            pieces.append("")
        gap = "" if not pieces[-1] or _HAN.match(sentence) else "\n" if "\n" in paragraph else " "
        pieces[-1] += gap + sentence.strip()
    return [piece for piece in pieces if piece]


def _length(text: str) -> float:
    """Length in passages: 1.0 is as long as one should be."""
    han = len(_HAN.findall(text))
    return han / PASSAGE_ZH_CHARS + len(re.findall(r"[A-Za-z0-9]+", text)) / PASSAGE_EN_WORDS


def read_document(path: Path, lang: Lang) -> DocumentFile:
    """Read a Markdown file; its name is the slug, its first heading the title unless the front matter has one.

    Raises:
        DocumentError: not UTF-8, broken front matter, or neither title nor heading.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path}: expected a UTF-8 Markdown file ({error})") from error
    fields: dict[str, str] = {}
    matter = _FRONT_MATTER.match(text)
    if matter is not None:
        text = text[matter.end() :]
        fields = _front_matter(path, matter[1])
    heading = re.search(r"^#\s+(.+?)\s*$", text, re.MULTILINE)
    title = fields.get("title") or (heading[1] if heading else "")
    if not title:
        raise DocumentError(f"{path}: expected a title in the front matter or a first line like '# Returns'")
    if heading and heading[1] == title and not text[: heading.start()].strip():
        text = text[heading.end() :]
    status = fields.get("status", "published")
    if status not in {"draft", "published"}:
        raise DocumentError(f"{path}: expected status draft or published, got {status!r}")
    return DocumentFile(path.stem, lang, title, text.strip(), fields.get("kind", "help"), status)


def _front_matter(path: Path, text: str) -> dict[str, str]:
    try:
        loaded = parse_yaml(text)
    except yaml.YAMLError as error:
        raise DocumentError(f"{path}: the front matter is not YAML ({error})") from error
    if not isinstance(loaded, dict):
        raise DocumentError(f"{path}: expected front matter like 'title: ...', got {loaded!r}")
    return {str(key): str(value) for key, value in loaded.items()}


async def put_document(session: AsyncSession, file: DocumentFile, now: dt.datetime) -> Document:
    """Insert the document, or update the one with its slug and language; its version grows only if something changed."""
    document = await session.get(Document, f"{file.slug}.{file.lang}")
    if document is None:
        statement = select(Document).where(Document.slug == file.slug, Document.lang == file.lang)
        document = (await session.exec(statement)).first()
    if document is None:
        document = Document(id=f"{file.slug}.{file.lang}", updated_at=now, **dataclasses.asdict(file))
        session.add(document)
        return document
    changed = {name: value for name, value in dataclasses.asdict(file).items() if getattr(document, name) != value}
    if changed:
        document.sqlmodel_update({**changed, "version": document.version + 1, "updated_at": now})
        session.add(document)
    return document


async def published_documents(session: AsyncSession) -> list[Document]:
    """Return what may be answered from."""
    statement = select(Document).where(Document.status == "published").order_by(Document.slug, Document.lang)
    return list(await session.exec(statement))


async def published_answers(session: AsyncSession) -> list[CuratedAnswer]:
    """Return the curated answers in force."""
    statement = select(CuratedAnswer).where(CuratedAnswer.status == "published").order_by(CuratedAnswer.id)
    return list(await session.exec(statement))


async def knowledge_version(session: AsyncSession) -> tuple[object, ...]:
    """Return something that differs whenever a document or curated answer was added, changed, withdrawn or deleted."""
    found: list[object] = []
    for table in (Document, CuratedAnswer):
        statement = select(func.count(), func.max(table.updated_at)).where(col(table.status) == "published")
        found += (await session.exec(statement)).one()
    versions = select(func.sum(Document.version)).where(Document.status == "published")
    found.append((await session.exec(versions)).one())
    return tuple(found)

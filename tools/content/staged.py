"""Help documents as staged changes: a new one, another text, a withdrawal; answered from as soon as they are approved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Literal, cast

import pydantic
from sqlmodel import col, func, select

from knowledge.documents import DocumentFile, put_document
from knowledge.schema import CuratedAnswer, Document
from knowledge.types import Lang
from tools.base import Arguments, Evidence, Role, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText
from tools.staging import Difference, Restoration, Staged, changed, untouched

MERCHANT: tuple[Role, ...] = ("merchant",)
LONGEST = 50_000
WITHDRAWN = "withdrawn"
_LANGS: dict[str, LocalText] = {"zh": LocalText(zh="中文", en="Chinese"), "en": LocalText(zh="英文", en="English")}
_STATUS: dict[str, str] = {"published": "published / 已发布", "draft": "draft / 草稿", WITHDRAWN: "withdrawn / 已撤下"}


class ListDocuments(Arguments):
    """Every help document, without its text."""


class SaveDocument(Arguments):
    """A document in one language; `slug` None: a new one, whose slug is made of the title. `body` is Markdown."""

    slug: str | None = pydantic.Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    lang: Lang
    title: str | None = pydantic.Field(default=None, min_length=1, max_length=200)
    body: str = pydantic.Field(min_length=1, max_length=LONGEST)
    kind: Literal["help", "policy", "faq", "procedure"] | None = None


class WithdrawDocument(Arguments):
    """`lang` None: in both languages."""

    slug: str = pydantic.Field(min_length=1, max_length=64)
    lang: Lang | None = None


class DocumentEntry(Evidence):
    """A document in a list."""

    slug: str
    lang: Lang
    title: str
    kind: str
    status: str
    version: int
    missing: Lang | None = None
    """The language in which nobody has written it; its shoppers are answered from this one."""


class DocumentList(Evidence):
    """By slug and language."""

    documents: tuple[DocumentEntry, ...]


class DocumentText(Evidence):
    """A version of a document."""

    title: str
    body: str
    kind: str
    status: str
    version: int


class DocumentMove(Evidence):
    """A document of one language before and after; `before` None: it is new."""

    slug: str
    lang: Lang
    before: DocumentText | None
    after: DocumentText

    def differences(self) -> tuple[Difference, ...]:
        """Return title, text and status, where they change."""
        old, new = _fields(self.before), _fields(self.after)
        title = self.after.title
        return tuple(
            each
            for name, what in _NAMES.items()
            for each in changed(_named(title, self.lang, what), old.get(name), new.get(name))
        )


_NAMES = {
    "title": LocalText(zh="标题", en="title"),
    "body": LocalText(zh="正文", en="text"),
    "status": LocalText(zh="状态", en="status"),
}


def _named(title: str, lang: Lang, what: LocalText) -> LocalText:
    return LocalText(
        zh=f"文档《{title}》（{_LANGS[lang].zh}）{what.zh}", en=f"Document “{title}” ({_LANGS[lang].en}), {what.en}"
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fields(text: DocumentText | None) -> dict[str, str]:
    return (
        {}
        if text is None
        else {"title": text.title, "body": text.body, "status": _STATUS.get(text.status, text.status)}
    )


class DocumentChange(Staged):
    """Documents before and after. `answers`: exact answers that refer to them and stay; `other_stays`: so does the other language.

    `missing`: the language in which nobody has written it yet.
    """

    moves: tuple[DocumentMove, ...]
    answers: int = 0
    other_stays: bool = False
    missing: Lang | None = None

    def about(self) -> str:
        """See `Staged`."""
        return f"document:{self.moves[0].slug}"

    def differences(self) -> tuple[Difference, ...]:
        """Return what changes of each."""
        return tuple(each for move in self.moves for each in move.differences())

    def expected(self) -> LocalText | None:
        """Tell what stays as it is beside the document; what shoppers will ask is not estimated."""
        zh, en = [], []
        if self.answers:
            zh.append(f"引用它的 {self.answers} 条标准答案不变")
            en.append(f"{self.answers} exact answers that refer to it stay as they are")
        if self.other_stays:
            zh.append("另一种语言的版本不变")
            en.append("the version in the other language stays as it is")
        if self.missing is not None:
            zh.append(f"{_LANGS[self.missing].zh}版还没有写，这部分顾客会看到这一版")
            en.append(f"nobody has written it in {_LANGS[self.missing].en}: those shoppers are shown this version")
        return LocalText(zh="；".join(zh), en=_sentence("; ".join(en))) if zh else None


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en="Every help document of the shop by slug and language, with title, status, version and the language in which it is missing. Use it to find the slug of one to change. No arguments.",
    zh="店铺的全部帮助文档：slug、语言、标题、状态、版本、缺少的语言。要修改某篇文档、需要 slug 时使用。无参数。",
)
async def list_documents(context: ToolContext, arguments: ListDocuments) -> DocumentList:
    """Return the documents, those that were withdrawn too."""
    rows = (await context.session.exec(select(Document).order_by(Document.slug, Document.lang))).all()
    published = {(row.slug, row.lang) for row in rows if row.status == "published"}
    entries = [DocumentEntry.model_validate(row, from_attributes=True) for row in rows]
    return DocumentList(
        documents=tuple(
            each.model_copy(update={"missing": _other(each.lang)})
            if each.status == "published" and (each.slug, _other(each.lang)) not in published
            else each
            for each in entries
        )
    )


async def preview_save(context: ToolContext, arguments: SaveDocument) -> DocumentChange:
    """Work out a document's new text.

    Raises:
        ArgumentError: ``document_not_found``; ``document_title_needed``: a new one needs a title; ``document_exists``: one of
            that title is there already: name its slug.
        RefusedError: ``document_unchanged``.
    """
    if arguments.slug is None and arguments.title is None:
        raise ArgumentError("document_title_needed", "expected a title for a new document")
    slug = arguments.slug or slug_of(cast(str, arguments.title))
    row = await _document(context, slug, arguments.lang)
    if arguments.slug is None and row is not None and row.status != WITHDRAWN:
        raise ArgumentError("document_exists", "expected a title that no document has", slug=slug, title=row.title)
    title = arguments.title or (row.title if row is not None else None)
    if title is None:
        raise ArgumentError("document_not_found", "expected the slug of a document", slug=slug)
    before = _text(row)
    after = DocumentText(
        title=title,
        body=arguments.body,
        kind=arguments.kind or (row.kind if row is not None else "help"),
        status="published",
        version=1 if row is None else row.version + 1,
    )
    if before is not None and before.model_copy(update={"version": after.version}) == after:
        raise RefusedError("document_unchanged", "it says that already", slug=slug)
    other = await _document(context, slug, _other(arguments.lang))
    written = other is not None and other.status == "published"
    return DocumentChange(
        moves=(DocumentMove(slug=slug, lang=arguments.lang, before=before, after=after),),
        answers=await _answers(context, [row]),
        other_stays=before is not None and written,
        missing=None if written else _other(arguments.lang),
    )


async def preview_withdraw(context: ToolContext, arguments: WithdrawDocument) -> DocumentChange:
    """Work out a withdrawal.

    Raises:
        ArgumentError: ``document_not_found``: none of that slug is published.
    """
    langs: tuple[Lang, ...] = ("zh", "en") if arguments.lang is None else (arguments.lang,)
    found = [(lang, await _document(context, arguments.slug, lang)) for lang in langs]
    rows = [(lang, row) for lang, row in found if row is not None and row.status == "published"]
    if not rows:
        raise ArgumentError("document_not_found", "expected the slug of a published document", slug=arguments.slug)
    moves = tuple(
        DocumentMove(slug=row.slug, lang=lang, before=(text := cast(DocumentText, _text(row))), after=_withdrawn(text))
        for lang, row in rows
    )
    return DocumentChange(moves=moves, answers=await _answers(context, [row for _, row in rows]))


async def undo_document(context: ToolContext, done: DocumentChange) -> Restoration:
    """Work out the texts before; a new document is withdrawn. Raises as `tools.staging.untouched`."""
    rows = {move.lang: await _document(context, move.slug, move.lang) for move in done.moves}
    stand = {}
    for move in done.moves:
        now, was = _fields(_text(rows[move.lang])), _fields(move.after)
        for name, what in _NAMES.items():
            stand[f"{move.lang}.{name}"] = (_named(move.after.title, move.lang, what), was[name], now.get(name))
    untouched(stand)
    back = tuple(
        DocumentMove(slug=move.slug, lang=move.lang, before=move.after, after=move.before or _withdrawn(move.after))
        for move in done.moves
    )

    def apply() -> None:
        for move in back:
            row = cast(Document, rows[move.lang])
            row.sqlmodel_update(move.after.model_dump(exclude={"version"}))
            row.version, row.updated_at = row.version + 1, context.now
            context.session.add(row)

    return Restoration(DocumentChange(moves=back).differences(), apply)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_save,
    undo=undo_document,
    en=(
        "Stage a new help document, or another text of one; it waits as a proposal and is answered from once approved. slug: as "
        "list_documents gives it, left out for a new one; lang: zh or en; title: needed for a new one; body: Markdown; kind: help, policy, faq "
        "or procedure."
    ),
    zh=(
        "提交新的帮助文档，或修改已有文档的正文；先作为提案等待批准，批准后立即用于回答。slug：list_documents 给出的，新文档不填；lang：zh 或 en；title：新文档必填；"
        "body：Markdown 正文；kind：help、policy、faq 或 procedure。"
    ),
)
async def save_document(context: ToolContext, arguments: SaveDocument) -> DocumentChange:
    """Write the next version."""
    change = await preview_save(context, arguments)
    await _put(context, change)
    return change


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_withdraw,
    undo=undo_document,
    en=(
        "Stage the withdrawal of a help document: once approved nothing is answered from it; its text is kept. slug: as list_documents gives "
        "it; lang: zh or en, both where left out."
    ),
    zh="提交撤下某篇帮助文档：批准后不再据此回答，正文保留。slug：list_documents 给出的；lang：zh 或 en，不填则两种语言都撤下。",
)
async def withdraw_document(context: ToolContext, arguments: WithdrawDocument) -> DocumentChange:
    """Take it out of the answers."""
    change = await preview_withdraw(context, arguments)
    await _put(context, change)
    return change


async def _put(context: ToolContext, change: DocumentChange) -> None:
    for move in change.moves:
        file = DocumentFile(move.slug, move.lang, **move.after.model_dump(exclude={"version"}))
        await put_document(context.session, file, context.now)


async def _document(context: ToolContext, slug: str, lang: Lang) -> Document | None:
    return (await context.session.exec(select(Document).where(Document.slug == slug, Document.lang == lang))).first()


async def _answers(context: ToolContext, rows: Sequence[Document | None]) -> int:
    ids = [row.id for row in rows if row is not None]
    found = select(func.count()).where(col(CuratedAnswer.document_id).in_(ids), CuratedAnswer.status == "published")
    return (await context.session.exec(found)).one()


def _other(lang: Lang) -> Lang:
    return "en" if lang == "zh" else "zh"


def _text(row: Document | None) -> DocumentText | None:
    return None if row is None else DocumentText.model_validate(row, from_attributes=True)


def _withdrawn(text: DocumentText) -> DocumentText:
    return text.model_copy(update={"status": WITHDRAWN, "version": text.version + 1})


def slug_of(title: str) -> str:
    """Return a slug of a title: its Latin letters and digits, or a hash where it has none."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:48]
    return plain if len(plain) > 2 else "doc-" + hashlib.sha256(title.encode()).hexdigest()[:10]


TOOLS = (list_documents, save_document, withdraw_document)

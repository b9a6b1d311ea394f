"""Tools about what the bot says: find its texts, stage other words for one, and go back to those that ship."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from knowledge.schema import Wording
from knowledge.types import Lang
from knowledge.wordings import OwnWords, all_wordings, put_words
from tools.base import Role, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText
from tools.executor import Services
from tools.speech import Speech, SpokenText
from tools.staging import Restoration, untouched
from tools.wording.types import (
    ChangeText,
    FindTexts,
    FoundText,
    RestoreText,
    TextChange,
    TextList,
    TextMove,
    named,
)

MERCHANT: tuple[Role, ...] = ("merchant",)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BOTH = re.compile(
    r"^\W*(?P<one>中文|zh|Chinese|英文|英语|en|English)\s*[:：]\s*(?P<first>.+?)[\s;；]*(?<![A-Za-z])(?P<two>中文|zh|Chinese|英文|英语|en|English)\s*[:：]\s*(?P<second>.+)$",
    re.DOTALL | re.IGNORECASE,
)
_CHINESE = {"中文", "zh", "chinese"}


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en=(
        "What the bot says: its sentences and the texts of its procedures in both languages, with the facts in braces that each may hold. Use it "
        "for 'what do you say when ...' and to get the place for change_text. query: when it is said, or some of its words; left out: what the "
        "shop says in its own words. place: one text alone. lang: zh or en, the language of the query. limit: 1 to 400."
    ),
    zh=(
        "机器人说的话：各句回复和各流程的话术，中英文都有，含每句可用的花括号信息。商家问“……的时候你怎么说”，或修改话术前要找位置时使用。"
        "query：什么时候说，或其中的几个字；不填则列出店铺改过的话术。place：只看这一条。lang：查询所用语言，zh 或 en。limit：1 到 400。"
    ),
)
async def find_texts(context: ToolContext, arguments: FindTexts) -> TextList:
    """Return texts with what is said now.

    Raises:
        ArgumentError: ``text_not_found``: there is no such place.
    """
    speech = _speech(context)
    rows = await _rows(context)
    if arguments.place is not None:
        return TextList(texts=(_found(rows, _at(speech, arguments.place), 1.0),))
    if not arguments.query:
        places = sorted({place for place, _ in rows if speech.get(place) is not None})
        return TextList(texts=tuple(_found(rows, _at(speech, place), 1.0) for place in places))
    own = {place: row.text for (place, lang), row in rows.items() if lang == arguments.lang and row.in_force}
    found = await speech.find(arguments.query, arguments.lang, arguments.limit, own)
    return TextList(texts=tuple(_found(rows, _at(speech, place), score) for place, score in found))


async def preview_change(context: ToolContext, arguments: ChangeText) -> TextChange:
    """Work out what would be said.

    Raises:
        ArgumentError: ``text_not_found``; ``text_needed``: no words were given; ``text_unknown_fact``, ``text_fact_missing``,
            ``text_claims``, ``text_markup``, ``text_wrong_language``, ``text_too_long``, ``text_empty``: see `tools.speech.Speech`.
        RefusedError: ``text_unchanged``.
    """
    speech = _speech(context)
    spoken = _at(speech, arguments.place)
    wanted = {lang: speech.tidy(spoken.place, lang, text) for lang, text in _wanted(arguments).items()}
    for lang, text in wanted.items():
        if (fault := speech.fault_of(spoken.place, lang, text)) is not None:
            raise ArgumentError(fault.code, f"these words cannot be said at {spoken.place}", **fault.facts)
    rows = await _rows(context, spoken.place)
    moves = tuple(_move(rows, spoken, lang, text) for lang, text in wanted.items())
    moves = tuple(move for move in moves if move.before != move.after)
    if not moves:
        raise RefusedError("text_unchanged", "it says that already")
    return TextChange(
        place=spoken.place, said=spoken.said, moves=moves, reserved=spoken.reserved, other=_other(rows, spoken, moves)
    )  # fmt: skip


async def preview_restore(context: ToolContext, arguments: RestoreText) -> TextChange:
    """Work out the way back to the words that ship.

    Raises:
        ArgumentError: ``text_not_found``.
        RefusedError: ``text_standard``: those are said already.
    """
    speech = _speech(context)
    spoken = _at(speech, arguments.place)
    rows = await _rows(context, spoken.place)
    langs: tuple[Lang, ...] = get_args(Lang) if arguments.lang is None else (arguments.lang,)
    moves = tuple(
        _move(rows, spoken, lang, None)
        for lang in langs
        if (row := rows.get((spoken.place, lang))) is not None and row.in_force
    )
    if not moves:
        raise RefusedError("text_standard", "the shipped words are said already")
    return TextChange(place=spoken.place, said=spoken.said, moves=moves, reserved=spoken.reserved, deed="restore")


async def undo_text(context: ToolContext, done: TextChange) -> Restoration:
    """Work out the words before. Raises as `tools.staging.untouched`."""
    rows = await _rows(context, done.place)
    stand: dict[str, tuple[LocalText, str | None, str | None]] = {}
    for move in done.moves:
        row = rows.get((done.place, move.lang))
        now = row.text if row is not None and row.in_force else None
        stand[move.lang] = (named(done.said, move.lang), move.own_after, now)
    untouched(stand)
    back = tuple(
        move.model_copy(
            update={
                "before": move.after,
                "after": move.before,
                "own_before": move.own_after,
                "own_after": move.own_before,
            }
        )
        for move in done.moves
    )
    kept = done.model_copy(update={"moves": back, "other": None})

    def apply() -> None:
        for move in back:
            row = rows[done.place, move.lang]
            row.text = move.own_after if move.own_after is not None else row.text
            row.in_force, row.updated_at = move.own_after is not None, context.now
            row.version += 1
            context.session.add(row)

    return Restoration(kept.differences(), apply)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_change,
    undo=undo_text,
    en=(
        "Stage other words for what the bot says at a place; they wait as a proposal and are said from the next reply after the approval. place: "
        "as find_texts gives it. zh, en: the words in each language, one or both; text: the words alone, in the language whose letters they have. "
        "Every fact in braces of the present text must be kept, such as {return_id}; no words may claim an effect that the place does not vouch for."
    ),
    zh=(
        "提交机器人某句话的新说法；先作为提案等待批准，批准后的下一句回复起生效。place：find_texts 给出的位置。zh、en：两种语言的新说法，可只填一种；"
        "text：只给一段话时用，按文字判断语言。现有的花括号信息都要保留，如 {退货单号}；不能声称没有办过的事已经办好。"
    ),
)
async def change_text(context: ToolContext, arguments: ChangeText) -> TextChange:
    """Write the next version of the words."""
    change = await preview_change(context, arguments)
    await _put(context, change)
    return change


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_restore,
    undo=undo_text,
    en=(
        "Stage the way back to the words that ship, where the shop says something else at a place. place: as find_texts gives it; lang: zh or en, "
        "both where left out."
    ),
    zh="提交恢复默认话术：某处改过的话恢复成系统自带的说法。place：find_texts 给出的位置；lang：zh 或 en，不填则两种语言都恢复。",
)
async def restore_text(context: ToolContext, arguments: RestoreText) -> TextChange:
    """Take the shop's words out of force; they are kept."""
    change = await preview_restore(context, arguments)
    await _put(context, change)
    return change


def _speech(context: ToolContext) -> Speech:
    services = context.services
    if not isinstance(services, Services) or services.speech is None:
        raise RefusedError("texts_unavailable", "the shop was opened without what its bot says")
    return services.speech


def _at(speech: Speech, place: str) -> SpokenText:
    spoken = speech.get(place)
    if spoken is None:
        raise ArgumentError("text_not_found", "expected a place as find_texts gives it")
    return spoken


def _wanted(arguments: ChangeText) -> dict[Lang, str]:
    wanted: dict[Lang, str] = {}
    if arguments.text:
        wanted |= parted(arguments.text)
    for lang in get_args(Lang):
        if (text := getattr(arguments, lang)) is not None:
            wanted[lang] = text
    if not wanted:
        raise ArgumentError("text_needed", "expected words in zh or en")
    return wanted


def parted(text: str) -> dict[Lang, str]:
    """Part words by language: those behind 中文： and English:, else all of them in the language of their letters."""
    if found := _BOTH.match(text):
        first: Lang = "zh" if found["one"].lower() in _CHINESE else "en"
        second: Lang = "zh" if found["two"].lower() in _CHINESE else "en"
        if first != second:
            return {first: found["first"].strip(), second: found["second"].strip()}
    bare = re.sub(r"\{[^{}]*\}", "", text)
    return {"zh" if _HAN.search(bare) else "en": text}


async def _rows(context: ToolContext, place: str | None = None) -> dict[tuple[str, Lang], Wording]:
    rows = await all_wordings(context.session, None if place is None else [place])
    return {(row.place, "zh" if row.lang == "zh" else "en"): row for row in rows}


Rows = Mapping[tuple[str, Lang], Wording]


def _own(rows: Rows, spoken: SpokenText, lang: Lang) -> str | None:
    """Return the shop's own words that are said; those for another shipped text are not."""
    row = rows.get((spoken.place, lang))
    return row.text if row is not None and row.in_force and row.standard == spoken.standard[lang] else None


def _move(rows: Rows, spoken: SpokenText, lang: Lang, text: str | None) -> TextMove:
    own, standard = _own(rows, spoken, lang), spoken.standard[lang]
    return TextMove(
        lang=lang,
        before=own or standard,
        after=standard if text is None else text,
        own_before=own,
        own_after=text,
        standard=standard,
    )


def _other(rows: Rows, spoken: SpokenText, moves: tuple[TextMove, ...]) -> LocalText | None:
    if len(moves) != 1:
        return None
    lang: Lang = "en" if moves[0].lang == "zh" else "zh"
    words = _own(rows, spoken, lang) or spoken.standard[lang]
    return LocalText(zh=words, en=words)


def _found(rows: Rows, spoken: SpokenText, score: float) -> FoundText:
    own = {lang: _own(rows, spoken, lang) for lang in get_args(Lang)}
    kept = [lang for lang in get_args(Lang) if (row := rows.get((spoken.place, lang))) is not None and row.in_force]
    return FoundText(
        place=spoken.place,
        said=spoken.said,
        now=LocalText(zh=own["zh"] or spoken.standard["zh"], en=own["en"] or spoken.standard["en"]),
        standard=LocalText(zh=spoken.standard["zh"], en=spoken.standard["en"]),
        facts=dict(spoken.facts),
        own=tuple(lang for lang in own if own[lang] is not None),
        outdated=tuple(lang for lang in kept if own[lang] is None),
        reserved=spoken.reserved,
        score=score,
    )


async def _put(context: ToolContext, change: TextChange) -> None:
    for move in change.moves:
        words = OwnWords(change.place, move.lang, move.own_after, move.standard)
        await put_words(context.session, words, context.now)


TOOLS = (find_texts, change_text, restore_text)

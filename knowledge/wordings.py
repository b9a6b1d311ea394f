"""The shop's own words for what its bot says: reading and writing them, and telling whether they moved."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Wording
from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class OwnWords:
    """What is to be said at a place in a language. `text` None: the shipped text again, which is `standard`."""

    place: str
    lang: Lang
    text: str | None
    standard: str


async def all_wordings(session: AsyncSession, places: Sequence[str] | None = None) -> list[Wording]:
    """Return the shop's wordings, those out of force too: of `places`, or of every place."""
    statement = select(Wording).order_by(Wording.id)
    if places is not None:
        statement = statement.where(col(Wording.place).in_(places))
    return list(await session.exec(statement))


async def wordings_version(session: AsyncSession) -> tuple[int, int]:
    """Return something that differs whenever a wording was added, changed, or taken out of force."""
    count, versions = (await session.exec(select(func.count(), func.sum(Wording.version)))).one()
    return int(count), int(versions or 0)


async def put_words(session: AsyncSession, words: OwnWords, now: dt.datetime) -> None:
    """Write the next version of the words at a place; the shop's last words are kept where the shipped ones come back."""
    key = f"{words.place}.{words.lang}"
    row = await session.get(Wording, key)
    if row is None:
        row = Wording(id=key, place=words.place, lang=words.lang, text="", standard="", version=0, updated_at=now)
    row.text = words.text if words.text is not None else row.text
    row.standard, row.in_force, row.updated_at = words.standard, words.text is not None, now
    row.version += 1
    session.add(row)

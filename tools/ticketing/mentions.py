"""Whom a note mentions: ``@name``, of the people of the desk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Account, DeskAgent
from tools.ticketing.note_types import DeskPerson

_AT = re.compile(r"(?<![A-Za-z0-9_.])[@\uff20]")
"""No sign of an e-mail address; Chinese needs no space before it."""
_WORD = re.compile(r"[A-Za-z0-9_]")


async def people_of_the_desk(session: AsyncSession) -> list[DeskPerson]:
    """Return everybody who can be mentioned, by name: who has an account for the desk, or was ever seen there."""
    seen = (await session.exec(select(DeskAgent.subject))).all()
    accounts = select(Account).where(col(Account.active).is_(True), col(Account.role).in_(("agent", "supervisor")))
    people = {subject: DeskPerson(agent=subject, name=subject) for subject in seen}
    for account in (await session.exec(accounts)).all():
        people[account.name] = DeskPerson(agent=account.name, name=account.display_name or account.name)
    disabled = (await session.exec(select(Account.name).where(col(Account.active).is_(False)))).all()
    return sorted((person for person in people.values() if person.agent not in disabled), key=lambda one: one.agent)


def mentioned(text: str, people: Iterable[DeskPerson]) -> tuple[str, ...]:
    """Return who is mentioned, each once, in the order of the text. Of several names that fit, the longest is meant."""
    names = sorted(_names(people), key=lambda pair: len(pair[0]), reverse=True)
    found: dict[str, None] = {}
    for at in _AT.finditer(text):
        rest = text[at.end() :]
        agent = next((agent for name, agent in names if _begins(rest, name)), None)
        if agent is not None:
            found[agent] = None
    return tuple(found)


def _names(people: Iterable[DeskPerson]) -> Iterator[tuple[str, str]]:
    for person in people:
        yield person.agent, person.agent
        if person.name != person.agent:
            yield person.name, person.agent


def _begins(rest: str, name: str) -> bool:
    """``@Ann`` does not mean Anna, nor ``@Annabel`` her; a Chinese name ends where it ends."""
    if rest[: len(name)].lower() != name.lower():
        return False
    return not (_WORD.match(name[-1]) and _WORD.match(rest[len(name) : len(name) + 1]))

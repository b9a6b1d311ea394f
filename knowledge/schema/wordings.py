"""What a shop has its bot say in its own words."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import UtcDateTime


class Wording(SQLModel, table=True):
    """The shop's own words for one text of the bot, in one language, in the place of those that ship with it."""

    id: str = Field(primary_key=True)
    """``{place}.{lang}``."""
    place: str = Field(index=True)
    """Where it is said: a sentence (``handoff.asked``), or a text of a procedure (``return_items/say/1``)."""
    lang: str
    text: str
    """Plain words with facts in braces: ``Your return {return_id} is on its way.``"""
    standard: str
    """The shipped text whose place it takes, in the same form: once another ships, the words are not said any more."""
    in_force: bool = True
    """False: the shipped text is said again; the shop's words are kept."""
    version: int = 1
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)

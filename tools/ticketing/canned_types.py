"""Arguments and evidence of the tools for replies that are kept at hand."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import pydantic

from knowledge.types import Lang
from tools.base import Arguments, Evidence
from tools.evidence import LocalText

Name = Annotated[str, pydantic.Field(min_length=1, max_length=60)]
Text = Annotated[str, pydantic.Field(max_length=2000)]


class SetCannedReply(Arguments):
    """A reply to keep at hand, in both languages. `private`: the acting agent's own, which may be in one."""

    name: Name
    zh: Text = ""
    en: Text = ""
    private: bool = False


class RemoveCannedReply(Arguments):
    """The reply of that name is not needed any more. `private`: the acting agent's own."""

    name: Name
    private: bool = False


class NoChoice(Arguments):
    """Nothing to choose."""


class FillCannedReply(Arguments):
    """A kept reply for one ticket, in `lang`."""

    reply_id: str
    ticket_id: str
    lang: Lang


class CannedReplyView(Evidence):
    """A reply that is kept at hand, with its variables in braces."""

    reply_id: str
    name: str
    zh: str
    en: str
    private: bool
    updated_by: str
    updated_at: dt.datetime


class CannedReplyRemoved(Evidence):
    """Which reply is gone."""

    name: str
    private: bool


class VariableView(Evidence):
    """Something that a kept reply may hold in braces."""

    name: str
    label: LocalText


class CannedReplies(Evidence):
    """The shop's replies and the acting agent's own, by name, and what they may hold in braces."""

    replies: tuple[CannedReplyView, ...]
    variables: tuple[VariableView, ...]


class FilledReply(Evidence):
    """A reply for a ticket. What the ticket does not say still stands in braces, and in `gaps`."""

    text: str
    lang: Lang
    gaps: tuple[VariableView, ...]

"""The shop's own words at work: read from the database, checked, and said from the next reply on, in every replica."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from dialogue.wording.speech import ShopSpeech
from knowledge.db import Database
from knowledge.schema import Wording
from knowledge.types import Lang
from knowledge.wordings import all_wordings, wordings_version

_log = logging.getLogger(__name__)


class OwnWordings:
    """The wordings in force as templates; see `dialogue.replies.templates.OwnTemplates`."""

    def __init__(self, database: Database, speech: ShopSpeech) -> None:
        self._database, self._speech = database, speech
        self._version: tuple[int, int] | None = None
        self._templates: Mapping[tuple[str, Lang], str] = {}

    async def refresh(self) -> None:
        """Read the wordings anew if one of them moved; a look costs one small select."""
        async with self._database.read() as session:
            version = await wordings_version(session)
            if version == self._version:
                return
            rows = await all_wordings(session)
        found = {(row.place, _lang(row)): self._template(row) for row in rows if row.in_force}
        self._templates = {key: template for key, template in found.items() if template is not None}
        self._version = version

    def get(self, place: str, lang: Lang) -> str | None:
        """Return what the shop says at a place; None: what ships."""
        return self._templates.get((place, lang))

    def _template(self, row: Wording) -> str | None:
        """Return a wording as a template; None where it may not be said: an import, or another release, wrote it."""
        lang = _lang(row)
        fault = self._speech.fault_of(row.place, lang, row.text)
        if fault is None and not self._speech.outdated(row.place, lang, row.standard):
            return self._speech.template(row.place, lang, row.text)
        _log.warning("own words of %s (%s) are not said: %s", row.place, lang, fault.code if fault else "outdated")
        return None


def _lang(row: Wording) -> Lang:
    return "zh" if row.lang == "zh" else "en"

"""How a metric or a dimension is called in both languages."""

from __future__ import annotations

import dataclasses

from tools.evidence import LocalText


@dataclasses.dataclass(frozen=True)
class Named:
    """Names in Chinese and English: the first is shown, every one is understood."""

    zh: tuple[str, ...]
    en: tuple[str, ...]

    @property
    def text(self) -> LocalText:
        """The names that are shown."""
        return LocalText(zh=self.zh[0], en=self.en[0])


def named(zh: str, en: str) -> Named:
    """Make names of words between bars: ``named("销售额|营收", "revenue|sales")``."""
    return Named(tuple(zh.split("|")), tuple(en.split("|")))

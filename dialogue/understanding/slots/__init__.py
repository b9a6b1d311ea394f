"""A finder of slots that anybody can train: what a text says of the kinds that its rows have, with where and how surely.

finder = fit([Example("明天去北京", (Slot(0, 2, "day"), Slot(3, 5, "city")))], token_embedder())
found = finder.find("后天去上海")
"""

from __future__ import annotations

from dialogue.understanding.slots.fitting import Example, SlotFittingError, fit
from dialogue.understanding.slots.model import SlotFinder, SlotModelError
from dialogue.understanding.slots.spans import Slot

__all__ = ["Example", "Slot", "SlotFinder", "SlotFittingError", "SlotModelError", "fit"]

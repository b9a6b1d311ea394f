"""What a message wants of the things in it: called off, wanted, or neither.

stances = Stances(default_embedder())
stances.take("keep the mugs, the towels can go", [Span(9, 13), Span(19, 25)], Situation("return_items"))
"""

from __future__ import annotations

from dialogue.understanding.stances.model import Stances, Taken
from dialogue.understanding.stances.spoken import Situation, Span, Subject

__all__ = ["Situation", "Span", "Stances", "Subject", "Taken"]

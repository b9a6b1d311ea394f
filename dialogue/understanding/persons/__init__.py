"""Whether a person is asked for, or whether it is asked who answers: not where persons are mentioned, refused or part of what goods are called.

hear("can you put me through to somebody").asks  # 0.99, a calibrated chance
hear("am I talking to a human?").who
"""

from __future__ import annotations

from dialogue.understanding.persons.model import ASKS_FROM, Heard, asks_human, asks_who_answers, hear

__all__ = ["ASKS_FROM", "Heard", "asks_human", "asks_who_answers", "hear"]

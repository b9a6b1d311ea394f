"""The ticket that a hand-over writes: gathered from the state and the shop's records, each statement traced to its turn."""

from dialogue.tickets.writing import write

__all__ = ["write"]

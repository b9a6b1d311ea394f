"""What the shop holds about one person: found as a whole, given out as a whole, erased as a whole."""

from knowledge.person.belongings import Belonging, belongings, own_conversations
from knowledge.person.erasing import Erased, digest_of, erase, find_erasure
from knowledge.person.marks import ERASED, Marks, marks_of

__all__ = [
    "ERASED",
    "Belonging",
    "Erased",
    "Marks",
    "belongings",
    "digest_of",
    "erase",
    "find_erasure",
    "marks_of",
    "own_conversations",
]

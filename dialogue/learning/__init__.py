"""Learning from use: messages that were read with doubt are collected, grouped, labelled by a person, and taught.

found = await collect(database, days=30)
for group in grouped(found, embedder): ...
"""

from dialogue.learning.doubts import Doubt, Why, collect, doubts
from dialogue.learning.grouping import Group, grouped
from dialogue.learning.labels import LABELS, Label, Labels, LabelsError
from dialogue.learning.taught import TAUGHT, Taught, TaughtError, Version, with_said, with_taught

__all__ = [
    "LABELS",
    "TAUGHT",
    "Doubt",
    "Group",
    "Label",
    "Labels",
    "LabelsError",
    "Taught",
    "TaughtError",
    "Version",
    "Why",
    "collect",
    "doubts",
    "grouped",
    "with_said",
    "with_taught",
]

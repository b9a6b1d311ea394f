"""Whether what people labelled makes the understanding better: the model in use beside a retrained one, on frozen messages.

Sets: the labelled messages that are kept apart, which no model is ever trained on; and the half ``tune`` of the messages of
`evals.intents`, in each language. Figure: accuracy of the best intent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from dialogue.understanding.intents import IntentModel
from dialogue.understanding.teaching import Said
from evals.intents import LANGS, Wish, read_wishes, recognise
from evals.metrics import Share
from knowledge.embedding import Embedder
from knowledge.types import JsonObject

OWN = "own"
MAY_FALL = 0.01
"""What may be lost of the accuracy on the messages that ship: a message or two, by chance."""


@dataclasses.dataclass(frozen=True)
class Pair:
    """The accuracy of the model in use and of the retrained one, on one set."""

    name: str
    in_use: Share
    retrained: Share


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Both models on every set that has messages."""

    pairs: tuple[Pair, ...]

    @property
    def worse(self) -> tuple[str, ...]:
        """The sets on which the retrained model falls behind, where it may not."""
        return tuple(
            pair.name
            for pair in self.pairs
            if pair.retrained.value < pair.in_use.value - (0.0 if pair.name == OWN else MAY_FALL)
        )

    def to_json(self) -> JsonObject:
        """Return it as one JSON object."""
        return {
            pair.name: {"in_use": pair.in_use.to_json(), "retrained": pair.retrained.to_json()} for pair in self.pairs
        }


def compare(in_use: IntentModel, retrained: IntentModel, embedder: Embedder, apart: Sequence[Said]) -> Comparison:
    """Measure both on the frozen sets."""
    own = [Wish(said.text, said.intent, said.lang, "tune") for said in apart]
    shipped = [wish for wish in read_wishes() if wish.half == "tune"]
    sets = {OWN: own} | {lang: [wish for wish in shipped if wish.lang == lang] for lang in LANGS}
    return Comparison(
        tuple(
            Pair(name, *(_accuracy(model, embedder, wishes) for model in (in_use, retrained)))
            for name, wishes in sets.items()
            if wishes
        )
    )


def _accuracy(model: IntentModel, embedder: Embedder, wishes: Sequence[Wish]) -> Share:
    found = recognise(model, embedder, wishes)
    return Share.of([wish.intent == intent for wish, intent in zip(wishes, found, strict=True)])

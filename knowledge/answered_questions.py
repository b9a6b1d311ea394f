"""Curated answers, found by the questions that they are written for: each has several, in the words of shoppers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.concepts import concepts
from knowledge.embedding import Embedder, FloatArray
from knowledge.index import IntArray, VectorIndex, build_index
from knowledge.schema import CuratedAnswer
from knowledge.types import Lang
from knowledge.words import WordIndex, normalise

CONCEPT_WEIGHT = 0.2
"""What an answer with all the query's concepts gains over one with none, in units of the cosine."""
LEAST_ALIKE = 0.45
"""Below this cosine to all its questions an answer counts for nothing, whatever concepts it shares: passages share them too."""
_FOREIGN = 0.1
"""How much less alike a question of the other language counts."""


@dataclasses.dataclass(frozen=True)
class QuestionFeatures:
    """What speaks for a curated answer."""

    alike: float
    """Cosine of the query to the answer's nearest question."""
    concepts: float
    """Share of the query's concepts that its questions and its answer name, in [0, 1]."""
    ahead: float
    """How far it scores above the next answer."""
    same: float
    """Logit of the chance that a passage of its own document answers."""
    other: float
    """Logit of the chance that a passage of another document answers."""


@dataclasses.dataclass(frozen=True)
class QuestionCalibration:
    """A logistic curve over the features.

    Fitted on the demo shop's curated questions, each left out once (right: its own answer), and with weight 3 on the ``tune``
    half of ``evals/data/help_questions.jsonl``: 0.87 of the answers from 0.55 on are right.
    """

    bias: float
    alike: float
    concepts: float
    ahead: float
    same: float
    other: float

    def chance(self, features: QuestionFeatures) -> float:
        """Return the chance in [0, 1] that the answer is the right one."""
        weights = dataclasses.asdict(self)
        drive = self.bias + sum(weights[name] * value for name, value in dataclasses.asdict(features).items())
        return 1.0 / (1.0 + math.exp(-drive))


QUESTION_CALIBRATIONS = {
    "use-multilingual-v3": QuestionCalibration(
        bias=-5.59, alike=3.75, concepts=3.17, ahead=8.97, same=0.31, other=-0.69
    ),
    "char-ngram-hash": QuestionCalibration(bias=-16.0, alike=18.0, concepts=1.0, ahead=1.0, same=0.0, other=0.0),
}


@dataclasses.dataclass(frozen=True)
class FoundAnswer:
    """The curated answer to a query. `score` is the calibrated chance in [0, 1] that it answers; 1.0 for the very question."""

    answer: CuratedAnswer
    score: float


@dataclasses.dataclass(frozen=True)
class AnsweredQuestions:
    """The questions of all curated answers, searched by vector and by concepts of trade."""

    answers: tuple[CuratedAnswer, ...]
    plain: tuple[str, ...]
    """The questions without punctuation."""
    owners: IntArray
    """Which answer each question belongs to."""
    vectors: VectorIndex
    concepts: WordIndex
    calibration: QuestionCalibration

    def best(self, query: str, vector: FloatArray, lang: Lang, passages: Mapping[str, float]) -> FoundAnswer | None:
        """Return the answer that fits best, in `lang` where there is one so; None where none is near.

        Args:
            passages: the chance that a passage of a document answers, by the document's id.
        """
        plain = _plain(query)
        same = [self.answers[owner] for owner, asked in zip(self.owners, self.plain, strict=True) if asked == plain]
        if same:
            return FoundAnswer(next((answer for answer in same if answer.lang == lang), same[0]), 1.0)
        if not self.answers:
            return None
        row, features = self._nearest(query, vector, lang, passages)
        return (
            FoundAnswer(self.answers[row], self.calibration.chance(features)) if features.alike >= LEAST_ALIKE else None
        )

    def _nearest(
        self, query: str, vector: FloatArray, lang: Lang, passages: Mapping[str, float]
    ) -> tuple[int, QuestionFeatures]:
        alike = np.full(len(self.answers), -1.0, dtype=np.float32)
        np.maximum.at(alike, self.owners, self.vectors.likeness(vector))
        alike -= np.array([_FOREIGN * (answer.lang != lang) for answer in self.answers], dtype=np.float32)
        named = self.concepts.scores(concepts().of(query))
        together = alike + CONCEPT_WEIGHT * named
        row = int(np.argmax(together))
        others = together[[answer.lang == self.answers[row].lang for answer in self.answers]]
        ahead = float(np.sort(others)[-1] - np.sort(others)[-2]) if len(others) > 1 else 0.0
        own = self.answers[row].document_id
        other = max((chance for document, chance in passages.items() if document != own), default=0.0)
        same = passages.get(own or "", 0.0)
        return row, QuestionFeatures(float(alike[row]), float(named[row]), ahead, logit(same), logit(other))


async def answered_questions(
    embedder: Embedder,
    answers: Sequence[CuratedAnswer],
    *,
    path: Path | None = None,
    previous: AnsweredQuestions | None = None,
) -> AnsweredQuestions:
    """Return the answers with their questions encoded; only those not in `previous` or at `path` are encoded anew."""
    kept = [answer for answer in answers if any(question.strip() for question in answer.questions)]
    asked = [(row, question) for row, answer in enumerate(kept) for question in answer.questions if question.strip()]
    named = concepts()
    return AnsweredQuestions(
        answers=tuple(kept),
        plain=tuple(_plain(question) for _, question in asked),
        owners=np.array([row for row, _ in asked], dtype=np.int64),
        vectors=await build_index(
            embedder,
            [question for _, question in asked],
            path=path,
            previous=previous.vectors if previous else None,
        ),
        concepts=WordIndex([named.of("\n".join([*answer.questions, answer.answer])) for answer in kept]),
        calibration=QUESTION_CALIBRATIONS.get(embedder.name, QUESTION_CALIBRATIONS["use-multilingual-v3"]),
    )


def logit(chance: float) -> float:
    """Return the log odds of a chance, within those of 0.02 and 0.98."""
    held = min(max(chance, 0.02), 0.98)
    return math.log(held / (1.0 - held))


def _plain(question: str) -> str:
    return "".join(filter(str.isalnum, normalise(question)))

"""Answers from what the shop has written: curated answers, then passages by meaning, by words and by concepts of trade."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.answered_questions import AnsweredQuestions, FoundAnswer, answered_questions, logit
from knowledge.concepts import concepts
from knowledge.db import Database
from knowledge.documents import Passage, knowledge_version, passages_of, published_answers, published_documents
from knowledge.embedding import Embedder, FloatArray, encode
from knowledge.endpoint_embedding import EmbedderUnavailableError
from knowledge.index import IntArray, VectorIndex, build_index
from knowledge.lexicon.spelling import Spelling
from knowledge.lexicon.word_lists import real_words
from knowledge.long_requests import Cases, Shelf, meaning, sentences
from knowledge.schema import CuratedAnswer
from knowledge.types import Lang
from knowledge.words import WordIndex, tokens

_log = logging.getLogger(__name__)
REFRESH_S = 5.0
"""How long a changed document may go unnoticed."""
WORD_WEIGHT = 0.23
CONCEPT_WEIGHT = 0.33
"""What a passage with all the query's words (all its concepts) gains over one with none, in units of the cosine."""
HEADING_SHARE = 1 / 3
"""How much the likeness to title and heading alone counts; a heading is often the very question."""
POSSIBLE = 0.2
"""A passage from here on that is too uncertain to be said may be offered as what was meant: on the ``tune`` half 9 of 16
unanswered questions are then answered by a click, and 3 of 30 that no document answers get such an offer."""
CURATED_BEFORE = 0.5
"""From this chance on a curated answer is said before the passage of the same document: it is written for the question."""
_DEEPEST = 40


@dataclasses.dataclass(frozen=True)
class KnowledgeHit:
    """A passage or curated answer. `score` is the calibrated chance in [0, 1] that it answers the question."""

    document_id: str
    slug: str
    title: str
    heading: str
    text: str
    lang: Lang
    score: float
    curated: bool = False


@dataclasses.dataclass(frozen=True)
class KnowledgeHits:
    """Best first. `answered` is False when the best is too uncertain to be said."""

    answered: bool
    hits: tuple[KnowledgeHit, ...] = ()


@dataclasses.dataclass(frozen=True)
class Features:
    """What is known of one passage for one query."""

    alike: float
    """Cosine of the query to the passage and its heading."""
    concepts: float
    """Share of the query's concepts that the passage names, in [0, 1]."""
    ahead: float
    """How far it scores above the mean of those behind it."""
    unexplained: float
    """Share of the query's words, by rarity, that neither stand in the passage nor belong to any concept, in [0, 1]."""


@dataclasses.dataclass(frozen=True)
class Calibration:
    """A logistic curve over the features, fitted on the ``tune`` half of ``evals/data/help_questions.jsonl``."""

    bias: float
    alike: float
    concepts: float
    ahead: float
    unexplained: float
    threshold: float = 0.55
    """From here on it is said."""

    def chance(self, features: Features) -> float:
        """Return the chance in [0, 1] that the passage answers."""
        weights = dataclasses.asdict(self)
        drive = self.bias + sum(weights[name] * value for name, value in dataclasses.asdict(features).items())
        return 1.0 / (1.0 + math.exp(-drive))


CALIBRATIONS = {
    "use-multilingual-v3": Calibration(bias=-3.27, alike=6.12, concepts=3.9, ahead=2.3, unexplained=-1.84),
    "char-ngram-hash": Calibration(bias=-2.38, alike=0.8, concepts=5.51, ahead=2.27, unexplained=-2.27),
}


@dataclasses.dataclass(frozen=True)
class Agreement:
    """How the chance of a passage changes with the best curated answer: a logistic curve over both their log odds.

    Fitted as the calibration of curated answers is: log loss on the ``tune`` half 0.24 instead of 0.32.
    """

    bias: float
    passage: float
    agreed: float
    agreed_answer: float
    other_answer: float

    def chance(self, passage: float, answer: float, *, agrees: bool) -> float:
        """Return the chance in [0, 1] that a passage answers, whose own chance is `passage`."""
        beside = self.agreed + self.agreed_answer * logit(answer) if agrees else self.other_answer * logit(answer)
        return 1.0 / (1.0 + math.exp(-(self.bias + self.passage * logit(passage) + beside)))


AGREEMENTS = {
    "use-multilingual-v3": Agreement(bias=-1.68, passage=0.71, agreed=3.54, agreed_answer=1.11, other_answer=-0.67),
    "char-ngram-hash": Agreement(bias=0.0, passage=1.0, agreed=0.0, agreed_answer=0.0, other_answer=0.0),
}


@dataclasses.dataclass(frozen=True)
class _Corpus:
    """Everything searched, as it stood at one version of the documents."""

    version: tuple[object, ...]
    passages: tuple[Passage, ...]
    vectors: VectorIndex
    headings: VectorIndex
    words: WordIndex
    concepts: WordIndex
    rows: dict[Lang, IntArray]
    """Which passages a shopper of a language may be shown: their own, and documents that exist only in the other."""
    answers: AnsweredQuestions
    shelf: Shelf
    spelling: Spelling
    """Of the words of all passages and questions."""


@dataclasses.dataclass(frozen=True)
class NeededDocument:
    """A document that a long request may need; `worth` compares those of one request and has no unit."""

    document_id: str
    worth: float


class Retriever:
    """Hybrid search over help passages in both languages.

    A curated answer comes first where one of its questions is as sure to be meant as the best passage. Passages are found
    by cosine plus a small weight for the query's words and its concepts of trade; the shopper's language, and the other one
    only where a document has no version in theirs. Scores are calibrated, see `CALIBRATIONS`; `evals.help` measures it
    all. A query takes 2-4 ms on one thread, most of it for the query's vector.

    Where the embedder is a server that does not answer, `spare` searches instead, which learns the documents when it is first asked.
    """

    def __init__(
        self, database: Database, embedder: Embedder, folder: Path | None = None, *, spare: Retriever | None = None
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._folder = folder
        self._spare = spare
        self._corpus: _Corpus | None = None
        self._checked = -math.inf
        self._refreshing = asyncio.Lock()
        self._calibration = CALIBRATIONS.get(embedder.name, CALIBRATIONS["use-multilingual-v3"])
        self._agreement = AGREEMENTS.get(embedder.name, AGREEMENTS["use-multilingual-v3"])

    @property
    def embedder(self) -> Embedder:
        """What turns questions into vectors here."""
        return self._embedder

    async def search(self, query: str, lang: Lang, limit: int = 3) -> KnowledgeHits:
        """Return the passages that answer `query` best, in `lang` where the shop has them so."""
        corpus = await self._current()
        if not query.strip():
            return KnowledgeHits(answered=False)
        mended = _mended(query, corpus.spelling)
        try:
            (vector,) = await encode(self._embedder, [mended])
        except EmbedderUnavailableError as error:
            return await self._instead(error).search(query, lang, limit)
        query = mended
        passages = [self._hit(corpus, row, features) for row, features in ranked(corpus, query, vector, lang, _DEEPEST)]
        chances: dict[str, float] = {}
        for hit in passages:
            chances[hit.document_id] = max(hit.score, chances.get(hit.document_id, 0.0))
        curated = corpus.answers.best(query, vector, lang, chances)
        hits = tuple(passages if curated is None else _together(passages, curated, self._agreement))[:limit]
        return KnowledgeHits(bool(hits) and hits[0].score >= self._calibration.threshold, hits)

    async def documents(
        self, request: str, lang: Lang, limit: int = 10, *, cases: Cases | None = None
    ) -> list[NeededDocument]:
        """Return the documents that a long `request` needs, best first; `cases` are earlier ones that may vote."""
        corpus = await self._current()
        if not request.strip() or not len(corpus.rows[lang]):
            return []
        try:
            vectors = await encode(self._embedder, sentences(request))
        except EmbedderUnavailableError as error:
            return await self._instead(error).documents(request, lang, limit, cases=cases)
        votes = cases.votes(request, meaning(vectors)) if cases is not None else {}
        worth = corpus.shelf.worth(request, [corpus.vectors.likeness(vector) for vector in vectors], votes)
        shown = np.unique(corpus.shelf.owners[corpus.rows[lang]])
        best = shown[np.argsort(-worth[shown], kind="stable")[:limit]]
        return [NeededDocument(corpus.shelf.ids[row], float(worth[row])) for row in best]

    async def refresh(self) -> None:
        """Read the documents again if any changed; searches meanwhile see the old ones."""
        async with self._refreshing:
            self._checked = time.monotonic()
            async with self._database.read() as session:
                version = await knowledge_version(session)
                if self._corpus is not None and self._corpus.version == version:
                    return
                documents = await published_documents(session)
                answers = await published_answers(session)
            passages = [passage for document in documents for passage in passages_of(document)]
            self._corpus = await self._build(version, passages, answers)

    def expire(self) -> None:
        """Look for changed documents at the next search, without waiting `REFRESH_S`."""
        self._checked = -math.inf
        if self._spare is not None:
            self._spare.expire()

    def _instead(self, error: EmbedderUnavailableError) -> Retriever:
        """Return what searches while the embedder's server is away. Raises `error` where there is nothing."""
        if self._spare is None:
            raise error
        _log.warning("documents are searched with the embedded encoder: %s", error)
        return self._spare

    async def _current(self) -> _Corpus:
        due = time.monotonic() - self._checked > REFRESH_S
        if self._corpus is None:
            await self.refresh()
        elif due and not self._refreshing.locked():
            await self._refresh_if_it_can()
        if self._corpus is None:
            raise RuntimeError("the documents were never read")
        return self._corpus

    async def _refresh_if_it_can(self) -> None:
        try:
            await self.refresh()
        except EmbedderUnavailableError as error:
            _log.warning("changed documents are not read yet: %s", error)

    async def _build(
        self, version: tuple[object, ...], passages: Sequence[Passage], answers: Sequence[CuratedAnswer]
    ) -> _Corpus:
        old, named = self._corpus, concepts()
        words = WordIndex([_words_of(passage) for passage in passages])
        return _Corpus(
            version=version,
            passages=tuple(passages),
            vectors=await build_index(
                self._embedder,
                [passage.searched for passage in passages],
                path=self._path("passages"),
                previous=old.vectors if old else None,
            ),
            headings=await build_index(
                self._embedder,
                [f"{passage.title}: {passage.heading}" for passage in passages],
                path=self._path("headings"),
                previous=old.headings if old else None,
            ),
            words=words,
            concepts=WordIndex([named.of(passage.searched) for passage in passages]),
            rows={"zh": _shown_to("zh", passages), "en": _shown_to("en", passages)},
            answers=await answered_questions(
                self._embedder, answers, path=self._path("questions"), previous=old.answers if old else None
            ),
            shelf=_shelf(passages, words),
            spelling=_spelling(passages, answers),
        )

    def _path(self, name: str) -> Path | None:
        return self._folder / f"{name}.faiss" if self._folder is not None else None

    def _hit(self, corpus: _Corpus, row: int, features: Features) -> KnowledgeHit:
        passage = corpus.passages[row]
        score = self._calibration.chance(features)
        return KnowledgeHit(
            passage.document_id, passage.slug, passage.title, passage.heading, passage.text, passage.lang, score
        )


async def build_retriever(
    database: Database, embedder: Embedder, folder: Path | None = None, *, spare: Retriever | None = None
) -> Retriever:
    """Return a retriever that is ready to answer; its vectors are kept below `folder`."""
    retriever = Retriever(database, embedder, folder, spare=spare)
    await retriever.refresh()
    return retriever


def ranked(corpus: _Corpus, query: str, vector: FloatArray, lang: Lang, limit: int) -> list[tuple[int, Features]]:
    """Return passages best first with what speaks for each."""
    rows = corpus.rows[lang]
    if not len(rows):
        return []
    alike = (1 - HEADING_SHARE) * corpus.vectors.likeness(vector) + HEADING_SHARE * corpus.headings.likeness(vector)
    wanted, named = tokens(query), concepts().words_in(query)
    concept = corpus.concepts.scores(concepts().of(query))
    together = (alike + WORD_WEIGHT * corpus.words.scores(wanted) + CONCEPT_WEIGHT * concept)[rows]
    order = np.argsort(-together, kind="stable")[: max(limit, _DEEPEST)]
    crowd = float(np.mean(together[order[1:]])) if len(order) > 1 else 0.0
    return [
        (
            int(rows[i]),
            Features(
                alike=float(alike[rows[i]]),
                concepts=float(concept[rows[i]]),
                ahead=float(together[i]) - crowd,
                unexplained=_unexplained(corpus.words, wanted, corpus.passages[rows[i]], named),
            ),
        )
        for i in order[:limit]
    ]


def _unexplained(words: WordIndex, wanted: Sequence[str], passage: Passage, named: frozenset[str]) -> float:
    weights = {token: words.weight(token) for token in wanted if token not in named}
    total = sum(map(words.weight, wanted))
    here = set(_words_of(passage)) if weights else set()
    return sum(weight for token, weight in weights.items() if token not in here) / total if total else 0.0


def _spelling(passages: Sequence[Passage], answers: Sequence[CuratedAnswer]) -> Spelling:
    texts = [passage.searched for passage in passages] + [question for one in answers for question in one.questions]
    return Spelling(texts, known=real_words(), names=())


def _mended(query: str, spelling: Spelling) -> str:
    """Return a query without swapped neighbours in words that the documents know: "handilng time"."""
    return re.sub(r"\b[a-z]{5,}\b", lambda word: spelling.unswapped(word[0]), query)


def _words_of(passage: Passage) -> list[str]:
    """Title and heading count twice: they say what it is about."""
    return tokens(f"{passage.title} {passage.heading} {passage.searched}")


def _shelf(passages: Sequence[Passage], words: WordIndex) -> Shelf:
    titles = {passage.document_id: passage.title for passage in passages}
    places = {document: place for place, document in enumerate(titles)}
    owners = np.array([places[passage.document_id] for passage in passages], dtype=np.int64)
    return Shelf(tuple(titles), owners, words, WordIndex([tokens(title) for title in titles.values()]))


def _shown_to(lang: Lang, passages: Sequence[Passage]) -> IntArray:
    own = {passage.slug for passage in passages if passage.lang == lang}
    return np.array(
        [row for row, passage in enumerate(passages) if passage.lang == lang or passage.slug not in own], dtype=np.int64
    )


def _together(passages: Sequence[KnowledgeHit], found: FoundAnswer, agreement: Agreement) -> list[KnowledgeHit]:
    """Return passages and the curated answer best first, each surer where both are of one document, less sure where not."""
    curated = _curated_hit(found)
    chances = [
        agreement.chance(hit.score, found.score, agrees=hit.document_id == curated.document_id) for hit in passages
    ]
    weighed = [dataclasses.replace(hit, score=chance) for hit, chance in zip(passages, chances, strict=True)]
    weighed.sort(key=lambda hit: -hit.score)
    if not weighed or curated.score >= weighed[0].score:
        return [curated, *weighed]
    if curated.score >= CURATED_BEFORE and curated.document_id == weighed[0].document_id:
        return [dataclasses.replace(curated, score=weighed[0].score), *weighed]
    return sorted([curated, *weighed], key=lambda hit: -hit.score)


def _curated_hit(found: FoundAnswer) -> KnowledgeHit:
    answer = found.answer
    return KnowledgeHit(
        document_id=answer.document_id or answer.id,
        slug=answer.id,
        title=answer.questions[0],
        heading="",
        text=answer.answer,
        lang="zh" if answer.lang == "zh" else "en",
        score=found.score,
        curated=True,
    )

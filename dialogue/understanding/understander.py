"""The embedded understander: no key, no network, milliseconds, the same way each time."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlmodel import select

from dialogue.commands import CannotHandle, Command, Entity, ScoredIntent, StartFlow, Understanding, View
from dialogue.understanding import data, model_cache, segments, training
from dialogue.understanding.commands import Reading, classifier_ranking, commands
from dialogue.understanding.emotion import Feelings
from dialogue.understanding.entities import Clock, Extractor
from dialogue.understanding.homophones import Homophones
from dialogue.understanding.intents import MAX_CHARS, IntentModel, fit
from dialogue.understanding.language import detect
from dialogue.understanding.merchants import MerchantWishes
from dialogue.understanding.openings import without_opening
from dialogue.understanding.spelling import Respelling
from dialogue.understanding.stances import Stances
from dialogue.understanding.teaching import Keywords, Procedures
from dialogue.understanding.text import Text, read
from knowledge.db import Database
from knowledge.embedding import Embedder
from knowledge.index import build_index
from knowledge.lexicon import Lexicon, build_lexicon
from knowledge.lexicon.sounds import SameSound
from knowledge.schema.catalog import Shop
from knowledge.types import Lang, utc_now
from knowledge.words import simplified

_log = logging.getLogger(__name__)
FITTING = "learning what people say"
"""Name of the step for the progress bar."""
Progress = Callable[[str, float], None]
ANY = Procedures()
_NAMED_SPANS = frozenset(
    {"email", "address", "person_name", "order_ref", "tracking_number", "coupon_code", "sku", "brand", "tax_id"}
)
_KEPT_AS_WRITTEN = frozenset({"text", "address", "body", "question", "search"})
"""Slots whose answer is kept, or searched for, as it stands."""


class EmbeddedUnderstander:
    """Understands by patterns, a catalogue lexicon and a kernel machine over a sentence embedding.

    Median 3-5 ms a message on one core. Deterministic. Safe for many conversations at once: it keeps no state of them.
    """

    def __init__(  # noqa: PLR0913  (one keyword for each thing that a shop has its own of)
        self,
        model: IntentModel,
        embedder: Embedder,
        extractor: Extractor,
        *,
        procedures: Procedures = ANY,
        default_lang: Lang = "zh",
        name: str = "embedded",
        folder: Path | None = None,
    ) -> None:
        self._model = model
        self._embedder = embedder
        self._feelings = Feelings(embedder)
        self._stances = Stances(embedder)
        self._extractor = extractor
        self._flows = procedures.flows or frozenset(label for label in model.labels if not data.is_talk(label))
        self._personal = procedures.personal
        self._merchants = MerchantWishes(procedures.merchants, embedder, folder) if procedures.merchants else None
        self._keywords = Keywords(procedures.lessons)
        sounds = SameSound(extractor.lexicon.names, extractor.lexicon.terms, training.said_in_chinese())
        homophones = _homophones()
        self._taught = frozenset(training.words(procedures.lessons))
        self._respelling = Respelling(self._taught, self._name_of, sounds, homophones)
        self._default_lang = default_lang
        self.name = name

    @property
    def lexicon(self) -> Lexicon:
        """The words of the catalogue."""
        return self._extractor.lexicon

    @property
    def extractor(self) -> Extractor:
        """What finds the things that a message mentions."""
        return self._extractor

    def _name_of(self, word: str) -> str | None:
        """Return the word of the catalogue that an English word was meant to be."""
        return self.lexicon.corrected(word) if self.lexicon.find(word) else None

    async def understand(self, text: str, view: View) -> Understanding:
        """Read one message. Never raises for any text."""
        message = read(text)
        try:
            if self._merchants is not None and view.role == "merchant":
                await asyncio.to_thread(self._merchants.learn)
            return self._understand(message, view)
        except Exception:
            # A pattern that fails on odd text must not cost the shopper the turn: it is logged, and answered as not understood.
            _log.exception("understanding failed on a message of %d characters", len(text))
            return Understanding(
                lang=view.lang or view.opened_in or self._default_lang, commands=(CannotHandle(),), model=self.name
            )

    @property
    def merchants_learnt(self) -> bool:
        """Whether a merchant's first message waits for nothing."""
        return self._merchants is None or self._merchants.learnt

    async def warm(self) -> None:
        """Learn now what merchants ask for; else their first message waits some seconds for it."""
        if self._merchants is not None:
            await asyncio.to_thread(self._merchants.learn)

    def entities(self, text: str) -> list[Entity]:
        """Return only the entities of a text."""
        return self._extractor.extract(read(text))

    def _understand(self, written: Text, view: View) -> Understanding:
        message, entities = written, self._extractor.extract(written)
        spared = [(item.start, item.end) for item in entities if item.type in _NAMED_SPANS]
        understood = [(item.start, item.end) for item in entities]
        if self._merchants is not None and view.role == "merchant":
            spared += self._merchants.said(written.low)
        kept = view.pending is not None and view.pending.slot_type in _KEPT_AS_WRITTEN
        mended = self._respelling.mend_in_place(message, spared, understood, kept_as_written=kept)
        if mended is not message:
            message, entities = mended, self._extractor.extract(mended)
        heard = without_opening(message, asked=view.pending is not None)
        lang = detect(
            _unnamed(heard, entities),
            previous=view.lang,
            default=view.opened_in or self._default_lang,
            words_known=self._taught,
        )
        reading = Reading(
            heard,
            entities,
            view,
            self._extractor.lexicon,
            self._ranker(),
            self._flows,
            self._personal,
            self._stances.take,
        )
        found, intents = self._of_a_merchant(reading) or commands(reading)
        found = self._for_a_merchant(found, view) if view.role == "merchant" else found
        return Understanding(
            lang=lang,
            intents=tuple(intents),
            commands=tuple(found),
            entities=tuple(entities),
            emotion=self._feelings.feel(message),
            model=self.name,
            read_as=message.raw if message is not written else "",
        )

    def _of_a_merchant(self, reading: Reading) -> tuple[list[Command], list[ScoredIntent]] | None:
        """Read what only merchants ask for; None: it is nothing of that."""
        if self._merchants is None or reading.view.role != "merchant":
            return None
        entities = self._extractor.with_amounts(reading.text, reading.entities)
        return self._merchants.read(dataclasses.replace(reading, entities=entities))

    def _for_a_merchant(self, found: Sequence[Command], view: View) -> list[Command]:
        """Leave out what only a customer can want: a merchant who was misheard is not asked to prove who they are."""
        if view.known:
            return list(found)
        kept = [each for each in found if not (isinstance(each, StartFlow) and each.flow in self._personal)]
        return kept or ([CannotHandle()] if found else [])

    def _ranker(self) -> Callable[[str], list[tuple[str, float]]]:
        known: dict[str, list[tuple[str, float]]] = {}

        def rank(words: str) -> list[tuple[str, float]]:
            if words not in known:
                cut = self._respelling.mend(segments.request_of(simplified(words))[:MAX_CHARS])
                vector = self._embedder.encode([cut])[0]
                ranked = classifier_ranking(self._model.labels, self._model.chances(cut, vector))
                known[words] = self._keywords.tip(cut, ranked)
            return known[words]

        return rank


def _unnamed(message: Text, entities: list[Entity]) -> str:
    """Return the lower-case message without names and codes, which are of no language."""
    low = message.low
    for item in entities:
        if (
            item.type in _NAMED_SPANS
            and item.text.isascii()
            and not (item.type == "order_ref" and "id" not in item.value)
        ):
            low = low[: item.start] + " " * (item.end - item.start) + low[item.end :]
    return low


@functools.cache
def _homophones() -> Homophones:
    """Return what finds wrong characters; it counts those of all shipped utterances, which takes a while."""
    return Homophones(training.sentences_in_chinese())


async def build_understander(
    database: Database,
    embedder: Embedder,
    folder: Path,
    *,
    procedures: Procedures = ANY,
    progress: Progress | None = None,
    clock: Clock = utc_now,
) -> EmbeddedUnderstander:
    """Return an understander for the shop in `database`.

    The classifier is fitted at the first start (some seconds) and kept below `folder` and in the person's cache, where another
    shop finds it; another version of the data, of the code, of the embedder or of the flows' own utterances fits anew, encoding
    only what no version before it, of this shop or another, has encoded.

    Args:
        procedures: what the shop's flows are and teach.
        progress: told where the classifier has to be fitted.
    """
    version = version_of(embedder, procedures)
    model = await intent_model(embedder, folder, procedures, progress)
    lexicon = await build_lexicon(database, known_words=training.words(procedures.lessons))
    async with database.read() as session:
        shop = (await session.exec(select(Shop))).first()
    lang: Lang = "en" if shop is not None and shop.default_lang == "en" else "zh"
    extractor = (
        Extractor(lexicon, clock, currency=shop.currency, timezone=shop.timezone)
        if shop is not None
        else Extractor(lexicon, clock)
    )
    return EmbeddedUnderstander(
        model,
        embedder,
        extractor,
        procedures=procedures,
        default_lang=lang,
        name=f"embedded-{version}",
        folder=folder,
    )


async def intent_model(
    embedder: Embedder, folder: Path, procedures: Procedures, progress: Progress | None = None
) -> IntentModel:
    """Return the classifier of a version, from `folder`, from the person's cache, or fitted."""
    version = version_of(embedder, procedures)
    path = folder / f"intents-{version}.npz"
    if (kept := _kept(path)) is not None:
        return kept
    with contextlib.ExitStack() as alone:
        await asyncio.to_thread(alone.enter_context, model_cache.learning(version))
        if await asyncio.to_thread(model_cache.fetch, folder, version) and (kept := _kept(path)) is not None:
            return kept
        return await _learnt(embedder, path, procedures, progress or (lambda _what, _share: None))


async def _learnt(embedder: Embedder, path: Path, procedures: Procedures, progress: Progress) -> IntentModel:
    """Fit the classifier and keep it at `path`, and in the person's cache."""
    started, utterances = time.monotonic(), path.parent / "utterances.faiss"
    rows = training.examples(procedures.lessons, procedures.said)
    progress(FITTING, 0.0)
    await asyncio.to_thread(model_cache.fetch_of_any, path.parent, utterances.name, f"{utterances.name}.json")
    encoded = await build_index(embedder, [row.text[:MAX_CHARS] for row in rows], path=utterances)
    progress(FITTING, 0.5)
    model = await asyncio.to_thread(fit, rows, embedder, encoded.vectors())
    try:
        await asyncio.to_thread(model.save, path)
    except OSError as error:
        _log.warning("the model %s was not saved (%s); the next start fits it again", path, error.strerror)
    else:
        if not procedures.said:  # what a shop's people said is no other shop's business
            paths = (path, *utterances.parent.glob(f"{utterances.name}*"))
            await asyncio.to_thread(model_cache.keep, version_of(embedder, procedures), paths)
    progress(FITTING, 1.0)
    _log.info("intent model fitted in %.1f s", time.monotonic() - started)
    return model


def version_of(embedder: Embedder, procedures: Procedures) -> str:
    """Return what tells a fitted classifier from those of other data, code or flows."""
    return training.fingerprint(embedder.name, embedder.version, procedures.signature)


def _kept(path: Path) -> IntentModel | None:
    if not path.exists():
        return None
    try:
        return IntentModel.load(path)
    except ValueError as error:
        _log.warning("%s; it is replaced", error)
        return None

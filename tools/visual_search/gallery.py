"""Which products look like a picture that somebody sent: the catalogue's pictures, looked at once, indexed, searched in milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import itertools
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlmodel import col, select

from knowledge.db import Database
from knowledge.index import Stamp, VectorIndex
from knowledge.schema import Attachment, Product, ProductImage
from knowledge.types import JsonObject
from tools.base import ToolContext
from tools.errors import ArgumentError, RefusedError
from tools.fitted import Models
from tools.visual_search.encoder import ENCODERS, Encoder, Vectors
from tools.visual_search.model import VisualModel
from tools.visual_search.pictures import PictureError, opened

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "visual_search"
LOOK_EVERY_S = 10.0
"""How often it is asked whether the catalogue has other pictures."""
PATIENCE_S = 1.0
"""How long a picture waits for the catalogue's to be looked at, where that goes on in the background; then it is said so."""
NEAREST = 400
"""Pictures that are ranked."""
LEAST_LIKE, MOST_LIKE = 12, 0.2
"""At least so many products count as alike, and of a small shop no more than this share: filters choose among them."""
_Rows = tuple[tuple[str, str], ...]
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class SeenAttribute:
    """What an attribute of the picture is taken for.

    Args:
        chance: the head's own, in [0, 1].
        accuracy: how often the head was right on pictures kept apart, with interval and n; None: not measured.
        pictures: how many it was learnt from.
    """

    name: str
    value: str
    chance: float
    accuracy: JsonObject | None
    pictures: int


@dataclasses.dataclass(frozen=True)
class Seen:
    """Products by likeness.

    Args:
        products: ids, best first.
        chances: of each, given that the picture shows one of them.
        foreign: it does not look like anything that the shop has.
    """

    products: tuple[str, ...]
    chances: tuple[float, ...]
    attributes: tuple[SeenAttribute, ...]
    foreign: bool


@dataclasses.dataclass(frozen=True)
class _Index:
    """The catalogue's pictures under one model."""

    rows: _Rows
    model: VisualModel
    vectors: VectorIndex


class Gallery:
    """Searches the pictures of a shop.

    Args:
        folder: the data folder: ``media/``, ``attachments/``, and ``indexes/`` for what was looked at already.
        models: gives the model in service.
    """

    def __init__(self, database: Database, folder: Path, models: Models) -> None:
        self._database, self._folder, self._models = database, folder, models
        self._index: _Index | None = None
        self._checked = -LOOK_EVERY_S
        self._refreshing: asyncio.Task[_Index] | None = None
        self._patience_s: float | None = None
        self._closing = threading.Event()

    async def look(self, context: ToolContext, attachment_id: str) -> Seen:
        """Rank the products by a picture of the person's own.

        Raises:
            ArgumentError: ``picture_unknown``.
            RefusedError: the picture cannot be opened, no product has a picture, or ``pictures_not_ready``: see `warm`.
        """
        path = self._folder / await _path_of(context, attachment_id)
        index = await self.ready()
        if not len(index.vectors):
            raise RefusedError("no_pictures", "no product of this shop has a picture that can be searched")
        try:
            return await asyncio.to_thread(_seen, index, path)
        except PictureError as error:
            raise RefusedError(error.code, str(error)) from None

    async def check(self, context: ToolContext, attachment_id: str) -> None:
        """Make sure that a picture is the person's own.

        Raises:
            ArgumentError: ``picture_unknown``.
        """
        await _path_of(context, attachment_id)

    async def picture(self, context: ToolContext, attachment_id: str, *, least_side: int) -> Image:
        """Return a picture of the person's own, as `tools.visual_search.pictures.opened` does.

        Raises:
            ArgumentError: ``picture_unknown``.
            RefusedError: the picture cannot be opened.
        """
        path = self._folder / await _path_of(context, attachment_id)
        try:
            return await asyncio.to_thread(opened, path, least_side=least_side)
        except PictureError as error:
            raise RefusedError(error.code, str(error)) from None

    @contextlib.asynccontextmanager
    async def warmed(self) -> AsyncIterator[None]:
        """Look at the catalogue's pictures in the background while the block runs: a shopper's picture waits for `PATIENCE_S` at most."""
        self._patience_s = PATIENCE_S
        self._refresh_if_old()
        try:
            yield
        finally:
            self._closing.set()
            if self._refreshing is not None:
                await asyncio.wait({self._refreshing})

    async def known(self) -> None:
        """Wait, however long it takes, until the catalogue's pictures are known."""
        await asyncio.wait({self._refresh_if_old()})

    async def ready(self) -> _Index:
        """Return the index of what is on sale; while another model or other pictures are taken in, the one before.

        Raises:
            RefusedError: ``pictures_not_ready``.
        """
        refreshing = self._refresh_if_old()
        if self._index is not None:
            return self._index
        done, _ = await asyncio.wait({refreshing}, timeout=self._patience_s)
        if not done:
            raise RefusedError("pictures_not_ready", "the catalogue's pictures are still being looked at")
        return refreshing.result()

    def _refresh_if_old(self) -> asyncio.Task[_Index]:
        task = self._refreshing
        if task is None or (task.done() and self._is_old()):
            self._checked = time.monotonic()
            task = self._refreshing = asyncio.create_task(self._refresh())
        return task

    def _is_old(self) -> bool:
        if time.monotonic() - self._checked >= LOOK_EVERY_S:
            return True
        return self._index is not None and self._index.model is not self._models.get(NAME).model

    async def _refresh(self) -> _Index:
        model: VisualModel = (await self._models.ready(NAME)).model
        rows, found = await self._rows(), self._index
        if found is None or found.model is not model or found.rows != rows:
            found = await asyncio.to_thread(self._build, rows, model)
        self._index, self._checked = found, time.monotonic()
        return found

    async def _rows(self) -> _Rows:
        async with self._database.read() as session:
            statement = (
                select(ProductImage.product_id, ProductImage.path)
                .join(Product, col(Product.id) == col(ProductImage.product_id))
                .where(Product.status == "active")
                .order_by(col(ProductImage.product_id), col(ProductImage.position))
            )
            return tuple(
                (product, path) for product, path in (await session.exec(statement)).all() if "://" not in path
            )

    def _build(self, rows: _Rows, model: VisualModel) -> _Index:
        began = time.monotonic()
        known = looked_at(self._folder, [path for _, path in rows], ENCODERS[model.encoder](), self._closing.is_set)
        logger.info("looked at %d pictures of the catalogue in %.1f s", len(known), time.monotonic() - began)
        kept = [(product, path) for product, path in rows if path in known]
        width = model.projection.matrix.shape[1]
        vectors = (
            model.project(np.stack([known[path] for _, path in kept]), catalogue=True)
            if kept
            else np.zeros((0, width), dtype=np.float32)
        )
        stamp = Stamp(model.encoder, str(model.learnt_from), width)
        return _Index(rows, model, VectorIndex([product for product, _ in kept], vectors, stamp))


def looked_at(
    folder: Path, paths: Sequence[str], encoder: Encoder, stopped: Callable[[], bool] = lambda: False
) -> dict[str, Vectors]:
    """Return ``[views, dimension]`` of every picture below ``media/`` that opens; those of before are not looked at again.

    Args:
        stopped: asked before each picture; once it is true, what was looked at so far is kept and returned.
    """
    kept_at = folder / "indexes" / f"pictures-{encoder.name}.npz"
    known = _kept(kept_at)
    found: dict[str, Vectors] = {}
    stamps: dict[str, str] = {}
    for path in itertools.takewhile(lambda _: not stopped(), dict.fromkeys(paths)):
        try:
            about = (folder / "media" / path).stat()
            stamp = hashlib.blake2b(f"{path}|{about.st_size}|{about.st_mtime_ns}".encode(), digest_size=12).hexdigest()
            found[path] = known[stamp] if stamp in known else encoder.encode(opened(folder / "media" / path))
            stamps[path] = stamp
        except (OSError, PictureError) as error:
            logger.info("a product picture is left out: %s", error)
    now = {stamps[path]: vectors for path, vectors in found.items()}
    kept = known | now if stopped() else now
    if set(kept) != set(known):
        _keep(kept_at, kept)
    return found


def _kept(path: Path) -> dict[str, Vectors]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(zip(arrays["stamps"].tolist(), arrays["vectors"].astype(np.float32), strict=True))
    except (OSError, ValueError, KeyError):
        return {}


def _keep(path: Path, vectors: dict[str, Vectors]) -> None:
    draft = path.with_name(f".{path.name}.part.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(draft, stamps=np.array(list(vectors)), vectors=np.array(list(vectors.values()), dtype=np.float16))
        draft.replace(path)
    except OSError as error:
        logger.warning("%s was not kept (%s); the next start looks again", path, error.strerror)


async def _path_of(context: ToolContext, attachment_id: str) -> str:
    row = await context.session.get(Attachment, attachment_id)
    mine = row is not None and (context.identity.role != "shopper" or row.owner == context.identity.subject)
    if row is None or not mine or row.kind != "image":
        raise ArgumentError("picture_unknown", "expected the id of a picture of yours", picture=attachment_id[:64])
    return row.path


def _seen(index: _Index, path: Path) -> Seen:
    picture = ENCODERS[index.model.encoder]().encode(opened(path))[None]
    rows, cosines = index.vectors.search(index.model.project(picture, catalogue=False)[0], NEAREST)
    best: dict[str, float] = {}
    for row, cosine in zip(rows.tolist(), cosines.tolist(), strict=True):
        best.setdefault(index.vectors.keys[row], cosine)
    chances = index.model.chances(np.array([list(best.values())], dtype=np.float32))[0]
    attributes = []
    for head in index.model.heads:
        found = head.chances(picture)[0]
        top = int(np.argmax(found))
        chance = round(float(found[top]), 4)
        attributes.append(SeenAttribute(head.name, head.values[top], chance, head.accuracy, head.pictures))
    alike = max(LEAST_LIKE, int(MOST_LIKE * len(set(index.vectors.keys))))
    shown = tuple(round(float(chance), 4) for chance in chances[:alike])
    return Seen(tuple(best)[:alike], shown, tuple(attributes), foreign=not index.model.knows(picture)[0])

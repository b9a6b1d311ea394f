"""The models that answer now: of each capability the version in service, or the rules of a cold start."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from tools.fitted.capability import Capability
from tools.fitted.errors import VersionError
from tools.fitted.store import ModelStore, Version

Model = TypeVar("Model")
logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
"""How often the store is asked whether another version was put in service."""


@dataclasses.dataclass(frozen=True)
class InService(Generic[Model]):
    """A model that answers, and which version it is."""

    model: Model
    version: Version | None
    """None: the cold start."""

    @property
    def fitted(self) -> bool:
        """Whether it was learnt from data."""
        return self.version is not None


class Models:
    """Loads what is in service, and again when another version was put in its place by this process or another one.

    Loading runs in a thread; meanwhile whoever asks gets what answered before, at first the cold start.

    Args:
        data: the shop's data folder; None: nothing fitted, ever.
    """

    def __init__(self, capabilities: Mapping[str, Capability[Any, Any]], data: Path | None) -> None:
        self.capabilities = dict(capabilities)
        self._data = data
        self._now: dict[str, InService[Any]] = {}
        self._stamps: dict[str, tuple[int, int] | None] = {}
        self._looked: dict[str, float] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}

    def store(self, name: str) -> ModelStore | None:
        """Return the versions of a capability."""
        return None if self._data is None else ModelStore(self._data, name)

    def get(self, name: str) -> InService[Any]:
        """Return what answers now, at once; begins to load a version that was put in service meanwhile.

        Raises:
            KeyError: there is no such capability.
        """
        if name not in self._now:
            self._now[name] = InService(self.capabilities[name].cold(), None)
        if self._is_stale(name) and name not in self._loading:
            task = asyncio.get_running_loop().create_task(self._load(name))
            self._loading[name] = task
            task.add_done_callback(lambda _: self._loading.pop(name, None))
        return self._now[name]

    async def ready(self, name: str) -> InService[Any]:
        """Return what is in service, loaded: the first answer may take seconds, every other one is `get`."""
        found = self.get(name)
        if name in self._loading and not found.fitted:
            await asyncio.shield(self._loading[name])
        return self._now[name]

    async def settled(self) -> None:
        """Wait until nothing is being loaded."""
        if self._loading:
            await asyncio.wait(set(self._loading.values()))

    def _is_stale(self, name: str) -> bool:
        store, now = self.store(name), time.monotonic()
        if store is None or now - self._looked.get(name, -LOOK_EVERY_S) < LOOK_EVERY_S:
            return False
        self._looked[name] = now
        return store.stamp() != self._stamps.get(name)

    async def _load(self, name: str) -> None:
        store = self.store(name)
        if store is None:
            return
        stamp = store.stamp()
        try:
            self._now[name] = await asyncio.to_thread(self._read, name, store)
        except VersionError as error:
            logger.warning("%s; what answered before goes on", error)
        self._stamps[name] = stamp

    def _read(self, name: str, store: ModelStore) -> InService[Any]:
        capability, version = self.capabilities[name], store.active()
        if version is None:
            return InService(capability.cold(), None)
        return InService(capability.load(store.files(version.number)), version)

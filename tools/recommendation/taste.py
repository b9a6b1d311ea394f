"""The sequence model as it is served: what follows from a history as a whole. ONNX Runtime, without torch."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.recommendation.events import FloatArray

logger = logging.getLogger(__name__)
LENGTH = 20
"""Items of a history that the model reads, the last ones."""
_GRAPH, _VECTORS = "taste.onnx", "taste.npy"


@dataclasses.dataclass(frozen=True)
class Taste:
    """A small causal Transformer over the last `LENGTH` items; see `tools.recommendation.taste_training`.

    Args:
        graph: ONNX; reads (1, steps, width) vectors of items, oldest first, and returns (1, width), the vector wanted next.
        vectors: (items, width), float32; rows of items that it never saw are zero.
    """

    graph: bytes
    vectors: npt.NDArray[np.float32]

    def scores(self, history: Sequence[int], sharpness: float = 1.0) -> FloatArray | None:
        """Return how likely each item is next, the likeliest being 1; None where it knows nothing of the history.

        Args:
            history: numbers of items, oldest first.
            sharpness: what the logits are multiplied by.
        """
        read = [place for place in history if self._known[place]][-LENGTH:]
        if not read:
            return None
        (wanted,) = self._session.run(None, {"items": self.vectors[read][None]})
        logits = self.vectors @ wanted[0]
        found = np.exp(sharpness * (logits - logits[self._known].max()).astype(np.float64))
        found[~self._known] = 0.0
        return np.asarray(found)

    def save(self, folder: Path) -> None:
        """Write the graph and the vectors."""
        (folder / _GRAPH).write_bytes(self.graph)
        np.save(folder / _VECTORS, self.vectors)

    @classmethod
    def load(cls, folder: Path) -> Taste | None:
        """Read what `save` wrote; None where there is none, or ONNX Runtime is not installed: the other parts then answer alone."""
        if not (folder / _GRAPH).exists():
            return None
        if importlib.util.find_spec("onnxruntime") is None:
            logger.warning("%s is left out: install the extra `hf` to serve it", folder / _GRAPH)
            return None
        return cls((folder / _GRAPH).read_bytes(), np.load(folder / _VECTORS, allow_pickle=False))

    @functools.cached_property
    def _known(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.vectors.any(axis=1))

    @functools.cached_property
    def _session(self) -> Any:
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])

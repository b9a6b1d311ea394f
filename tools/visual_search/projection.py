"""A linear map after which pictures of the same product lie close together, whoever took them.

Within-class whitening and the leading directions between and within products (linear discriminant analysis with a shrunk
covariance, Ledoit and Wolf 2004 for the idea). Photos and catalogue pictures are centred each on their own mean: what all shelves or
all packshots have in common tells nothing of a product.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from tools.visual_search.encoder import Vectors, unit

WIDTH = 128
"""Directions that are kept at most."""
REDUCED = 512
"""The space is cut to so many principal directions before it is whitened: hundreds of times faster, no worse when measured."""
SHRINK = 0.15
"""How far the covariance within products is drawn to a multiple of the identity; chosen on training photos of two public sets."""

IntArray = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Projection:
    """``unit((whole(x) - mean) @ matrix)``.

    Args:
        photos, catalogue: means, ``[dimension]``.
        matrix: ``[dimension, width]``.
    """

    photos: Vectors
    catalogue: Vectors
    matrix: Vectors

    def __call__(self, vectors: Vectors, *, catalogue: bool) -> Vectors:
        """Return rows of length 1 of pictures ``[pictures, views, dimension]``."""
        mean = self.catalogue if catalogue else self.photos
        return unit((whole(vectors) - mean) @ self.matrix)


def whole(vectors: Vectors) -> Vectors:
    """Return one row a picture: the direction of the sum of its views."""
    return unit(vectors.sum(axis=1))


def plain(dimension: int, part: slice) -> Projection:
    """Return what compares pictures as the encoder gives them."""
    matrix = np.eye(dimension, dtype=np.float32)[:, part]
    none = np.zeros(dimension, dtype=np.float32)
    return Projection(none, none, matrix)


def learnt(vectors: Vectors, products: IntArray, catalogue: npt.NDArray[np.bool_]) -> Projection:
    """Fit a projection.

    Args:
        vectors: ``[pictures, views, dimension]``.
        products: of each picture, ``[pictures]``.
        catalogue: whether each is a picture of the catalogue; its mean is taken apart where there are any.
    """
    counts = vectors.shape[1]
    joint = whole(vectors)
    photos = joint[~catalogue].mean(axis=0) if (~catalogue).any() else joint.mean(axis=0)
    shop = joint[catalogue].mean(axis=0) if catalogue.any() else photos
    rows = vectors.reshape(-1, vectors.shape[2]) - np.where(np.repeat(catalogue, counts)[:, None], shop, photos)
    owner = np.repeat(products, counts)
    basis = _principal(rows)
    low = (rows @ basis).astype(np.float64)
    sizes = np.bincount(owner)
    means = np.zeros((len(sizes), low.shape[1]))
    np.add.at(means, owner, low)
    means /= np.maximum(sizes, 1)[:, None]
    within = low - means[owner]
    covariance = within.T @ within / len(low)
    level = max(float(np.trace(covariance)) / vectors.shape[2], 1e-12)
    values, directions = np.linalg.eigh((1 - SHRINK) * covariance + SHRINK * level * np.eye(len(covariance)))
    white = directions / np.sqrt(values)
    between = (means[owner] @ white).T @ (means[owner] @ white) / len(low)
    spread, leading = np.linalg.eigh(between)
    width = min(WIDTH, leading.shape[1])
    # A direction counts by the share of its variance that lies between products: noise is not compared.
    weight = np.sqrt(np.maximum(spread, 0) / (1 + np.maximum(spread, 0)))[::-1][:width]
    matrix = basis @ (white @ leading[:, ::-1][:, :width]) * weight
    return Projection(
        photos.astype(np.float32), np.asarray(shop, dtype=np.float32), np.ascontiguousarray(matrix, dtype=np.float32)
    )


def _principal(rows: Vectors) -> npt.NDArray[np.float64]:
    """Return the leading directions of the rows, ``[dimension, at most REDUCED]``."""
    if len(rows) < rows.shape[1]:
        values, left = np.linalg.eigh((rows @ rows.T).astype(np.float64))
        kept = values > values[-1] * 1e-6
        directions = rows.T @ (left[:, kept] / np.sqrt(values[kept]))
    else:
        _, directions = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    return np.asarray(directions[:, ::-1][:, :REDUCED], dtype=np.float64)

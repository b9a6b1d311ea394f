"""Whether a picture shows anything like what a model has learnt from, or something foreign: a landscape, a screenshot, noise.

The cosine between what the encoder sees in the picture and in the nearest of the pictures learnt from, without the projection, which is learnt to tell goods apart and
says nothing sensible of anything else. The threshold turns away `FALSE_REJECTS` of photos of goods when they are compared with the pictures of other products only: photos
of one shelf, and copies of one picture, are so near to each other that a new photo of the same thing would be turned away.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from tools.visual_search.encoder import Vectors
from tools.visual_search.projection import whole
from tools.visual_search.rows import Pictures

FALSE_REJECTS = 0.05
REFERENCES = 1000
"""Pictures that are remembered at most."""


@dataclasses.dataclass(frozen=True)
class Familiarity:
    """What is known, and how near a picture must come to it.

    Args:
        references: ``[pictures, dimension]``, rows of length 1.
        least: cosine from which on a picture is familiar.
    """

    references: Vectors
    least: float

    def knows(self, vectors: Vectors) -> npt.NDArray[np.bool_]:
        """Tell of each picture, ``[pictures, views, dimension]``, whether it is familiar."""
        return np.asarray(nearness(vectors, self.references) >= self.least)


def nearness(vectors: Vectors, references: Vectors) -> Vectors:
    """Return the cosine of each picture with the nearest reference."""
    return np.asarray((whole(vectors) @ references.T).max(axis=1), dtype=np.float32)


def learnt(rows: Pictures) -> Familiarity:
    """Remember pictures, and choose the threshold by photos as if their own products were unknown."""
    kept = np.sort(np.random.default_rng(7).permutation(len(rows))[:REFERENCES])
    references, owners = whole(rows.vectors[kept]), rows.products
    photos = np.array(rows.rows(catalogue=False) or range(len(rows)))
    photos = photos[:: max(1, len(photos) // REFERENCES)]
    others = owners[photos][:, None] != owners[kept]
    near = np.where(others, whole(rows.vectors[photos]) @ references.T, -1.0).max(axis=1)
    return Familiarity(references, float(np.quantile(near, FALSE_REJECTS)))

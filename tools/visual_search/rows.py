"""Pictures with what they show: read from a manifest, encoded once and kept while a command runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tools.fitted import DataError
from tools.fitted.columns import Cells, read_csv
from tools.visual_search import labels as own_labels
from tools.visual_search.encoder import Encoder, Vectors, default_encoder
from tools.visual_search.labels import MOST_ATTRIBUTES, Labels, read_labels
from tools.visual_search.pictures import PictureError, opened

WANTS = (
    "a CSV, one row a picture: file (relative to the CSV), product or kind; and if there: role (catalogue or photo; photo where empty), "
    "group (who took it or of which single item it is) and a column of labels for each attribute, such as colour, pattern, sleeve; "
    "beside it, if there, picture-labels.csv: file or product, attribute, value"
)
FIXED = ("file", "product", "role", "group")


@dataclasses.dataclass(frozen=True)
class Shown:
    """What is known of one picture."""

    file: str
    product: str
    """What is to be found by it: a product, or a kind where products are not told apart."""
    catalogue: bool
    """A picture of the shop's own, which is searched; else a photo that somebody searches with."""
    group: str
    """Pictures of one group stand on one side of a split."""
    labels: dict[str, str]
    """Attribute -> value; absent where nobody said."""


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Pictures with their vectors, ``[pictures, views, dimension]``, of one encoder."""

    encoder: str
    shown: tuple[Shown, ...]
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.shown)

    def only(self, kept: Sequence[int] | npt.NDArray[np.int64]) -> Pictures:
        """Return some of them."""
        rows = [int(row) for row in kept]
        return Pictures(self.encoder, tuple(self.shown[row] for row in rows), self.vectors[rows])

    def rows(self, *, catalogue: bool) -> list[int]:
        """Return the numbers of the catalogue's pictures, or of the photos."""
        return [row for row, one in enumerate(self.shown) if one.catalogue is catalogue]

    @property
    def products(self) -> npt.NDArray[np.int64]:
        """The product of each, as a number; equal products have equal numbers."""
        return np.unique([one.product for one in self.shown], return_inverse=True)[1].astype(np.int64)

    def attributes(self) -> tuple[str, ...]:
        """Return the attributes that any picture has a label of."""
        return tuple(sorted({name for one in self.shown for name in one.labels}))


def read_manifest(path: Path, encoder: Encoder | None = None) -> Pictures:
    """Read a CSV and encode its pictures.

    Raises:
        DataError: names file, row and column.
    """
    manifest = path / "manifest.csv" if path.is_dir() else path
    encoder = encoder or default_encoder()
    beside = manifest.parent / own_labels.FILE
    labels = read_labels(beside) if beside.exists() else {}
    shown, vectors = [], []
    for cells in read_csv(manifest, needs=("file",)):
        one = _shown(cells, labels)
        try:
            picture = opened(manifest.parent / one.file)
        except PictureError as error:
            raise DataError(manifest, f"a picture: {error}", one.file, row=cells.row, column="file") from None
        shown.append(one)
        vectors.append(encoder.encode(picture))
    if not shown:
        raise DataError(manifest, "rows of pictures", "none")
    return Pictures(encoder.name, tuple(shown), np.stack(vectors))


def _shown(cells: Cells, beside: Labels) -> Shown:
    if not cells.get("product", "") and not cells.get("kind", ""):
        raise DataError(cells.path, "a product or a kind", "neither", row=cells.row, column="product")
    labels = {name: value.lower() for name, value in cells.items() if name not in FIXED and name and value}
    labels |= own_labels.of(beside, cells.get("product", ""), cells["file"])
    if len(labels) > MOST_ATTRIBUTES:
        raise DataError(cells.path, f"at most {MOST_ATTRIBUTES} attributes", str(len(labels)), row=cells.row)
    return Shown(
        file=cells.text("file"),
        product=cells.get("product", "") or cells["kind"],
        catalogue=cells.read("role", _is_catalogue, "catalogue or photo") if "role" in cells else False,
        group=cells.get("group", "") or cells["file"],
        labels=labels,
    )


def _is_catalogue(cell: str) -> bool:
    if cell.lower() not in ("", "photo", "catalogue", "catalog"):
        raise ValueError
    return cell.lower().startswith("catalog")

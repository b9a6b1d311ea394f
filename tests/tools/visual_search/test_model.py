"""The model: it finds products by photos it has not seen, says how sure it is, and comes back from its files as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tools.visual_search.drawings import manifest
from tools.fitted import DataError, TooLittleDataError, VersionError, evaluate
from tools.visual_search.capability import VisualSearch
from tools.visual_search.encoder import ColourAndShape, EfficientNetLite, default_encoder
from tools.visual_search.model import folds_of
from tools.visual_search.pictures import opened
from tools.visual_search.rows import Pictures, read_manifest


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return read_manifest(manifest(tmp_path_factory.mktemp("pictures")))


def test_photos_find_their_product_and_an_attribute_is_named_with_its_accuracy(rows: Pictures) -> None:
    found = evaluate(VisualSearch(), rows)
    assert found["score"]["value"] >= 0.9
    assert found["model"]["attribute_colour"]["value"] >= 0.8
    assert found["training"]["attributes"]["colour"]["accuracy"]["n"] > 0
    assert found["baseline"]["top_1"]["n"] == found["model"]["top_1"]["n"]


def test_no_group_stands_on_both_sides(rows: Pictures) -> None:
    train, held = VisualSearch().split(rows)
    seen = {one.group for one in train.shown if not one.catalogue}
    assert seen.isdisjoint(one.group for one in held.shown if not one.catalogue)
    assert set(folds_of(rows)[rows.rows(catalogue=True)]) == {-1}


def test_the_same_pictures_give_the_same_model_and_its_files_give_it_back(rows: Pictures, tmp_path: Path) -> None:
    capability = VisualSearch()
    first, second = capability.fit(rows), capability.fit(rows)
    capability.save(first, tmp_path)
    again = capability.load(tmp_path)
    for other in (second, again):
        assert np.allclose(
            first.project(rows.vectors, catalogue=True), other.project(rows.vectors, catalogue=True), atol=1e-5
        )
    assert [head.about() for head in again.heads] == [head.about() for head in first.heads]
    (tmp_path / "model.npz").write_bytes(b"nothing")
    with pytest.raises(VersionError):
        capability.load(tmp_path)


def test_chances_are_chances(rows: Pictures) -> None:
    chances = VisualSearch().cold().chances(np.array([[0.9, 0.2, 0.1]], dtype=np.float32))
    assert chances.sum() == pytest.approx(1.0)
    assert chances[0, 0] > chances[0, 1]


def test_one_product_is_too_little(rows: Pictures) -> None:
    with pytest.raises(TooLittleDataError):
        VisualSearch().fit(rows.only([0, 1, 2]))


@pytest.mark.parametrize(
    ("line", "column"), [("gone.png,a,photo,g,red", "file"), ("red-ball.png,,photo,g,red", "product"), ("red-ball.png,a,shelf,g,red", "role")]
)  # fmt: skip
def test_what_is_wrong_with_a_manifest_is_said_with_row_and_column(line: str, column: str, tmp_path: Path) -> None:
    path = manifest(tmp_path, photos=0)
    path.write_text(f"file,product,role,group,colour\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError) as wrong:
        read_manifest(path, ColourAndShape())
    assert (wrong.value.row, wrong.value.column) == (2, column)


def test_without_onnx_runtime_colours_and_shapes_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tools.visual_search.encoder.installed", lambda: False)
    encoder = default_encoder()
    assert isinstance(encoder, ColourAndShape)
    found = read_manifest(manifest(tmp_path), encoder)
    assert VisualSearch().score(VisualSearch().fit(found), VisualSearch().split(found)[1]).value >= 0.5


def test_the_encoder_gives_unit_rows_one_a_view(tmp_path: Path) -> None:
    path = manifest(tmp_path, photos=0)
    found = EfficientNetLite().encode(opened(path.parent / "red-ball.png"))
    assert found.shape == (3, EfficientNetLite.dimension)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)

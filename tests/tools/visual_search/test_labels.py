"""A shop's own labels: read from a file, hundreds of attributes, each measured, with too few pictures refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tools.visual_search.drawings import manifest
from tools.fitted import DataError
from tools.visual_search.encoder import ColourAndShape, unit
from tools.visual_search.labels import read_labels
from tools.visual_search.model import fit_model, load_model, save_model
from tools.visual_search.rows import Pictures, Shown, read_manifest

ATTRIBUTES = 210


def many_attributes(*, pictures: int = 120, width: int = 6) -> Pictures:
    """Pictures with 210 attributes: all but the last three follow from the vectors, one is chance, one is rare, one is always the same."""
    rng = np.random.default_rng(5)
    signs = rng.choice([-1.0, 1.0], (pictures, 1, width))
    signs = np.repeat(signs, 40, axis=2)
    vectors = (signs + 0.2 * rng.standard_normal(signs.shape)).astype(np.float32)
    shown = []
    for row in range(pictures):
        side = {
            f"a{number:03d}": "yes" if vectors[row, 0, 40 * (number % width)] > 0 else "no"
            for number in range(ATTRIBUTES - 3)
        }
        last = {"chance": rng.choice(["x", "y"]), "rare": "once" if row == 0 else "usual", "same": "always"}
        product = f"p{row // 2}"
        shown.append(Shown(f"{row}.png", product, catalogue=False, group=product, labels=side | last))
    return Pictures(ColourAndShape.name, tuple(shown), unit(vectors))


@pytest.mark.slow
def test_two_hundred_attributes_are_learnt_each_with_its_accuracy_and_count_and_kept(tmp_path: Path) -> None:
    rows = many_attributes()
    model = fit_model(rows)
    by_name = {head.name: head for head in model.heads}
    assert len(by_name) == ATTRIBUTES - 2
    assert all(head.pictures == 120 and head.accuracy is not None for head in model.heads)
    told = {head.name: head.accuracy["value"] for head in model.heads if head.accuracy is not None}
    assert told.pop("chance") < 0.7
    assert np.mean(list(told.values())) > 0.9
    assert set(model.refused) == {"rare", "same"}
    assert "usual 119, once 1" in model.refused["rare"]
    save_model(model, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tools.visual_search.model.default_encoder", ColourAndShape)
        back = load_model(tmp_path)
    assert [head.about() for head in back.heads] == [head.about() for head in model.heads]
    np.testing.assert_allclose(back.heads[7].chances(rows.vectors), model.heads[7].chances(rows.vectors), atol=1e-5)


def test_labels_beside_a_manifest_are_read_with_it(tmp_path: Path) -> None:
    path = manifest(tmp_path, photos=1)
    (tmp_path / "picture-labels.csv").write_text(
        "product,file,attribute,value\nred-ball,,Outline,Round\n,red-box0.png,Outline,Square\n", encoding="utf-8"
    )
    shown = {one.file: one.labels for one in read_manifest(path, ColourAndShape()).shown}
    assert shown["red-ball0.png"] == {"colour": "red", "outline": "round"}
    assert shown["red-box0.png"] == {"colour": "red", "outline": "square"}
    assert "outline" not in shown["blue-box0.png"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("product,attribute,value\n,fit,loose\n", "row 2, column 'product'"),
        ("product,attribute\nP1,fit\n", "column 'value'"),
        ("product,attribute,value\nP1,fit,loose\nP1,fit,tight\n", "row 3, column 'value'"),
    ],
)
def test_a_bad_file_of_labels_is_told_by_row_and_column(tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "picture-labels.csv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_labels(path)

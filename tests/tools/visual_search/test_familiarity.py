"""What looks like nothing that was learnt is told; photos of goods are turned away as seldom as the threshold says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tools.visual_search.drawings import drawing, manifest
from tools.visual_search.encoder import ColourAndShape
from tools.visual_search.model import cold_model, fit_model, load_model, save_model
from tools.visual_search.rows import read_manifest


def test_noise_is_foreign_and_a_photo_of_goods_is_not(tmp_path: Path) -> None:
    encoder = ColourAndShape()
    model = fit_model(read_manifest(manifest(tmp_path / "pictures", photos=4), encoder))
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (96, 96, 3), dtype=np.uint8))
    photo = drawing("blue", round_=True, shift=3, ground=(175, 190, 195))
    looks = np.stack([encoder.encode(noise), encoder.encode(photo)])
    assert model.knows(looks).tolist() == [False, True]


def test_a_new_photo_of_the_same_things_is_familiar(tmp_path: Path) -> None:
    model = fit_model(read_manifest(manifest(tmp_path / "learnt", photos=3), ColourAndShape()))
    rows = read_manifest(manifest(tmp_path / "new", photos=4), ColourAndShape())
    photos = [row for row in rows.rows(catalogue=False) if rows.shown[row].file[-5] == "3"]
    assert model.knows(rows.vectors[photos]).mean() >= 0.9


def test_it_is_kept_with_the_model(tmp_path: Path) -> None:
    rows = read_manifest(manifest(tmp_path / "pictures"), ColourAndShape())
    model = fit_model(rows)
    (tmp_path / "model").mkdir()
    save_model(model, tmp_path / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tools.visual_search.model.default_encoder", ColourAndShape)
        back = load_model(tmp_path / "model")
    assert back.familiarity is not None
    assert model.familiarity is not None
    assert back.familiarity.least == model.familiarity.least
    np.testing.assert_allclose(back.familiarity.references, model.familiarity.references, atol=1e-3)


def test_who_has_learnt_nothing_turns_nothing_away() -> None:
    encoder = ColourAndShape()
    assert cold_model(encoder).knows(encoder.encode(drawing("red", round_=True))[None]).all()

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.fitted import VersionError
from tools.risk.linear import Linear, regressed

RNG = np.random.default_rng(4)
ROWS = RNG.exponential(3.0, (800, 3)).astype(np.float32)
BAD = RNG.random(800) < 1 / (1 + np.exp(3 - 2 * np.log1p(ROWS[:, 0].astype(np.float64))))
ROWS[RNG.random(ROWS.shape) < 0.1] = np.nan
NAMES = ("up", "noise", "other")


def fitted(**signs: int) -> Linear:
    return regressed(ROWS, BAD, np.ones(len(BAD)), NAMES, signs)


def test_what_raises_the_risk_has_the_weight_and_noise_has_hardly_any() -> None:
    weight = fitted().weight
    assert weight[0] > 0.5
    assert (np.abs(weight[1:]) < 0.3).all()


def test_a_sign_that_sense_demands_is_kept_against_the_rows() -> None:
    assert fitted(up=-1).weight[0] == 0
    assert fitted(up=1).weight[0] > 0.5


def test_shares_add_up_to_the_log_odds_with_missing_values_too() -> None:
    line = fitted()
    assert line.shares(ROWS).sum(axis=1) == pytest.approx(line.log_odds(ROWS))
    assert np.isfinite(line.log_odds(np.full((1, 3), np.nan, dtype=np.float32))).all()


def test_an_extreme_value_counts_no_more_than_the_most() -> None:
    line = fitted()
    rows = np.array([[1e6, 1, 1], [1e9, 1, 1]], dtype=np.float32)
    assert line.log_odds(rows)[0] == pytest.approx(line.log_odds(rows)[1])


def test_files_give_it_back_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    line = fitted()
    line.save(tmp_path)
    assert np.array_equal(Linear.load(tmp_path).log_odds(ROWS), line.log_odds(ROWS))
    (tmp_path / "linear.json").write_text("[]")
    with pytest.raises(VersionError, match=r"linear\.json"):
        Linear.load(tmp_path)

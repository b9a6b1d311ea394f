from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.tools.fitted.means import Mean, Means
from tools.fitted import Models, ModelStore, refit, service

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def fit(data: Path, value: float) -> None:
    refit(Means(), (value,) * 4, ModelStore(data, "means"), source="shop", now=NOW)


async def test_the_cold_start_answers_until_something_is_fitted(tmp_path: Path) -> None:
    models = Models({"means": Means()}, tmp_path)
    assert (models.get("means").model, models.get("means").fitted) == (Mean(0.0), False)
    assert (await Models({"means": Means()}, None).ready("means")).model == Mean(0.0)


async def test_the_version_in_service_is_loaded_and_found_again_when_another_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_EVERY_S", 0.0)
    fit(tmp_path, 5.0)
    models = Models({"means": Means()}, tmp_path)
    assert models.get("means").model == Mean(0.0)  # not loaded yet, and nobody waits
    assert (await models.ready("means")).model == Mean(5.0)
    fit(tmp_path, 6.0)
    assert models.get("means").model == Mean(5.0)
    await models.settled()
    assert models.get("means").model == Mean(6.0)
    ModelStore(tmp_path, "means").roll_back()
    models.get("means")
    await models.settled()
    assert models.get("means").model == Mean(5.0)


async def test_files_that_cannot_be_read_leave_what_answered_before(tmp_path: Path) -> None:
    fit(tmp_path, 5.0)
    (tmp_path / "models/means/0001/mean.json").unlink()
    models = Models({"means": Means()}, tmp_path)
    assert (await models.ready("means")).model == Mean(0.0)

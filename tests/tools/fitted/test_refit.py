from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.tools.fitted.means import Mean, Means, Values
from tools.fitted import ModelStore, Refit, TooLittleDataError, VersionError, evaluate, refit

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def fitted(rows: Values, store: ModelStore, *, held: Values | None = None, force: bool = False) -> Refit:
    return refit(Means(), rows, store, source="shop", now=NOW, held=held, force=force)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path, "means")


def test_what_is_better_than_the_baseline_is_put_in_service_with_its_figures(store: ModelStore) -> None:
    done = fitted((5.0, 5.0, 5.0, 5.0), store)
    assert done.to_json() == {
        "version": 1,
        "in_service": True,
        "reason": "in service: nearness 1.0000 (baseline 0.1667)",
        "figure": "nearness",
        "new": {"value": 1.0, "interval": [0.0, 1.0], "n": 2},
        "baseline": {"value": 0.1667, "interval": [0.0, 1.0], "n": 2},
        "training": {"mean": 5.0},
    }
    assert store.active() == done.version
    assert Means().load(store.files(1)) == Mean(5.0)


def test_a_worse_model_is_kept_and_not_put_in_service(store: ModelStore) -> None:
    fitted((5.0, 5.0, 5.0, 5.0), store)
    done = fitted((3.0, 3.0, 5.0, 5.0), store)
    assert not done.version.adopted
    assert done.reason.startswith("worse than the model in service: nearness 0.3333 after 1.0000")
    assert [version.number for version in store.versions()] == [1, 2]
    active = store.active()
    assert active is not None
    assert active.number == 1


def test_a_worse_model_is_put_in_service_by_force_and_says_so(store: ModelStore) -> None:
    fitted((5.0, 5.0, 5.0, 5.0), store)
    done = fitted((3.0, 3.0, 5.0, 5.0), store, force=True)
    assert done.version.adopted
    assert done.reason.endswith("put in service by force")


def test_no_better_than_the_baseline_is_said_and_the_baseline_goes_on(store: ModelStore) -> None:
    done = fitted((9.0, 0.0), store)
    assert done.reason.startswith("no better than the baseline")
    assert store.active() is None


def test_with_rows_held_out_the_measured_model_is_the_one_that_is_kept(store: ModelStore) -> None:
    fitted((4.0, 4.0), store, held=(4.0,))
    assert Means().load(store.files(1)) == Mean(4.0)


def test_rolling_back_goes_to_the_version_before_and_then_to_the_cold_start(store: ModelStore) -> None:
    fitted((5.0, 5.0, 5.0, 5.0), store)
    fitted((6.0, 6.0, 6.0, 6.0), store)
    back = store.roll_back()
    assert back is not None
    assert back.number == 1
    assert store.roll_back() is None
    assert store.active() is None
    with pytest.raises(VersionError, match="nothing to go back to"):
        store.roll_back()


def test_a_version_that_cannot_be_read_is_named_and_any_model_is_better(store: ModelStore) -> None:
    fitted((5.0, 5.0, 5.0, 5.0), store)
    (store.files(1) / "mean.json").write_text("{")
    assert fitted((4.0, 4.0, 5.0, 5.0), store).version.adopted
    (store.files(2) / "version.json").write_text("{")
    with pytest.raises(VersionError, match=r"0002/version\.json cannot be read"):
        store.active()


def test_old_versions_are_forgotten_but_never_the_one_in_service(store: ModelStore) -> None:
    for _ in range(3):
        fitted((5.0, 5.0, 5.0, 5.0), store)
    store.use(1)
    store.forget(1)
    assert [version.number for version in store.versions()] == [1, 3]


def test_evaluating_puts_the_baseline_beside_the_model_and_keeps_nothing() -> None:
    found = evaluate(Means(), (5.0, 5.0, 5.0, 5.0))
    assert (found["model"]["nearness"]["value"], found["baseline"]["nearness"]["value"]) == (1.0, 0.1667)
    assert found["better_than_baseline"]


def test_too_little_is_said() -> None:
    with pytest.raises(TooLittleDataError, match="expected two values or more, got 1"):
        evaluate(Means(), (1.0,))

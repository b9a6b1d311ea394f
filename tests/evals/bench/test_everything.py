from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from evals.bench.everything import Measurement, Outcome, main, measure, measurements, rate_lines, text_of, write_summary
from evals.benchmarks.registry import LISTED


def test_without_public_data_the_project_measures_itself(tmp_path: Path) -> None:
    names = [each.name for each in measurements(tmp_path, None)]
    assert names == [
        "turns",
        "stages",
        "load",
        "scenarios",
        "repairs",
        "intents",
        "help",
        "product_search",
        "voices",
        "pictures",
    ]


def test_with_public_data_every_listed_benchmark_is_measured_too(tmp_path: Path) -> None:
    wanted = measurements(tmp_path, tmp_path / "sets")
    for listed in (each for each in LISTED if each.needs):
        mine = next(each for each in wanted if each.name == listed.name)
        assert mine.needs == tmp_path / "sets" / listed.needs
        assert mine.command[:3] == ("channels", "eval", listed.name)


@pytest.mark.slow
def test_results_are_kept_and_what_fails_or_lacks_its_data_does_not_stop_the_rest(tmp_path: Path) -> None:
    wanted = [
        Measurement("absent", ("evals.help", "--json"), rate_lines, needs=tmp_path / "nowhere"),
        Measurement("broken", ("evals.help", "--half", "third"), rate_lines),
        Measurement("help", ("evals.help", "--json"), rate_lines),
    ]
    heard: list[str] = []
    found = measure(wanted, tmp_path / "out", heard.append)
    assert [(each.name, each.status) for each in found] == [
        ("absent", "no data"),
        ("broken", "failed"),
        ("help", "measured"),
    ]
    assert heard == ["[1/3] absent", "[2/3] broken", "[3/3] help"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["help.json"]
    assert json.loads((tmp_path / "out" / "help.json").read_text(encoding="utf-8")) == found[2].figures
    assert found[2].shown[0].startswith("zh recall_1 0.")


def test_rates_are_shown_with_interval_and_n_but_not_those_of_parts() -> None:
    rate = {"value": 0.5, "interval": [0.25, 0.75], "n": 4}
    figures = {
        "set": "a",
        "pass_1": rate,
        "zh": {"f1": {"value": 0.25, "n": 2}},
        "by_tag": {"x": rate},
        "ms": {"p50": 1},
    }
    assert list(rate_lines(figures)) == ["pass_1 0.5000 (0.2500-0.7500, n 4)", "zh f1 0.2500 (n 2)"]


def test_the_page_links_to_the_results_and_says_what_failed(tmp_path: Path) -> None:
    for name in ("load.json", "load.html", "other.json"):
        (tmp_path / name).touch()
    outcomes = [Outcome("load", "failed", 61.4, {"steps": []}, ("a < b",)), Outcome("kb", "no data", 0.0)]
    moment = {"cores": 2, "load": [0.5, 0.5, 0.5], "python": "3.11"}
    at = dt.datetime(2026, 3, 10, 8, 30, tzinfo=dt.UTC)
    write_summary(outcomes, tmp_path, {"before": moment, "after": moment}, at)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall('href="([^"]+)"', page) == ["load.html", "load.json"]
    assert "a &lt; b" in page
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert [(each["name"], each["status"]) for each in summary["measured"]] == [("load", "failed"), ("kb", "no data")]


def test_the_summary_says_what_failed() -> None:
    shown = text_of([Outcome("load", "failed", 61.4, {}, ("http 50/s: nothing answered",))])
    assert shown == "load: failed (61 s)\n  http 50/s: nothing answered"


def test_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="there is no measurement 'speed'; there are turns, stages, load"):
        main(out=tmp_path / "out", only=["speed"])
    assert not (tmp_path / "out").exists()

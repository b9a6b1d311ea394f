"""``xiaoer models rings`` and ``thresholds`` on somebody's own file."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from channels import cli
from tests.tools.risk.frauds import csv, shop

runner = CliRunner()


def models(*arguments: str) -> Result:
    return runner.invoke(cli.app, ["models", *arguments])


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Honest orders, and four accounts a burst that share a card and a device."""
    return str(csv(tmp_path_factory.mktemp("risk") / "orders.csv", shop()))


def test_rings_are_told_in_both_languages_and_drawn(orders: str, tmp_path: Path) -> None:
    done = models("rings", "--data", orders, "--out", str(tmp_path / "pictures"), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert ["F0-0", "F0-1", "F0-2", "F0-3"] in [sorted(ring["accounts"]) for ring in found["rings"]]
    assert not any(account.startswith("A") for ring in found["rings"] for account in ring["accounts"])
    assert len(found["pictures"]) == len(found["rings"]) == 24
    drawn = ET.parse(found["pictures"][0]).getroot()
    title = drawn.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == f"{len(found['rings'][0]['accounts'])} linked accounts"
    assert "个账号疑似同一人控制" in models("rings", "--data", orders, "--lang", "zh").stdout


def test_each_threshold_has_its_cost_and_the_shops_own_is_marked(orders: str, tmp_path: Path) -> None:
    done = models("thresholds", "--data", orders, "--shop", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    steps = found["thresholds"]
    assert [step["hold_from"] for step in steps] == sorted(step["hold_from"] for step in steps)
    assert (steps[-1]["held"], steps[-1]["cost_minor"]) == (0, steps[-1]["missed_minor"])
    assert all(one["held"] >= other["held"] for one, other in itertools.pairwise(steps))
    assert found["cheapest"] == min(steps, key=lambda step: step["cost_minor"])["hold_from"]
    assert found["in_use"] == {"refund": 0.5, "address": 0.5, "coupon": 0.5}
    shown = models("thresholds", "--data", orders, "--shop", str(tmp_path)).stdout
    assert "cheapest" in shown
    assert "in use" in shown


@pytest.mark.parametrize("command", ["rings", "thresholds"])
def test_a_bad_row_is_named(command: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("at,account,amount,bad\n2026-01-01,A,ten,0\n")
    done = models(command, "--data", str(path), "--shop", str(tmp_path))
    assert done.exit_code == 1
    assert "bad.csv, row 2, column 'amount'" in done.output


@pytest.mark.parametrize("command", ["rings", "thresholds"])
def test_without_a_shop_and_a_file_it_says_so(command: str, tmp_path: Path) -> None:
    done = models(command, "--shop", str(tmp_path))
    assert done.exit_code == 1
    assert "there is no shop in" in done.output

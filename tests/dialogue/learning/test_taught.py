"""Versions of what a shop's understander was taught."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dialogue.learning import TAUGHT, Taught, TaughtError, with_said, with_taught
from dialogue.understanding.teaching import Procedures, Said

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
ONE, TWO = Said("bin it", "cancel_order", "en"), Said("来一张票", "request_invoice", "zh")


def adopt(taught: Taught, *said: Said) -> int:
    return taught.adopt(said, model="embedded-1", figures={}, at=NOON).number


def test_the_last_version_is_used_and_each_step_back_goes_to_the_one_it_replaced(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "nlu" / "taught.json")
    assert (taught.active, taught.said) == (None, ())
    assert [adopt(taught, ONE), adopt(taught, ONE, TWO)] == [1, 2]
    assert Taught(tmp_path / "nlu" / "taught.json").said == (ONE, TWO)
    assert (back := taught.roll_back()) is not None
    assert back.said == (ONE,)
    assert adopt(taught, TWO) == 3
    assert (back := taught.roll_back()) is not None
    assert back.number == 1
    assert taught.roll_back() is None
    with pytest.raises(TaughtError, match="nothing to go back to"):
        Taught(tmp_path / "nlu" / "taught.json").roll_back()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "taught.json").write_text("{", encoding="utf-8")
    with pytest.raises(TaughtError, match=r"taught\.json cannot be read"):
        Taught(tmp_path / "taught.json")


def test_what_was_said_of_a_flow_that_is_gone_is_left_out(tmp_path: Path) -> None:
    adopt(Taught(tmp_path / TAUGHT), ONE, Said("warranty?", "claim_warranty", "en"))
    assert with_taught(Procedures(), tmp_path).said == (ONE,)
    assert len(with_taught(Procedures(frozenset({"claim_warranty"})), tmp_path).said) == 2
    assert with_said(Procedures(), (TWO, Said("warranty?", "claim_warranty", "en"))).said == (TWO,)
    plain = Procedures()
    assert with_taught(plain, tmp_path).signature != plain.signature

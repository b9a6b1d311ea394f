from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Mapping

import numpy as np
import pytest

from tests.tools.risk.frauds import START, event
from tools.risk.events import Events
from tools.risk.graph import Account, Ring, accounts_of, find_rings, pair_strengths, shared_things
from tools.risk.picture import described, svg


def account(name: str, days: float = 0.0, **used: str) -> Account:
    found: Mapping[str, frozenset[str]] = {kind: frozenset(value.split()) for kind, value in used.items()}
    return Account(name, found, START + dt.timedelta(days=days))


def rings(accounts: list[Account]) -> list[tuple[str, ...]]:
    return [ring.accounts for ring in find_rings(accounts)]


def test_accounts_with_one_card_and_flat_are_a_ring() -> None:
    hand = [account(f"R{number}", number, card="c", address="flat", ip="n") for number in range(5)]
    honest = [account(f"H{number}", number, card=f"c{number}", device=f"d{number}", ip="n") for number in range(9)]
    [ring] = find_rings([*honest, *hand])
    assert ring.accounts == tuple(f"R{number}" for number in range(5))
    assert [(thing.kind, len(thing.accounts)) for thing in ring.shared] == [("address", 5), ("card", 5), ("ip", 5)]
    assert ring.signed_up == (START, START + dt.timedelta(days=4))
    assert ring.strength > 0.9


def test_a_ring_that_uses_two_devices_in_turn_and_no_common_card_is_still_one() -> None:
    hand = [account(f"R{number}", number, device=f"d{number % 2}", address="flat", ip="n") for number in range(6)]
    assert rings(hand) == [tuple(f"R{number}" for number in range(6))]


@pytest.mark.parametrize(
    "honest",
    [
        [account(f"F{number}", 300 * number, device="tablet", address="home", ip="home") for number in range(5)],
        [account(f"D{number}", number, address="dormitory", ip="campus") for number in range(12)],
        [account(f"P{number}", number, device="kiosk", address="parcel-shop", ip="mall") for number in range(30)],
        [
            account("A", device="d1"),
            account("B", device="d1 d2"),
            account("C", device="d2 d3"),
            account("E", device="d3"),
        ],
        [account(f"S{number}", card="c", address="home", device="d") for number in range(3)],
        [account(f"N{number}") for number in range(9)],
    ],
    ids=["family", "dormitory", "parcel shop", "chain of second-hand devices", "three", "strangers"],
)
def test_people_who_live_or_study_together_are_none(honest: list[Account]) -> None:
    assert rings(honest) == []


def test_two_rings_that_share_a_network_stay_two() -> None:
    hands = [account(f"{hand}{number}", number, card=hand, device=hand, ip="n") for hand in "AB" for number in range(4)]
    assert rings(hands) == [("A0", "A1", "A2", "A3"), ("B0", "B1", "B2", "B3")]


def test_planted_rings_are_found_among_families_campuses_and_noise() -> None:
    rng = np.random.default_rng(11)
    accounts, planted = [], set()
    for number in range(1_500):
        home, days = f"h{number // 2}", float(rng.uniform(0, 700))
        tablet = f"t{number // 2}" if number % 6 < 2 else f"d{number}"
        accounts.append(
            account(f"H{number}", days, card=f"c{number}", device=tablet, address=home, ip=f"i{number % 120}")
        )
    for ring in range(15):
        born, size = float(rng.uniform(0, 700)), int(rng.integers(5, 10))
        for member in range(size):
            used = {"device": f"rd{ring}-{member % 2}", "address": f"ra{ring}", "ip": f"ri{ring}"}
            if ring % 3:
                used["card"] = f"rc{ring}"
            if rng.random() < 0.15:
                del used["ip"]
            name = f"R{ring}-{member}"
            planted.add(name)
            accounts.append(account(name, born + float(rng.uniform(0, 6)), **used))
    found = {member for ring in rings(accounts) for member in ring}
    assert 2 * len(found & planted) / (len(found) + len(planted)) >= 0.95


def test_what_is_shared_by_several_kinds_binds_more_than_by_one() -> None:
    strengths = pair_strengths(shared_things([account("A", card="c", ip="n"), account("B", card="c", ip="n")]))
    assert strengths == {("A", "B"): pytest.approx(1 - 0.15 * 0.75)}


def test_accounts_are_gathered_from_events() -> None:
    events = Events.of([event(1, "A", card="c1"), event(2, "A", card="c2", device="d"), event(3, "B")])
    assert [(one.id, sorted(one.used["card"]), sorted(one.used["device"])) for one in accounts_of(events)] == [
        ("A", ["c1", "c2"], ["d"]),
        ("B", [], []),
    ]


@pytest.fixture
def ring() -> Ring:
    [found] = find_rings(
        [account(f"R<{number}>", number, card="fp&1", device="dev", address="flat") for number in range(5)]
    )
    return found


def test_the_picture_is_svg_with_every_account_and_a_text_that_says_the_same(ring: Ring) -> None:
    root = ET.fromstring(svg(ring, "en"))
    space = "{http://www.w3.org/2000/svg}"
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "t d")
    assert root.findtext(f"{space}desc") == described(ring, "en")
    shown = [text.text for text in root.iter(f"{space}text")]
    assert set(ring.accounts) <= set(shown)
    assert "card fp&1" in shown
    assert len(list(root.iter(f"{space}line"))) == 15


def test_the_text_names_accounts_times_and_what_they_share_in_both_languages(ring: Ring) -> None:
    english, chinese = described(ring, "en"), described(ring, "zh")
    assert english.startswith("5 accounts that look like one hand: R<0>, R<1>")
    assert "Opened from 2026-01-01 to 2026-01-05." in english
    assert "card fp&1 (R<0>" in english
    assert chinese.startswith("5 个账号疑似同一人控制：R<0>、R<1>")
    assert "银行卡 fp&1" in chinese

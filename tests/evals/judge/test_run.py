"""Whole runs: conversations on the real platform, on the demo shop and on an owner's."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from channels.cli import app
from evals.judge.given import GivenError
from evals.judge.reading import Seen
from evals.judge.run import hold_all
from evals.judge.trial import Trial, hold
from evals.judge.world import World
from tests.evals.judge.conftest import ROBIN, TEE, scenario

pytestmark = pytest.mark.slow
in_shops = pytest.mark.asyncio(loop_scope="session")

RETURN = scenario(
    user={
        "opens_with": ["I'd like to give the heavy tee of J9001 back"],
        "knows": {"order": "J9001", "reason": "too small", "refund_to": "credit card"},
    },
    expect={"rows": {"returns": [{"order": "J9001", "sku": "J-TEE-M", "status": "requested"}]}, "replies_mention": ["refund"]},
)  # fmt: skip


class Mute:
    """Whatever is said to it, it says one thing."""

    consented = False

    def __init__(self, *messages: str) -> None:
        self._messages = list(messages)

    def next(self, _seen: Seen | None) -> str | None:
        return self._messages.pop(0) if self._messages else None


async def held(shops: World, wanted: Any, seed: int = 0, **shopper: Any) -> Trial:
    return await hold(shops, await shops.lay(wanted), wanted, seed, **shopper)


@in_shops
async def test_a_scenario_passes_when_the_shop_stands_as_expected(shops: World) -> None:
    trial = await held(shops, RETURN)
    assert trial.passed, trial.faults
    assert not trial.without_consent
    assert trial.tool_calls


@in_shops
async def test_trials_do_not_see_each_other(shops: World) -> None:
    laid = await shops.lay(RETURN)
    assert [(await hold(shops, laid, RETURN, 0)).passed for _ in range(2)] == [True, True]


@in_shops
async def test_a_run_leaves_no_shop_behind(shops: World) -> None:
    folder = shops.base.parents[1]
    before = set(folder.iterdir())
    await hold_all(shops, [RETURN], seeds=range(2))
    assert set(folder.iterdir()) == before


@in_shops
@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        (("hello",), "returns: expected"),
        (("talk to a human please",), "handed over"),
        (("cancel my order from yesterday", "thanks"), "returns: expected"),
    ],
)
async def test_a_conversation_that_does_not_get_there_fails(
    shops: World, messages: tuple[str, ...], fault: str
) -> None:
    trial = await held(shops, RETURN, shopper=Mute(*messages))
    assert not trial.passed
    assert any(fault in str(each) for each in trial.faults)


@in_shops
async def test_what_must_not_be_said_fails_when_it_is_said(shops: World) -> None:
    trial = await held(shops, scenario(expect={"replies_never_mention": ["Hello"]}))
    assert trial.faults == ("a reply mentions 'Hello'",)


@in_shops
async def test_a_scenario_may_set_the_policy_the_reviews_and_a_note(shops: World) -> None:
    tee = {**TEE, "reviews": [{"text": "Runs small.", "rating": 2}, {"text": "Good.", "rating": 4}]}
    lines = [{"sku": "J-TEE-M"}]
    wanted = scenario(
        given={
            "customers": [ROBIN],
            "products": [tee],
            "orders": [{"id": "J9001", "lines": lines, "delivered_days_ago": 40, "note": "ring twice"}],
            "policy": {"returns": {"window_days": 60}},
        },
        user=RETURN.user.model_dump(),
        expect={"rows": {"returns": [{"order": "J9001", "refund": 89.0}]}},
    )
    laid = await shops.lay(wanted)
    trial = await hold(shops, laid, wanted, 0)
    assert trial.passed, trial.faults
    with sqlite3.connect(laid.database) as shop:
        assert shop.execute("SELECT count(*), avg(rating) FROM review WHERE product_id = 'J-TEE'").fetchone() == (
            2,
            3.0,
        )
        assert shop.execute("SELECT note FROM \"order\" WHERE id = 'J9001'").fetchone() == ("ring twice",)
    shop.close()


@in_shops
async def test_a_parcel_may_be_late(shops: World) -> None:
    order = {"id": "J9002", "status": "shipped", "due_in_days": -3, "lines": [{"sku": "J-TEE-M"}]}
    wanted = scenario(
        given={"customers": [ROBIN], "products": [TEE], "orders": [order]},
        user={"opens_with": ["where has the parcel of J9002 got to?"]},
        expect={"replies_mention": ["late"]},
    )
    assert (await held(shops, wanted)).faults == ()


@in_shops
async def test_what_comes_along_reaches_the_bot_and_the_ticket_is_a_row(shops: World) -> None:
    wanted = scenario(
        user={"opens_with": ["", "I need a person to look at this"], "sends": "image"},
        expect={
            "rows": {"tickets": [{"customer": "J1", "reason": "asked"}]},
            "handed_over": True,
            "replies_mention": ["picture"],
        },
    )
    trial = await held(shops, wanted)
    assert trial.faults == ()
    assert trial.exchanges[0].said == ""


@in_shops
async def test_who_ends_up_with_the_conversation_may_be_left_open(shops: World) -> None:
    either = scenario(user={"opens_with": ["talk to a human please"]}, expect={"handed_over": None})
    assert (await held(shops, either)).faults == ()


@in_shops
async def test_the_language_of_the_last_reply_is_looked_at(shops: World) -> None:
    trial = await held(shops, scenario(expect={"last_reply_in": "zh"}))
    assert trial.faults == ("the last reply is in en, not in zh",)


@in_shops
async def test_buttons_and_cards_are_looked_at_for_what_must_not_be_shown(shops: World) -> None:
    wanted = scenario(
        user={"opens_with": ["I want to return something"]}, expect={"replies_never_mention": ["Heavy Plain Tee"]}
    )
    trial = await held(shops, wanted)
    assert "a reply mentions 'Heavy Plain Tee'" in trial.faults


@in_shops
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"customer": "nobody", "given": {}}, "there is no 'nobody' in this shop"),
        ({"given": {"customers": [ROBIN], "orders": [{"id": "J1", "lines": [{"sku": "?"}]}]}}, "no SKU '?'"),
        ({"given": {"customers": [ROBIN, ROBIN]}}, "an id may be taken already"),
        ({"given": {"customers": [ROBIN], "policy": {"returns": {"window": 3}}}}, "given.policy: returns.window"),
        (
            {"given": {"customers": [ROBIN], "products": [TEE], "orders": [{"id": "J1", "paid_with": "cash", "lines": [{"sku": "J-TEE-M"}]}]}},
            "no payment method 'cash'",
        ),
    ],
)  # fmt: skip
async def test_what_does_not_fit_the_shop_is_said(shops: World, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(GivenError, match="tee: ") as error:
        await shops.lay(scenario(**fields))
    assert said in str(error.value)


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["eval", "scenarios", *map(str, arguments)])


FILE = """
id: cancel-what-waits
lang: en
customer: C1002
user:
  opens_with: ["cancel the order with the dress, I changed my mind"]
  knows: {item: dress, reason: changed my mind}
expect:
  rows: {orders: [{id: D1002000001, status: cancelled}]}
"""


def break_cancelling(shop: Path) -> None:
    """Give the shop a way of cancelling that only says it is done."""
    (shop / "flows").mkdir()
    (shop / "flows" / "cancel_order.yaml").write_text(
        "id: cancel_order\ntitle: {zh: 取消订单, en: cancelling your order}\nsteps:\n  - say: {zh: 好了。, en: Done.}\n",
        encoding="utf-8",
    )


def test_on_an_owners_own_shop_a_broken_flow_turns_the_run_red(shops: World, tmp_path: Path) -> None:
    (tmp_path / "cancel.yaml").write_text(FILE, encoding="utf-8")
    shop = tmp_path / "shop"
    shutil.copytree(shops.base.parent, shop)

    good = command(tmp_path / "cancel.yaml", "--data", shop, "--json")
    assert good.exit_code == 0, good.stderr
    assert json.loads(good.stdout)["pass_1"] == {"value": 1.0, "interval": [1.0, 1.0], "n": 1}

    break_cancelling(shop)
    bad = command(tmp_path / "cancel.yaml", "--data", shop, "--trials", "2")
    assert bad.exit_code == 1, bad.stdout
    assert "cancel-what-waits: 2 of 2 failed" in bad.stdout
    assert "orders: expected" in bad.stdout


def test_a_wrong_call_ends_with_2_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("id: a\n", encoding="utf-8")
    ended = command(tmp_path / "wrong.yaml")
    assert ended.exit_code == 2
    assert "lang: is missing" in " ".join(ended.stderr.replace("│", " ").split())


@pytest.mark.parametrize("option", ["--html", "--junit"])
@pytest.mark.parametrize(
    ("target", "said"),
    [("nowhere/r", "there is no folder"), ("folder", "Is a directory"), ("/proc/r", "cannot be written")],
)
def test_where_a_report_cannot_go_is_said_before_the_run(tmp_path: Path, option: str, target: str, said: str) -> None:
    (tmp_path / "cancel.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    ended = command(tmp_path / "cancel.yaml", option, tmp_path / target)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert said in " ".join(ended.stderr.replace("│", " ").split())
    assert "holding conversations" not in ended.stderr


def test_a_report_that_was_written_before_stays_until_there_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("before", encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("id: a\n", encoding="utf-8")
    ended = command(tmp_path / "wrong.yaml", "--html", tmp_path / "r.html", "--junit", tmp_path / "r.xml")
    assert ended.exit_code == 2
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == "before"
    assert not (tmp_path / "r.xml").exists()

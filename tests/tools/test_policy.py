from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tools.errors import RefusedError
from tools.orders.rules import OrderFacts, allowed_tools, permit, window_end
from tools.policy import POLICIES, Policy, PolicyError, load_policy, read_policy

GUIDE = Path(__file__).parents[2] / "docs" / "add-a-policy.md"


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_set_loads_under_its_own_name(path: Path) -> None:
    assert load_policy(path.stem).name == path.stem


def test_the_shops_own_file_wins(tmp_path: Path) -> None:
    write(tmp_path, "name: mine")

    assert load_policy("default", tmp_path) == Policy(name="mine")
    assert load_policy("default", tmp_path / "empty") == load_policy("default")


def test_a_file_that_extends_another_holds_only_what_differs(tmp_path: Path) -> None:
    own = read_policy(write(tmp_path, "extends: tau_retail\nname: mine\ncancel:\n  reasons: [regret]\n"))

    tau = load_policy("tau_retail")
    cancel = tau.cancel.model_copy(update={"reasons": ("regret",)})
    assert own == tau.model_copy(update={"name": "mine", "cancel": cancel})


def test_the_older_tools_of_the_benchmark_differ_in_one_thing() -> None:
    tau, older = load_policy("tau_retail"), load_policy("tau_retail_v1")

    assert older.modify == tau.modify.model_copy(update={"different_variant": False})
    assert older.exchanges == tau.exchanges.model_copy(update={"different_variant": False})
    assert older.returns == tau.returns


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name: x\nreturns:\n  window_days: seven", r"returns\.window_days: .*integer.*got 'seven'"),
        ("name: x\nreturns:\n  window_days: -1", r"returns\.window_days: .*greater.*got -1"),
        ("name: x\nreturns:\n  window: 7", r"returns\.window: no such field"),
        ("name: x\ncancel:\n  statuses: [deliverd]", r"cancel\.statuses\.0: .*'pending'.*got 'deliverd'"),
        ("name: x\ntimezone: Mars/Olympus", r"timezone: .*expected a time zone such as Asia/Shanghai"),
        ("returns: {}", r"name: Field required"),
        ("", r"expected fields such as `name: my_shop`, got NoneType"),
        ("- a\n- b", r"got list"),
        ("name: [", r"line 1|line 2"),
        ("extends: nothing\nname: x", r"no policy set 'nothing': expected one of default, "),
    ],
)
def test_a_mistake_is_told_with_file_field_and_what_was_expected(tmp_path: Path, text: str, complaint: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(PolicyError, match=complaint) as error:
        load_policy("default", tmp_path)
    assert "\n" not in str(error.value) or "line" in str(error.value)
    assert str(path) in str(error.value) or "no policy set" in str(error.value)


def test_a_file_that_is_not_text_is_a_mistake_too(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(PolicyError, match=r"policy\.yaml"):
        load_policy("default", tmp_path)


def test_an_unknown_set_names_those_that_there_are() -> None:
    with pytest.raises(
        PolicyError, match="no policy set 'no': expected one of default, demo, tau_retail, tau_retail_v1"
    ):
        load_policy("no")


def test_the_guides_example_does_what_the_guide_says(tmp_path: Path) -> None:
    [example] = blocks("yaml")
    policy = read_policy(write(tmp_path, example))

    delivered = dt.datetime(2026, 3, 1, 4, 0, tzinfo=dt.UTC)
    end = window_end(delivered, policy.returns.window_days or 0, policy.timezone)
    assert end.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat() == "2026-03-16T23:59:59.999999+08:00"
    order = OrderFacts("W1", "delivered", False, delivered - dt.timedelta(days=2), delivered)
    permit("return_items", order, policy, end)
    with pytest.raises(RefusedError, match="return_items: was possible until"):
        permit("return_items", order, policy, end + dt.timedelta(seconds=1))
    permit("return_items", order, policy, end + dt.timedelta(days=30), faulty=True)
    permit("exchange_items", order, policy, end + dt.timedelta(days=3000))
    packed = OrderFacts("W2", "processing", False, delivered, None)
    assert "cancel_order" not in allowed_tools(packed, policy, delivered)
    assert (policy.returns.refund_to, policy.returns.excluded_categories) == (("original",), ("opened_tea",))
    assert (policy.price_protection.enabled, policy.human.refund_over_minor) == (False, 100000)


def test_the_guides_mistake_reads_as_the_guide_shows(tmp_path: Path) -> None:
    [shown] = blocks("text")
    path = write(tmp_path, "name: x\nreturns:\n  window_days: seven")

    with pytest.raises(PolicyError) as error:
        load_policy("default", tmp_path)
    assert str(error.value) == shown.strip().replace("xiaoer-data/policy.yaml", str(path))


def test_the_guide_names_every_section() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [name for name in Policy.model_fields if name not in {"name", "timezone"}]

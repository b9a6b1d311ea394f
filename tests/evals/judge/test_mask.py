"""A mask puts the same made-up person everywhere, in the shape of the real one, however it was written."""

from __future__ import annotations

import re

import pytest

from evals.judge.frozen.mask import Mask


@pytest.fixture
def mask() -> Mask:
    """Knows Rose Miller and 王小明."""
    mask = Mask(spared="Rose Gold Ring")
    mask.person("Rose", "Miller")
    mask.person("小明", "王")
    mask.email("rose@miller.org")
    mask.phone("+8613800138000")
    mask.phone("+44 20 7946 0958")
    mask.phone("+1 212 555 0100")
    mask.order("W2378156")
    mask.number("C42")
    mask.street("27 Harbour Lane, Apt 3")
    mask.street("文三路 478 号 2 幢 301 室")
    mask.postcode("310012")
    mask.firm("杭州青禾科技有限公司")
    return mask


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("I'm Rose Miller", "I'm Robin Reed"),
        ("it is for miller, rose", "it is for reed robin"),
        ("Miller here", "Reed here"),
        ("the Rose gold ring", "the Rose gold ring"),
        ("我叫王小明", "我叫周明远"),
        ("小明收", "明远收"),
        ("我姓王，王先生", "我姓王，周先生"),
        ("Write to ROSE@miller.org!", "Write to person1@example.com!"),
        ("13 pieces for 42 days", "13 pieces for 42 days"),
    ],
)
def test_words_stand_for_words(mask: Mask, said: str, masked: str) -> None:
    assert mask.text(said) == masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("W2378156", "#W2378156"),
        ("W2378156", "w2378156"),
        ("8156", "W2378156"),
        ("138 0013 8000", "+86 138-0013-8000"),
        ("13800138000", "8613800138000"),
        ("20 7946 0958", "020 7946 0958"),
        ("212 555 0100", "+1 (212) 555-0100"),
        ("27 Harbour Lane, Apt 3", "27 harbour lane apt 3"),
        ("文三路478号2幢301室", "文三路 478 号，2幢 301室"),
    ],
)
def test_however_it_is_written_it_is_the_same(mask: Mask, one: str, other: str) -> None:
    def letters(text: str) -> str:
        return "".join(filter(str.isalnum, mask.text(text))).lower()

    assert letters(one) in letters(other)
    assert letters(one) != "".join(filter(str.isalnum, one)).lower()


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ("W2378156", r"W\d{7}"),
        ("+86 138-0013-8000", r"\+86 138-\d{4}-\d{4}"),
        ("27 Harbour Lane, Apt 3", r"\d\d [A-Z][a-z]+ Lane, Apt \d"),
        ("文三路 478 号 2 幢 301 室", r"[\u4e00-\u9fff]{2}路 \d{3} 号 \d 幢 \d{3} 室"),
        ("310012", r"3\d{5}"),
        ("杭州青禾科技有限公司", r"[\u4e00-\u9fff]{4}有限公司"),
    ],
)
def test_the_shape_stays(mask: Mask, said: str, shape: str) -> None:
    assert re.fullmatch(shape, mask.text(said))
    assert mask.text(said) != said


@pytest.mark.parametrize(
    "read", ["文三路 478 号 2 幢 301 室 310012 王小明", "学院路 9 号 王小明", "9 College Road for Rose Miller"]
)
def test_a_street_that_was_read_with_more_around_it_hides_that_too(mask: Mask, read: str) -> None:
    mask.street(read)
    assert not re.search("文三|478|310012|王小明|学院|College|Miller", mask.text(f"送到{read}"))


def test_the_key_of_a_row_is_masked_alone_and_never_within_a_text(mask: Mask) -> None:
    mask.key("line", "W2378156-3", "line-1")
    assert mask.of(["W2378156-3", "W2378156 · 3 pieces"]) == ["line-1", f"{mask.text('W2378156')} · 3 pieces"]


def test_an_e_mail_and_a_phone_number_that_nobody_knew_of_go_too(mask: Mask) -> None:
    text = mask.text("reach my son: ben@miller.org or 0151 496 0123")
    assert "ben" not in text
    assert "0123" not in text


def test_json_is_masked_all_through(mask: Mask) -> None:
    assert mask.of({"line": "W2378156-1", "of": ["Rose Miller", 3, None]}) == {
        "line": f"{mask.text('W2378156')}-1",
        "of": ["Robin Reed", 3, None],
    }

"""The model of who asks for a person, its file, and what it hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.persons import asks_human, asks_who_answers, hear, training
from dialogue.understanding.persons.lines import own_lines
from dialogue.understanding.persons.model import HEADINGS, WEIGHTS, PersonModel, PersonModelError
from dialogue.understanding.text import read


def test_a_model_learns_its_lines_and_is_the_same_from_its_file(tmp_path: Path) -> None:
    rows = list(own_lines())[::6]
    model, held_out = training.fit(rows)
    model.save(tmp_path / "persons.npz")
    kept = PersonModel.load(tmp_path / "persons.npz")
    lows = [row.low for row in rows]
    chances = model.chances(lows)
    asks = np.array([row.wish == "asks" for row in rows])
    assert np.mean((chances[:, HEADINGS.index("asks")] > 0.5) == asks) > 0.9
    assert kept.chances(lows) == pytest.approx(chances, abs=0.02)
    assert held_out.shape == (len(rows), len(HEADINGS))


@pytest.mark.parametrize(
    "text",
    [
        "人工", "转人工", "agent", "Operator please", "can I phone you", "叫你们经理来", "机器人听不懂人话", "I don't want to chat with a bot", "有没有活人",
        "put me through", "是不是只有人工才能办? 那就给我转", "if you can't do it then give me a person", "如果你办不了就给我找人", "zhuan rengong",
        "转任工", "让你们同事帮我查一下", "my parcel is lost. I'd like to speak to somebody who can decide", "快递丢了。叫个说了算的人来", "转human",
    ],
)  # fmt: skip
def test_who_asks_for_a_person_is_heard(text: str) -> None:
    assert asks_human(read(text).low)
    assert not asks_who_answers(read(text).low)


@pytest.mark.parametrize(
    "text",
    [
        "", "the courier said nobody was home", "for a person of 180 cm", "real leather", "I'm a travel agent", "人工智能音箱", "人工皮革", "人造棉",
        "客服电话多少", "is a human checking the returns?", "don't connect me to a person", "不用转人工", "别给我转人工", "I'll have a colleague sign for it", "last time the human helped me",
        "thanks to your colleague", "谢谢你同事", "上次人工帮我弄好了", "what is your phone number", "where is my parcel", "我的快递到哪了",
    ],
)  # fmt: skip
def test_talk_about_persons_is_no_wish_for_one(text: str) -> None:
    assert not asks_human(read(text).low)


@pytest.mark.parametrize(
    "text", ["are you a bot?", "am I talking to a human?", "你是真人还是机器人", "是机器人在回复我吗"]
)
def test_who_asks_who_answers_wants_an_answer(text: str) -> None:
    assert asks_who_answers(read(text).low)
    assert not asks_human(read(text).low)


def test_nobody_is_asked_for_by_a_name_or_by_what_goods_are_called() -> None:
    given, family = (
        ("Emma", "Robert", "Patricia", "Agnes", "Mei", "Raj"),
        ("Clark", "Smith", "Manning", "Robson", "Wang"),
    )
    said = [f"{first}{between}{last}" for first in given for last in family for between in (" ", " J. ")]
    said += [f"{last}{first}" for last in "王李任甄沈欧" for first in ("伟", "建国", "人杰", "小红", "经纶")]
    said += ["KT001-WHT-1.5L", "straight from thigh to hem.", "bluetooth, 2.4 GHz and cable.", "冷水手洗，人手缝的"]
    assert [text for text in said if asks_human(read(text).low)] == []


def test_the_sentence_that_asks_is_told() -> None:
    assert hear("the zip broke on day two. get me your manager!").words == "get me your manager!"


def test_a_lower_bar_hears_more() -> None:
    lows = [line.low for line in own_lines()][::25]
    sure, sooner = ({low for low in lows if asks_human(low, asks_from=bar)} for bar in (0.5, 0.35))
    assert sure <= sooner


@pytest.mark.parametrize("name", ["absent.npz", "damaged.npz"])
def test_a_file_that_is_no_model_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    with pytest.raises(PersonModelError, match=name):
        PersonModel.load(tmp_path / name)


def test_a_file_of_other_headings_is_refused(tmp_path: Path) -> None:
    with np.load(WEIGHTS) as data:
        arrays = {**data, "headings": np.array(["yes", "no"])}
    np.savez(tmp_path / "persons.npz", **arrays)
    with pytest.raises(PersonModelError, match="yes"):
        PersonModel.load(tmp_path / "persons.npz")


def test_the_weights_that_ship_are_of_this_data_and_code_and_small() -> None:
    model = PersonModel.load(WEIGHTS)
    assert model.made_of == training.fingerprint(), "run dialogue.understanding.persons.training"
    assert WEIGHTS.stat().st_size < 4_000_000

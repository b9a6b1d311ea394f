from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import agent.prompts
from agent.llm.config import Purpose
from agent.prompts import prompt_for

NAMES = sorted(path.stem for path in Path(agent.prompts.__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_asks_for_the_same_in_both_languages(name: Purpose) -> None:
    zh, en = (prompt_for(name, lang) for lang in ("zh", "en"))
    assert re.fullmatch(rf"{name}@\d+-[0-9a-f]{{6}}\.zh", zh.id)
    assert en.id == zh.id.removesuffix("zh") + "en"
    names = [set(string.Template(prompt.words).get_identifiers()) for prompt in (zh, en)]
    assert names[0] == names[1]
    assert re.search(r"[\u4e00-\u9fff]", zh.words)
    assert not re.search(r"[\u4e00-\u9fff]", en.words)


def test_a_value_that_is_missing_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(KeyError):
        prompt_for("understand", "en").filled(kinds="affirm")

